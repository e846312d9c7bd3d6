// Only in pages of `make serve`: say over the last good page what is wrong with what was saved.
const WORDS = {
  tr: {
    failed: "Sayfa yenilenemedi",
    kept: "Gördüğünüz, son iyi hâlidir. Hata düzelince bu kutu kendiliğinden kapanır.",
    warned: "Sayfa yenilendi; düzeltilmesi gerekenler var",
    close: "Kapat",
  },
  en: {
    failed: "The page could not be renewed",
    kept: "What you see is its last good state. This box closes by itself once the error is mended.",
    warned: "The page was renewed; some things need mending",
    close: "Close",
  },
};

const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });

const show = ({ failed, problems }) => {
  const words = WORDS[document.documentElement.lang] ?? WORDS.en;
  const box = make("section", failed ? "serve-problems serve-problems--failed" : "serve-problems");
  box.setAttribute("role", "alert");
  box.setAttribute("lang", document.documentElement.lang);
  const close = make("button", "serve-problems__close", "×");
  close.type = "button";
  close.setAttribute("aria-label", words.close);
  close.addEventListener("click", () => box.remove());
  document.addEventListener("keydown", (event) => event.key === "Escape" && box.remove());
  const list = make("ul", "serve-problems__list");
  for (const { path, line, text } of problems) {
    const item = make("li");
    if (path) item.append(make("code", "serve-problems__place", line ? `${path}:${line}` : path));
    item.append(make("span", "serve-problems__text", text));
    list.append(item);
  }
  box.append(close, make("p", "serve-problems__title", failed ? words.failed : words.warned), list);
  if (failed) box.append(make("p", "serve-problems__note", words.kept));
  document.body.append(box);
};

const told = await fetch(new URL("serve.json", import.meta.url), { cache: "no-store" }).then((answer) => answer.json());
if (told.failed || told.problems.length) show(told);
