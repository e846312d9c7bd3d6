"""An article: Markdown whose ``{{ … }}`` name values and cells of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from weaver.core.language import Language


@dataclass(frozen=True)
class Prose:
    """Markdown between two expressions; ``line`` is where it starts."""

    line: int
    text: str


@dataclass(frozen=True)
class Value:
    """An expression that becomes a number or a word."""

    line: int
    expression: str


@dataclass(frozen=True)
class CellReference:
    """A cell of the tutorial, shown here; ``indent`` puts it in an admonition."""

    line: int
    name: str
    alt: str | None
    indent: str


@dataclass(frozen=True)
class Article:
    """A page in one language; ``tutorial`` is None for a page without a run."""

    path: Path
    language: Language
    meta: Mapping[str, object]
    parts: tuple[Prose | Value | CellReference, ...]

    @property
    def tutorial(self) -> str | None:
        """The name of the tutorial that the article shows."""
        name = self.meta.get("tutorial")
        return None if name is None else str(name)

    @property
    def woven(self) -> bool:
        """Whether the page shows runs: its own tutorial's, or all records'."""
        return "tutorial" in self.meta or "records" in self.meta

    @property
    def cells(self) -> list[CellReference]:
        """The cells that the article shows, in order."""
        return [part for part in self.parts if isinstance(part, CellReference)]
