"""The site: everything that pages are made from and checked against, read once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, TypeVar, cast

from weaver.core.language import Language, load_language
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import Project
from weaver.program.key import read_pins
from weaver.program.record import Record, read_record
from weaver.program.status import Status, read_status
from weaver.program.strings import Strings, read_strings
from weaver.program.tutorial import Tutorial, read_tutorial
from weaver.prose.article import Article
from weaver.prose.data import read_checked, read_glossary, read_quoted
from weaver.prose.drift import Behind, find_drift
from weaver.prose.parse import read_article

T = TypeVar("T")


class Site:
    """A project as it is at one moment.

    Whatever is asked for is read when it is first asked for, and only then. What
    cannot be read raises its WeaverError each time; the mappings leave it out, and
    ``problems`` has all of them.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._read: dict[tuple[object, ...], object] = {}

    @property
    def default(self) -> str:
        """The language whose pages are at the site's root."""
        return self.project.languages[0]

    @property
    def drift(self) -> list[Behind]:
        """The sections in which a translation is behind."""
        return self._once(find_drift, self.project)[0]

    @property
    def history_limit(self) -> str:
        """What keeps git's history from being seen whole; empty if nothing does."""
        return self._once(find_drift, self.project)[1]

    @cached_property
    def names(self) -> list[str]:
        """The names of all tutorials, sorted."""
        return self.project.tutorial_names()

    @property
    def pins(self) -> dict[str, str]:
        """The pinned version of each package that tutorials may import."""
        return self._once(read_pins, self.project)

    @property
    def quoted(self) -> dict[str, dict[str, Any]]:
        """Figures stated elsewhere, each with its source, by key."""
        return self._once(read_quoted, self.project)

    @property
    def glossary(self) -> list[dict[str, Any]]:
        """The terms of the glossary."""
        return self._once(read_glossary, self.project)

    @property
    def checked(self) -> list[dict[str, Any]]:
        """The figures that sources state, each with the value that checks it."""
        return self._once(read_checked, self.project)

    @property
    def languages(self) -> list[Language]:
        """The site's languages, that of the originals first."""
        return [self.language(code) for code in self.project.languages]

    def language(self, code: str) -> Language:
        """Return one of the site's languages."""
        return self._once(load_language, self.project.languages_folder, code)

    @property
    def all_strings(self) -> Mapping[str, Mapping[str, Strings]]:
        """The words of code by language, then by tutorial; ``common`` has those for all."""
        paths = {code: self.project.strings(code) for code in self.project.translations_of_code}
        return {code: self._once(read_strings, path) for code, path in paths.items()}

    def strings(self, name: str) -> Mapping[str, Strings]:
        """Return the words that a tutorial's code has in each other language."""
        found = {}
        for code, sections in self.all_strings.items():
            common = sections["common"].own if "common" in sections else {}
            path = self.project.strings(code)
            found[code] = sections.get(name, Strings(path, {}, common))
        return found

    def tutorial(self, name: str) -> Tutorial:
        """Return a tutorial's program."""
        return self._once(read_tutorial, self.project.source(name))

    def record(self, name: str) -> Record | None:
        """Return a tutorial's run record; None if it was never run."""
        return self._once(read_record, self.project.record(name))

    def status(self, name: str) -> Status:
        """Return whether a tutorial's record is what a run would give now."""
        return read_status(self.project, name, self.pins, self.strings(name))

    def statuses(self, names: Iterable[str]) -> tuple[list[Status], list[Problem]]:
        """Return the status of several tutorials, and what keeps any from being read."""
        statuses: list[Status] = []
        problems: list[Problem] = []
        for name in names:
            try:
                statuses.append(self.status(name))
            except WeaverError as error:
                problems += error.problems
                statuses.append(Status(name, (_("its record or source cannot be read"),), None))
        return statuses, problems

    def article(self, language: str, page: str) -> Article:
        """Return a page: ``linear-regression.md``, say."""
        return self._once(
            read_article, self.project.docs / language / page, self.language(language)
        )

    @cached_property
    def tutorials(self) -> Mapping[str, Tutorial]:
        """The tutorials that can be read, by name."""
        return self._readable(self.names, self.tutorial)

    @cached_property
    def records(self) -> Mapping[str, Record]:
        """The records that there are and that can be read, by name."""
        read = self._readable(self.names, self.record)
        return {name: record for name, record in read.items() if record is not None}

    @cached_property
    def articles(self) -> Mapping[str, Mapping[str, Article]]:
        """The pages that can be read, by language and file name."""
        return {
            language: self._readable(
                [
                    path.relative_to(self.project.docs / language).as_posix()
                    for path in self.project.article_paths(language)
                ],
                partial(self.article, language),
            )
            for language in self.project.languages
        }

    def every_article(self) -> Iterator[Article]:
        """Go through the pages that can be read, in all languages."""
        return (article for pages in self.articles.values() for article in pages.values())

    @property
    def problems(self) -> list[Problem]:
        """What keeps files from being read."""
        assert None not in (self.tutorials, self.records, self.articles)  # reads them
        for name in ("languages", "pins", "quoted", "glossary", "checked", "all_strings"):
            with suppress(WeaverError):
                getattr(self, name)
        errors = [kept for kept in self._read.values() if isinstance(kept, WeaverError)]
        return [problem for error in errors for problem in error.problems]

    def _readable(self, keys: list[str], read: Callable[[str], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for key in keys:
            with suppress(WeaverError):
                found[key] = read(key)
        return found

    def _once(self, read: Callable[..., T], *arguments: object) -> T:
        """Call a reader once with the same arguments, and remember what came of it."""
        key = (read, *arguments)
        if key not in self._read:
            try:
                self._read[key] = read(*arguments)
            except WeaverError as error:
                self._read[key] = error
        kept = self._read[key]
        if isinstance(kept, WeaverError):
            raise kept
        return cast(T, kept)
