/* Words: how a text is cut into them, and what makes two of them the same word.
   The only place where that is said; the index and the query both go through it. */
import { stemmer as stemEnglish } from "./vendor/stemmer.js";

/* A number with its decimals, or letters and digits; the suffix after an
   apostrophe (PyTorch'un, model's) is not part of the word. */
const WORD = /(\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{M}\p{N}]+)(?:['’]\p{L}+)?/gu;

/** Yield each word of a text: {word, start, end}, start and end being places in the text. */
export function* words(text) {
  for (const { 1: word, index } of text.matchAll(WORD))
    yield { word, start: index, end: index + word.length };
}

/** Return a word without case, accents and dots: IŞIK, ışık and isik are all isik. */
export const fold = (word) =>
  word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");

/* The endings of a Turkish noun, folded, from the last to the first. What the first
   group holds stays. They take off rather too much than too little (katman loses its
   n, for katmanın could be of katma), but the same from all forms of a word. Snowball's
   Turkish stemmer does not (gradyan and gradyanlar, eğim and eğimini differ), and
   needs the Turkish letters. */
const ENDINGS = [
  /()[dt][iu]r(?:l[ae]r)?$/, // katmandır
  /([aeiou])y(?:[dt][iu]|s[ae]|m[iu]s|ken)$/, // hatasıydı
  /([^aeiouy])(?:s[ae]|m[iu]s|ken)$/, // sıfırsa
  /([dt][ae]|[iu]n)ki$/, // katmandaki
  /([iu])n(?:[dt][ae]n?|[aeiu])$/, // değerinden, değerine
  /([^cfhkpst])d[ae]n?$/, // katmanda, katmandan
  /(...[cfhkpst])t[ae]n?$/, // aygıtta, but not nokta
  /([aeiou])y(?:[aeiu]|l[ae])$/, // hatayı, hatayla
  /([^aeiou])l[ae]$/, // katmanla
  /(l[ae]r|[mn][iu]z)[aeiu]$/, // katmanlara, modelimizi
  /([^aeiou])[iu]n$/, // modelin
  /()[iu][mn][iu]z$/, // modelimiz
  /([iu])n$/, // döngünün, by now döngün
  /([aeiou])s[iu]$/, // entropisi
  /(l[ae]r)[iu]$/, // katmanları
  /()l[ae]r$/, // katmanlar
  /([iu])n$/, // yığınlar, by now yığın
  /()[aeiu]$/, // modeli
  /([aeiou])[ns]$/, // katmanın, by now katman; matris
  /()[aeiu]$/, // belgenin, by now belge
];
const HARD = { b: "p", d: "t", g: "k" };

/** Return what the forms of a folded Turkish noun have in common; no word in itself. */
export function stemTurkish(word) {
  for (const ending of ENDINGS) {
    const rest = word.replace(ending, "$1");
    if (/[aeiou].|..[aeiou]/.test(rest)) word = rest; // ağ stays, and sıra
  }
  return word
    .replace(/[bdg]$/, (letter) => HARD[letter]) // doğruluğu, doğruluk
    .replace(/([aeiou][^aeiou])[iu]([^aeiou])$/, "$1$2"); // kayıp, kaybı
}

/** Return the function that gives a folded word's stem, in a page's language. */
export const stemmer = (language) => (language === "tr" ? stemTurkish : stemEnglish);

/* Words that say little. They need not be on a page that is found. */
const STOP = {
  tr: "acaba ama bir bu çalışır çok da daha de demek diye en gibi hangi ile için ise kadar ki mi mu mı mü nasıl ne neden nedir nelerdir niçin niye olan olarak ve veya ya yapılır",
  en: "a an and are as at be by can do does for from how i in is it its mean means of on or that the this to use what when where which why with work works you",
};

/** Return the folded words that say little in a language. */
export const stopWords = (language) => new Set((STOP[language] ?? "").split(" ").map(fold));
