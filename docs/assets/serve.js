// Only in pages of `make serve`: say over the last good page what is wrong with what was saved.
const words = JSON.parse(document.getElementById("serve-words").textContent);
const plural = new Intl.PluralRules(document.documentElement.lang);
const OPEN = "serve-open"; // whether the reader wants to see what does not keep a page from being made

const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });

const found = (count) => (words.found[plural.select(count)] ?? words.found.other).replace("{count}", count);

const show = ({ failed, problems }) => {
  document.querySelector(".serve-problems")?.remove();
  if (!problems.length) return;
  const box = make("details", failed ? "serve-problems serve-problems--failed" : "serve-problems");
  box.setAttribute("role", "alert");
  box.open = failed || sessionStorage.getItem(OPEN) === "yes";
  const close = make("button", "serve-problems__close", "×");
  close.type = "button";
  close.setAttribute("aria-label", words.close);
  close.addEventListener("click", () => box.remove());
  const list = make("ul", "serve-problems__list");
  for (const { path, line, text } of problems) {
    const item = make("li");
    if (path) item.append(make("code", "serve-problems__place", line ? `${path}:${line}` : path));
    item.append(make("span", "serve-problems__text", text));
    list.append(item);
  }
  box.append(make("summary", "serve-problems__title", failed ? words.failed : found(problems.length)), close, list);
  if (failed) box.append(make("p", "serve-problems__note", words.kept));
  else box.addEventListener("toggle", () => sessionStorage.setItem(OPEN, box.open ? "yes" : "no"));
  document.body.append(box);
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".serve-problems")?.remove();
});

// While a check is running, what it finds is still to come.
let shown = "";
const look = async () => {
  const address = new URL("serve.json", import.meta.url);
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (!answer) return; // the server was stopped
  const told = await answer.json();
  if (shown !== (shown = JSON.stringify(told.problems))) show(told);
  if (told.checking) setTimeout(look, 500);
};
await look();
