"""Check that pages hold no HTML but what `weaver.page.prose_html` lists."""

import re
from collections.abc import Iterable, Iterator

from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown_it.token import Token

from weaver.core.files import compose_yaml, read_text, yaml_texts
from weaver.core.problems import Problem
from weaver.page.prose_html import find_refused, refused_attributes, say_refused
from weaver.prose.markdown import parse_markdown, parse_text, walk
from weaver.site import Site

_ATTRIBUTES = re.compile(r"\{:?([^{}\n]*)\}")

# Where a `<` begins no HTML: escaped, in code, in formulas.
_NO_HTML = re.compile(r"(?s)\\.|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$")

_MARKUP = re.compile(r"[<{]|\]\(")


def check_html(site: Site) -> Iterator[Problem]:
    """Find HTML that no page may hold, in pages and in the data files that they show."""
    for article in site.every_article():
        for line, said in _refused(parse_markdown(article)):
            yield Problem(article.path, line, said)
    for path in sorted(site.project.docs.glob("*.yml")):
        for _key, node in yaml_texts(compose_yaml(path, read_text(path))):
            if _MARKUP.search(node.value):
                for _line, said in _refused(parse_text(node.value)):
                    yield Problem(path, node.start_mark.line + 1, said)


def _refused(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for line, token in walk(tokens):
        if token.type in {"html_block", "inline"}:
            text = _NO_HTML.sub(lambda found: "\n" * found[0].count("\n"), token.content)
            for one in find_refused(text):
                yield line + one.line - 1, one.said
        elif token.type == "text":
            yield from ((line, said) for said in _attributes(_ATTRIBUTES.findall(token.content)))
        elif token.type == "fence":
            yield from ((line, said) for said in _attributes(_ATTRIBUTES.findall(token.info)))


def _attributes(lists: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong with attribute lists, as Python-Markdown reads them."""
    for text in lists:
        read, _rest = get_attrs_and_remainder(text)
        named = [("class" if name == "." else name, value) for name, value in read]
        yield from (say_refused(one) for one in refused_attributes(named).values())
