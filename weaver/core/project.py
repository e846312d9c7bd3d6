"""Where things are, and the languages: the layout, once."""

from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("tr", "en")

SOURCE_LANGUAGE = "en"  # the language that code is written in


@dataclass(frozen=True)
class Project:
    """The folders and files of one site."""

    root: Path

    @property
    def docs(self) -> Path:
        """Prose: ``docs/<lang>/<page>.md``."""
        return self.root / "docs"

    @property
    def quoted(self) -> Path:
        """Figures quoted from elsewhere."""
        return self.docs / "quoted.yml"

    @property
    def translations(self) -> Path:
        """Sections declared to need no translation."""
        return self.docs / "translations.yml"

    @property
    def words(self) -> Path:
        """The words that the dictionaries of the languages lack."""
        return self.docs / "words.yml"

    @property
    def sources(self) -> Path:
        """Programs: ``tutorials_src/<name>.py``."""
        return self.root / "tutorials_src"

    @property
    def strings(self) -> Path:
        """The words that Turkish readers see inside code and figures."""
        return self.sources / "strings.tr.yml"

    @property
    def runs(self) -> Path:
        """Run records: ``tutorials_src/runs/<name>.ipynb``."""
        return self.sources / "runs"

    @property
    def data(self) -> Path:
        """Datasets, laid out as torchvision expects them."""
        return self.root / "data"

    @property
    def cache(self) -> Path:
        """Files that may be deleted at any time."""
        return self.root / ".cache" / "weaver"

    def source(self, name: str) -> Path:
        """Return the path of a tutorial's program."""
        return self.sources / f"{name}.py"

    def record(self, name: str) -> Path:
        """Return the path of a tutorial's run record."""
        return self.runs / f"{name}.ipynb"

    def tutorial_names(self) -> list[str]:
        """Return the names of all tutorials, sorted."""
        return sorted(path.stem for path in self.sources.glob("*.py"))

    def article_paths(self, language: str) -> list[Path]:
        """Return the paths of all pages in a language, sorted."""
        return sorted((self.docs / language).rglob("*.md"))
