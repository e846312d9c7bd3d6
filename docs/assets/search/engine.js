/* The search itself: reads a language's index and answers queries. Loaded when the
   search is first opened. */
import MiniSearch from "./vendor/minisearch.js";
import { comparing, words } from "./words.js";

const STEM = "="; // in front of a stem in the index, so that it is nobody's word
const FEW = 3; // fewer sections than this with all words: add those with some
const EXCERPT = { words: 32, before: 6 };

/* A page's title counts most, then a heading; a section also answers, a little, to
   the title of its page. */
const BOOST = { title: 6, heading: 4, page: 1, text: 1 };

/**
 * Fetch an index and return the function that searches it: (query, limit) =>
 * {count, close, sections}. A section is {address, page, heading, text}, the last
 * three cut into [string, marked]; at most `limit` are returned, the best first.
 * `close`: no section has all the words as typed, these come closest.
 */
export async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const { language, sections: rows } = await response.json(); // each [address, page, heading, text]
  const { fold, stem, stop } = await comparing(language);
  const known = new Map(); // word -> its folded form and its stem

  function termsOf(word) {
    if (!known.has(word)) known.set(word, [fold(word), STEM + stem(fold(word))]);
    return known.get(word);
  }

  const index = new MiniSearch({
    fields: Object.keys(BOOST),
    tokenize: (text) => Array.from(words(text), (found) => found.word),
    processTerm: termsOf,
    searchOptions: { boost: BOOST, tokenize: (term) => [term], processTerm: (term) => term },
  });
  const sections = rows.map(([, page, heading, text], id) =>
    heading ? { id, page, heading, text } : { id, title: page, text },
  );
  await index.addAllAsync(sections, { chunkSize: 20 }); // the reader is typing meanwhile

  /* A word as it is (or begins, if it is still being typed), or another form of it. */
  function oneWord(word, typing, fuzzy) {
    const [folded, stemmed] = termsOf(word);
    const asTyped = { queries: [folded], prefix: typing, fuzzy: fuzzy && word.length > 3 && 0.2 };
    const asStem = { queries: [stemmed], boostTerm: () => 0.5 };
    return { combineWith: "OR", queries: [asTyped, asStem] };
  }

  return function search(query, limit) {
    const all = Array.from(words(query), (found) => found.word);
    const telling = all.filter((word) => !stop.has(fold(word)));
    const needed = telling.length ? telling : all;
    const ask = (some, combineWith, fuzzy) => ({
      combineWith,
      queries: some.map((word) => oneWord(word, word === all.at(-1), fuzzy)),
    });
    /* Words that say little still tell "pytorch nedir" from other headings with PyTorch. */
    const inHeading = { ...ask(all, "AND"), fields: ["title", "heading"] };
    let found = index.search({ combineWith: "OR", queries: [ask(needed, "AND"), inHeading] });
    const close = !found.length;
    if (close) found = index.search(ask(needed, "AND", true));
    if (found.length < FEW) {
      const ids = new Set(found.map(({ id }) => id));
      found = found.concat(index.search(ask(needed, "OR", close)).filter(({ id }) => !ids.has(id)));
    }

    return { count: found.length, close, sections: found.slice(0, limit).map(show) };

    function show({ id, terms }) {
      const isMatch = (word) =>
        termsOf(word).some((term) => terms.includes(term)) &&
        (needed === all || !stop.has(fold(word)));
      const [address, page, heading, text] = rows[id];
      return {
        address,
        page: mark(page, isMatch),
        heading: mark(heading, isMatch),
        text: excerpt(text, isMatch, fold),
      };
    }
  };
}

/** Cut a text, or the stretch of it from one place to another, into [string, marked]. */
function mark(text, isMatch, from = 0, to = text.length) {
  const parts = [];
  for (const { word, start, end } of words(text)) {
    if (start < from || end > to || !isMatch(word)) continue;
    parts.push([text.slice(from, start), false], [text.slice(start, end), true]);
    from = end;
  }
  parts.push([text.slice(from, to), false]);
  return parts.filter(([part]) => part);
}

/** Return the stretch of a text with the most different matched words, cut like `mark`. */
function excerpt(text, isMatch, fold) {
  const all = [...words(text)];
  const hits = [];
  all.forEach(({ word }, place) => isMatch(word) && hits.push({ place, word: fold(word) }));
  let first = 0;
  let most = 0;
  for (const { place } of hits) {
    const end = place + EXCERPT.words - EXCERPT.before;
    const within = hits.filter((hit) => hit.place >= place && hit.place < end);
    const different = new Set(within.map((hit) => hit.word)).size;
    if (different > most) [first, most] = [Math.max(0, place - EXCERPT.before), different];
  }
  const next = first + EXCERPT.words;
  const parts = mark(text, isMatch, first && all[first].start, all[next]?.start);
  if (first) parts.unshift(["… ", false]);
  if (next < all.length) parts.push(["…", false]);
  return parts;
}
