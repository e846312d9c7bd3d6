"""What pages have beyond Markdown, as an extension of Python-Markdown.

Formulas become MathML, terms of the glossary links, and tables scroll in a box; links
between files of ``docs/`` become addresses, and terms of the programs' own language are
marked as such.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from math_core import LatexError, LatexToMathML

from weaver.page.maths import say_latex
from weaver.page.prose_html import write_anew

# What could not be drawn, and what was said of it.
FAILED = re.compile(
    r'<samp class="page-failure" data-source="(?P<source>[^"]*)">(?P<said>[^<]*)</samp>'
)
_CLOSED = re.compile(r"&ldquo;(?=[\s:;,.!?)\]]|</)")
_HELD = re.compile("<div>\ue002(\\d{1,6})\ue002</div>|\ue002(\\d{1,6})\ue002")
_FORMULA = re.compile(r"(?s)\\[(\[](.*)\\[)\]]")
_NO_TERMS = frozenset("h1 h2 h3 h4 h5 h6 a summary".split())
# Names and spaces have the colour of the code around them.
_UNCOLOURED = re.compile(r'<span class="(?:n|kc|w)">([^<]*)</span>|<span></span>')
_LINKED = re.compile(r'<(?:div|figure) id="(code|figure)-([^"]+)"[^>]*>')

Place = tuple[Element, Element]  # an element, and the one that it is in


@dataclass(frozen=True)
class Context:
    """What the extension needs to know of a page.

    ``terms`` has (meaning, address) by the word that a text may write, the address empty
    where a site has no page of terms; ``foreign`` is the
    language of words in italics in parentheses, if they are marked; ``words`` has what
    links to cells, figures and sections are called.
    """

    resolve: Callable[[str], str]
    terms: Mapping[str, tuple[str, str]]
    foreign: str | None
    words: Mapping[str, str]
    outputs: Sequence[str]  # HTML, each put where a line says `mark_output`


def mark_output(number: int) -> str:
    """Return what stands in Markdown for an output, by its index; on a line, for a block."""
    return f"\ue002{number}\ue002"


def put_in(text: str, held: Sequence[str]) -> str:
    """Return a text with finished HTML where `mark_output` stands for it."""

    def found(match: re.Match[str]) -> str:
        number = int(match[1] or match[2])
        return held[number] if number < len(held) else ""

    return _HELD.sub(found, text)


class PageExtension(Extension):
    """Everything that this module does, for one page."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processors: terms before the table of contents is made, others after."""
        context = self.context
        held = [*context.outputs]
        steps: list[tuple[str, float, Callable[[Element], None]]] = [
            ("terms", 6, lambda root: _link_terms(root, context.terms)),
            ("formulas", 4, lambda root: _draw_formulas(root, held)),
            ("tables", 4, _box_tables),
            ("foreign", 4, lambda root: _mark_foreign(root, context.foreign)),
            ("addresses", 0, lambda root: _resolve_links(root, context.resolve)),
        ]
        for name, priority, step in steps:
            md.treeprocessors.register(_Step(md, step), name, priority)
        md.preprocessors.register(_Outputs(md), "outputs", 26)
        md.postprocessors.register(_Finish(context.words, held), "finish", 0)


class _Outputs(Preprocessor):
    """Keeps the marks of outputs apart from paragraphs, before any Markdown is read."""

    def run(self, lines: list[str]) -> list[str]:
        return [_HELD.sub(self._store, line) for line in lines]

    def _store(self, match: re.Match[str]) -> str:
        return str(self.md.htmlStash.store(f"<div>{match[0]}</div>"))


class _Step(Treeprocessor):
    """A function of a page's tree, as Python-Markdown calls it."""

    def __init__(self, md: Markdown, step: Callable[[Element], None]) -> None:
        super().__init__(md)
        self.step = step

    def run(self, root: Element) -> None:
        self.step(root)


class _Finish(Postprocessor):
    """Writes a page anew from what it may hold, and puts in what is finished HTML already.

    Each cell and figure gets a link to itself, and markup that no style colours goes.
    Quotation marks that ``smarty`` took for opening ones, since an element stands before
    them, are turned.
    """

    def __init__(self, words: Mapping[str, str], held: Sequence[str]) -> None:
        super().__init__()
        self.words = words
        self.held = held

    def run(self, text: str) -> str:
        text = _CLOSED.sub("&rdquo;", _UNCOLOURED.sub(lambda match: match[1] or "", text))
        text, refused = write_anew(text)
        text = "".join(failure(one.source, one.said) for one in refused) + text
        return _LINKED.sub(self._link, put_in(text, self.held))

    def _link(self, match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        label = html.escape(f"{self.words[kind]}: {name}")
        return f'{match[0]}<a class="cell-link" href="#{kind}-{name}" aria-label="{label}">¶</a>'


def _places(element: Element) -> Iterator[Place]:
    """Yield what is inside an element, in order; what is changed meanwhile is not visited."""
    for child in list(element):
        yield child, element
        yield from _places(child)


def _dissolve(element: Element, parent: Element, text: str) -> None:
    """Put a text in the place of an element."""
    text += element.tail or ""
    index = list(parent).index(element)
    if index:
        parent[index - 1].tail = (parent[index - 1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(element)


def _link_terms(root: Element, terms: Mapping[str, tuple[str, str]]) -> None:
    """Link a term to its entry where the page first says it, but not in headings and links."""
    seen: set[str] = set()
    barred = {
        inner for element in root.iter() if element.tag in _NO_TERMS for inner in element.iter()
    }
    for element, parent in list(_places(root)):
        word = element.text or ""
        if element.tag != "abbr" or word not in terms:
            continue
        meaning, address = terms[word]
        if element in barred or meaning in seen:
            _dissolve(element, parent, word)
            continue
        seen.add(meaning)
        if address:
            element.tag = "a"
            element.attrib = {"class": "term", "href": address, "title": meaning}


def _draw_formulas(root: Element, held: list[str]) -> None:
    """Turn LaTeX, as ``arithmatex`` marks it, into MathML, or say in its place why not."""
    latex = LatexToMathML()
    for element, parent in list(_places(root)):
        match = _FORMULA.fullmatch(element.text or "")
        if element.get("class") != "arithmatex" or match is None:
            continue
        display = element.tag == "div"
        try:
            drawn = latex.convert_with_local_state(html.unescape(match[1]), displaystyle=display)
        except LatexError as error:
            drawn = failure(match[1], say_latex(match[1], error))
        mark = mark_output(len(held))
        held.append(drawn)
        if display:
            element.tag, element.text, element.attrib = "div", mark, {}
        else:
            _dissolve(element, parent, mark)


def failure(source: str, said: str) -> str:
    """Return what `FAILED` finds: a page that has it is never published."""
    source, said = html.escape(source), html.escape(said)
    return f'<samp class="page-failure" data-source="{source}">{said}</samp>'


def _box_tables(root: Element) -> None:
    """Put each table into a box that scrolls when the screen is narrow."""
    for table, parent in list(_places(root)):
        if table.tag == "table":
            box = Element("div", {"class": "table-box"})
            box.tail, table.tail = table.tail, None
            parent[list(parent).index(table)] = box
            box.append(table)


def _mark_foreign(root: Element, language: str | None) -> None:
    """Mark the term of another language that a page gives in italics, in parentheses."""
    for element, parent in _places(root) if language else ():
        index = list(parent).index(element)
        before = parent[index - 1].tail if index else parent.text
        opened = (before or "").endswith("(") and (element.tail or "").startswith(")")
        if element.tag == "em" and opened and not len(element) and language:
            element.set("lang", language)


def _resolve_links(root: Element, resolve: Callable[[str], str]) -> None:
    for element in root.iter():
        key = {"a": "href", "img": "src"}.get(element.tag)
        if key and (link := element.get(key)):
            element.set(key, resolve(link))
