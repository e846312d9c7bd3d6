/* The search dialog. Comes with every page, so it is small: the search itself and the
   index are fetched when the dialog is first opened. */
const SITE = new URL("../../", import.meta.url);
const SHOWN = 20; // results

const language = document.documentElement.lang;
const plural = new Intl.PluralRules(language);
const dialog = document.querySelector(".site-search");
const query = dialog.querySelector(".site-search__query");
const status = dialog.querySelector(".site-search__status");
const advice = dialog.querySelector(".site-search__advice");
const results = dialog.querySelector(".site-search__results");

let loading; // a promise of the function that searches

function load() {
  loading ??= import("./engine.js").then((engine) =>
    engine.load(new URL(`search/${language}.json`, SITE)),
  );
  loading.catch(() => (loading = undefined)); // the next letter tries again
  return loading;
}

async function update() {
  const asked = query.value.trim();
  if (!results.childElementCount) say(asked ? "loading" : "hint");
  let search;
  try {
    search = await load();
  } catch {
    return say("failed");
  }
  if (asked === query.value.trim()) show(asked, search(asked, SHOWN));
}

function show(asked, { count, close, sections }) {
  results.replaceChildren(...sections.map(resultOf));
  results.dataset.query = asked;
  dialog.querySelector(".site-search__output").scrollTop = 0;
  advice.hidden = !asked || count > 0;
  const shown = sections.length;
  if (!asked) say("hint");
  else if (!count) say("none", { query: asked });
  else if (close) say("near");
  else if (shown < count) say("first", { count, shown });
  else say(plural.select(count) in status.dataset ? plural.select(count) : "other", { count });
}

function say(what, values = {}) {
  const text = status.dataset[what].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  if (status.textContent !== text) status.textContent = text;
}

function resultOf({ address, page, heading, text }) {
  const link = element("a", "site-search__link");
  link.href = new URL(address, SITE);
  const title = element("span", "site-search__title", heading.length ? heading : page);
  if (heading.length) link.append(element("span", "site-search__page", page), " ");
  link.append(title, " ", element("span", "site-search__text", text));
  const item = document.createElement("li");
  item.append(link);
  return item;
}

/** Make an element of [string, marked] parts. */
function element(tag, name, parts = []) {
  const made = document.createElement(tag);
  made.className = name;
  for (const [text, marked] of parts) {
    const part = marked ? document.createElement("mark") : document.createTextNode("");
    part.textContent = text;
    made.append(part);
  }
  return made;
}

function open() {
  dialog.showModal();
  query.focus();
  query.select();
  update();
}

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  const { key, altKey, target } = event;
  const command = event.ctrlKey || event.metaKey;
  const opens = command ? key.toLowerCase() === "k" : "/sf".includes(key) && !isTyping(target);
  if (!opens || altKey || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  open();
});

dialog.addEventListener("keydown", (event) => {
  const { key } = event;
  const stops = [query, ...results.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement);
  const writes = key.length === 1 || key === "Backspace";
  if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    const next = at + (key === "ArrowDown" ? 1 : -1);
    stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
  } else if (at > 0 && writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
    query.focus(); // and the letter goes on with the query
  }
});

query.addEventListener("input", update);

/* Enter opens the first result, also when the index is still on its way. */
dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await update();
  results.querySelector("a")?.click();
});

dialog.addEventListener("click", (event) => {
  const leaves = event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const outside = event.target === dialog;
  if (leaves || outside || event.target.closest(".site-search__close")) dialog.close();
});

const button = document.querySelector(".site-search-open");
button.hidden = false;
button.addEventListener("click", open);

const styles = document.createElement("link");
styles.rel = "stylesheet";
styles.href = new URL("search.css", import.meta.url);
document.head.append(styles);

/* The page for missing addresses sends its query here. */
const asked = new URLSearchParams(location.search).get("q");
if (asked) {
  query.value = asked;
  open();
}
