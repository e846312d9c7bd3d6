"""The HTML of a cell: an address of its own, and no more markup than it shows."""

import re

# Names and spaces have the colour of the code around them.
_UNCOLOURED = re.compile(r'<span class="(?:n|kc|w)">([^<]*)</span>|<span></span>')

_TARGET = re.compile(r'<(?:div|figure) id="(code|figure)-([^"]+)"[^>]*>')

_HEADING_LINK = 'title="Permanent link"'  # Python-Markdown has one language

_WORDS = {
    "tr": {
        "code": "Bu hücrenin bağlantısı",
        "figure": "Bu şeklin bağlantısı",
        "heading": "Bu bölümün bağlantısı",
    },
    "en": {
        "code": "Link to this cell",
        "figure": "Link to this figure",
        "heading": "Link to this section",
    },
}


def link_cells(content: str, language: str) -> str:
    """Give each cell and figure of a page a link to itself, named in the language."""
    words = _WORDS[language]

    def link(match: re.Match) -> str:
        kind, name = match[1], match[2]
        label = f"{words[kind]}: {name}"
        return f'{match[0]}<a class="cell-link" href="#{kind}-{name}" aria-label="{label}">¶</a>'

    content = content.replace(_HEADING_LINK, f'title="{words["heading"]}"')
    return _TARGET.sub(link, content)


def lighten_code(content: str) -> str:
    """Drop the markup of code that no style tells from the code around it."""
    return _UNCOLOURED.sub(lambda match: match[1] or "", content)
