/* One page answers for every missing address, in both languages. Loaded before the
   page is shown, this leaves the language of the address; without it both are there. */
{
  const home = new URL("..", document.currentScript.src).pathname;
  const root = document.documentElement;
  const english = `${location.pathname}/`.startsWith(`${home}en/`);
  root.lang = root.dataset.only = english ? "en" : "tr";
  document.title = document.title.split(" · ")[english ? 1 : 0];
}
