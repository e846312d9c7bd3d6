"""What the tests of pages in a browser share."""

from pathlib import Path

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

AXE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
# The rules whose answer depends on a colour, and so on the theme.
COLOURS = ("color-contrast", "link-in-text-block")
# Most elements of an article are tokens of code and of equations, of which hundreds look alike:
# same class, colour, size and ground. Their texts stay, the elements go, but for one of each
# look; what is left is judged in a third of the time.
MERGE_ALIKE = """leaves => {
  const grounds = new Map(), seen = new Set(), again = []
  const ground = element => {
    if (element && !grounds.has(element)) {
      const { backgroundColor, opacity } = getComputedStyle(element)
      grounds.set(element, [ground(element.parentElement), backgroundColor, opacity].join())
    }
    return grounds.get(element) ?? ""
  }
  for (const leaf of document.querySelectorAll(leaves)) {
    if (leaf.childElementCount || leaf.getAttributeNames().some(name => name !== "class")) continue
    const { color, fontSize, fontStyle, fontWeight, visibility } = getComputedStyle(leaf)
    const look = [leaf.tagName, leaf.className, color, fontSize, fontStyle, fontWeight, visibility,
                  leaf.checkVisibility(), ground(leaf)].join()
    if (seen.has(look)) again.push(leaf)
    seen.add(look)
  }
  for (const leaf of again) leaf.replaceWith(leaf.textContent)
}"""


def violations(
    page: Page,
    within: str = "html",
    rules: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> list[str]:
    """Return what axe finds in a part of a page, a line each, by some rules or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {
        "resultTypes": ["violations"],
        "rules": {rule: {"enabled": False} for rule in without},
        **({"runOnly": list(rules)} if rules else {}),
    }
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
