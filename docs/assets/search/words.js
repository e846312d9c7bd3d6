/* Words: how a text is cut into them, and what makes two of them the same word.
   The only place where that is said; the index and the query both go through it.
   What differs between languages is data, which comes with a language's index. */

/* A number with its decimals, or letters and digits; the suffix after an
   apostrophe (PyTorch'un, model's) is not part of the word. */
const WORD = /(\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{M}\p{N}]+)(?:['’]\p{L}+)?/gu;

/** Yield each word of a text: {word, start, end}, start and end being places in the text. */
export function* words(text) {
  for (const { 1: word, index } of text.matchAll(WORD))
    yield { word, start: index, end: index + word.length };
}

/**
 * Return how words are compared in a language, of which `search` in its language.yml tells:
 * {fold, stem, stop}. `fold` takes case, accents and dots from a word, `stem` returns what
 * the forms of a folded word have in common (no word in itself), and `stop` is the set of
 * the folded words that say little.
 */
export async function comparing({ stop, fold: pairs, stem }) {
  const alike = pairs.map(compiled);
  const fold = (word) =>
    replaced(word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(), alike);
  return {
    fold,
    stem: stem.script ? (await import(`./${stem.script}`)).stemmer : stemmer(stem),
    stop: new Set(stop.split(" ").map(fold)),
  };
}

/** Take a word's endings off, one after the other, as long as what is left is a word. */
function stemmer({ left = "", endings = [], changes = [] }) {
  const enough = new RegExp(left, "u");
  const taken = endings.map(compiled);
  const changed = changes.map(compiled);
  return (word) => {
    for (const ending of taken) {
      const rest = replaced(word, [ending]);
      if (enough.test(rest)) word = rest;
    }
    return replaced(word, changed);
  };
}

const compiled = ([pattern, replacement]) => [new RegExp(pattern, "gu"), replacement];

const replaced = (word, pairs) =>
  pairs.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), word);
