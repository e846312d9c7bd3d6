/* One page answers for every missing address, in all languages. Loaded before the page is
   shown, this leaves the language of the address; without it all are there. The first
   language's pages are at the site's root. */
{
  const script = document.currentScript;
  const home = new URL("..", script.src).pathname;
  const languages = script.dataset.languages.split(" ");
  const asked = languages.findIndex((code) => `${location.pathname}/`.startsWith(`${home}${code}/`));
  const place = Math.max(asked, 0);
  const only = languages[place];
  document.documentElement.lang = document.documentElement.dataset.only = only;
  document.title = document.title.split(" · ")[place];
  const others = new CSSStyleSheet();
  others.replaceSync(
    `body [lang]:not([lang="${only}"], .site-language), .site-language[lang="${only}"] { display: none }`,
  );
  document.adoptedStyleSheets.push(others);
}
