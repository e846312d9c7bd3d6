// What a page does beyond being read. Without this script nothing is lost but comfort.

const words = JSON.parse(document.getElementById("site-words").textContent);
const icons = {
  copy: "M19 21H8V7h11m0-2H8a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2m-3-4H4a2 2 0 0 0-2 2v14h2V3h12z",
  done: "M21 7 9 19l-5.5-5.5 1.41-1.41L9 16.17 19.59 5.59z",
  enlarge: "M10 21v-2H6.41l4.5-4.5-1.41-1.41-4.5 4.5V14H3v7zm4.5-10.09 4.5-4.5V10h2V3h-7v2h3.59l-4.5 4.5z",
  close: "M19 6.41 17.59 5 12 10.59 6.41 5 5 6.41 10.59 12 5 17.59 6.41 19 12 13.41 17.59 19 19 17.59 13.41 12z",
};

function makeButton(icon, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `site-${icon}`;
  setButton(button, icon, label);
  return button;
}

function setButton(button, icon, label) {
  button.ariaLabel = button.title = label;
  button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icons[icon]}"/></svg>`;
}

// The theme: the system's, until the reader chooses.
const root = document.documentElement;
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const themeSwitch = document.querySelector("[data-theme-switch]");
themeSwitch.hidden = false;
themeSwitch.addEventListener("click", () => {
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
  root.dataset.theme = isDark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // A browser that keeps nothing keeps the theme for this page only.
  }
});

// Copy a block of code.
for (const block of document.querySelectorAll(".highlight")) {
  const button = makeButton("copy", words.copy);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent.trimEnd());
    setButton(button, "done", words.copied);
    button.addEventListener("blur", () => setButton(button, "copy", words.copy), { once: true });
  });
  block.append(button);
}

// Enlarge a figure: it moves into a dialog, and back when that closes.
const dialog = document.createElement("dialog");
dialog.className = "site-figure";
const close = makeButton("close", words.close);
close.addEventListener("click", () => dialog.close());
dialog.append(close);
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
document.body.append(dialog);

function enlarge(figure) {
  const picture = figure.querySelector(":scope > svg, :scope > img");
  figure.style.minHeight = `${figure.offsetHeight}px`;
  picture.classList.add("figure");
  dialog.ariaLabel = picture.getAttribute("aria-label") ?? picture.alt;
  dialog.append(picture);
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      picture.classList.remove("figure");
      figure.prepend(picture);
      figure.style.minHeight = "";
    },
    { once: true },
  );
}

for (const figure of document.querySelectorAll(".cell-figure")) {
  const button = makeButton("enlarge", words.enlarge);
  button.addEventListener("click", () => enlarge(figure));
  figure.append(button);
  figure.addEventListener("click", (event) => {
    // Not when the reader selects a figure's text, or meant the button or the link.
    if (!event.target.closest("a, button") && getSelection().isCollapsed) enlarge(figure);
  });
}

// Say in the table of contents where the reader is.
const contents = document.getElementById("site-toc");
const entries = new Map();
for (const link of contents?.querySelectorAll("a") ?? []) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) entries.set(heading, link);
  link.addEventListener("click", () => contents.hidePopover());
}
// The current section is the last whose heading is above the upper quarter of the screen.
const passed = new Set();
const observer = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      if (isIntersecting) passed.add(target);
      else passed.delete(target);
    }
    contents.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const current = [...entries.keys()].findLast((heading) => passed.has(heading));
    if (!current) return;
    const link = entries.get(current);
    link.setAttribute("aria-current", "true");
    contents.scrollTop = link.offsetTop - contents.clientHeight / 2;
  },
  { rootMargin: "1000000px 0px -75% 0px" },
);
for (const heading of entries.keys()) observer.observe(heading);

// What scrolls sideways must be within reach of the keyboard.
const resized = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const box of document.querySelectorAll("pre > code, .cell-output, .table-box, math[display=block]")) {
  resized.observe(box);
}

// Paper cannot be unfolded.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    addEventListener("afterprint", () => (details.open = false), { once: true });
  }
});
