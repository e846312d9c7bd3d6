"""Check that the files of a site are there and can be read."""

from collections.abc import Iterator, Mapping

from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.prose.parse import front_line
from weaver.site import Site


def check_files(site: Site) -> list[Problem]:
    """Find what cannot be read."""
    return site.problems


def check_languages(site: Site) -> Iterator[Problem]:
    """Find words that the theme has in one language and not in another."""
    original, *others = site.languages
    for other in others:
        for one, twin in ((original, other), (other, original)):
            for name in sorted(set(_names(twin.theme)) - set(_names(one.theme))):
                text = _("lacks {keys}").format(keys=f"theme: {name}")
                yield Problem(one.folder / "language.yml", 0, text)


def _names(words: Mapping[str, object]) -> Iterator[str]:
    """Yield the names of all words, each with those of the groups that it is in.

    What has an ``other`` form has one name: each language has its own plural forms.
    """
    for name, word in words.items():
        if isinstance(word, Mapping) and "other" not in word:
            yield from (f"{name}: {one}" for one in _names(word))
        else:
            yield name


def check_twins(site: Site) -> Iterator[Problem]:
    """Find pages that are not there in every language."""
    languages = site.project.languages
    for article in site.every_article():
        page = article.path.relative_to(site.project.docs / article.language)
        if not all((site.project.docs / other / page).exists() for other in languages):
            text = _("has no twin in {languages}").format(languages=", ".join(languages))
            yield Problem(article.path, 0, text)


def check_translated(site: Site) -> Iterator[Problem]:
    """Find pages that a language was begun with, and that are not translated yet."""
    for article in site.every_article():
        if "untranslated" in article.meta:
            text = _("is not translated yet; then take this line out")
            yield Problem(article.path, front_line(article, "untranslated"), text)


def check_runs(site: Site) -> Iterator[Problem]:
    """Find tutorials that were never run."""
    for name in site.names:
        if not site.project.record(name).exists():
            text = _("never run: `make run NAME={name}`").format(name=name)
            yield Problem(site.project.source(name), 0, text)
