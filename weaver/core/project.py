"""Where things are, and the languages: the layout, once."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from weaver.core.files import load_yaml, read_text
from weaver.core.messages import _
from weaver.core.problems import Problem, WeaverError, fail

SOURCE_LANGUAGE = "en"  # the language that code is written in


@dataclass(frozen=True)
class Project:
    """The folders and files of one site."""

    root: Path

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the site's languages, that of the originals first."""
        return _read_languages(self.root / "mkdocs.yml")

    @property
    def translations_of_code(self) -> tuple[str, ...]:
        """The codes of the languages that the words of code are translated into."""
        return tuple(code for code in self.languages if code != SOURCE_LANGUAGE)

    @property
    def languages_folder(self) -> Path:
        """What each language needs: ``languages/<code>/``."""
        return self.root / "languages"

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

    def strings(self, language: str) -> Path:
        """Return the path of the words that code and figures have in a language."""
        return self.sources / f"strings.{language}.yml"

    def source(self, name: str) -> Path:
        """Return the path of a tutorial's program."""
        return self.sources / f"{name}.py"

    def record(self, name: str) -> Path:
        """Return the path of a tutorial's run record."""
        return self.runs / f"{name}.ipynb"

    def tutorial_names(self) -> list[str]:
        """Return the names of all tutorials, sorted: a program without a cell is a module."""
        paths = (path for path in self.sources.glob("*.py") if path.is_file())
        return sorted(path.stem for path in paths if b"\n# %%" in b"\n" + path.read_bytes())

    def refuse_links(self) -> None:
        """Raise WeaverError with every symbolic link below the folders that a site is made of.

        What a link leads to may be anywhere: nobody who reads a change sees what is published.
        """
        said = _("a symbolic link: put the file itself there")
        folders = (self.docs, self.sources, self.languages_folder, self.root / "overrides")
        entries = (entry for folder in folders for entry in [folder, *sorted(folder.rglob("*"))])
        if links := [Problem(entry, 0, said) for entry in entries if entry.is_symlink()]:
            raise WeaverError(links)

    def article_paths(self, language: str) -> list[Path]:
        """Return the paths of all pages in a language, sorted."""
        return sorted((self.docs / language).rglob("*.md"))


class _Loader(yaml.SafeLoader):
    """Reads past the tags that only MkDocs knows."""


for _prefix in ("!", "tag:"):
    _Loader.add_multi_constructor(_prefix, lambda *_: None)


@lru_cache(maxsize=8)
def _parse_config(path: Path, text: str) -> dict[str, Any]:
    config = load_yaml(path, text, _Loader)
    return config if isinstance(config, dict) else {}


def _read_languages(path: Path) -> tuple[str, ...]:
    """Return the languages that a configuration names, or the one that it inherits from."""
    config = _parse_config(path, read_text(path))
    plugins = config.get("plugins") or {}
    if isinstance(plugins, list):
        plugins = {key: one[key] for one in plugins if isinstance(one, dict) for key in one}
    i18n = plugins.get("i18n") if isinstance(plugins, dict) else None
    languages = i18n.get("languages") if isinstance(i18n, dict) else None
    inherited = path.parent / str(config.get("INHERIT", path.name))
    if not languages and inherited != path:
        return _read_languages(inherited)
    built = [one for one in languages if _is_built(one)] if isinstance(languages, list) else []
    built.sort(key=lambda one: not one.get("default"))
    if not built:
        raise fail(path, 1, _("`plugins: i18n: languages:` names no language"))
    return tuple(str(one["locale"]) for one in built)


def _is_built(language: object) -> bool:
    """Whether an entry is a language that is built, by a code that can name a folder."""
    return (
        isinstance(language, dict)
        and bool(language.get("build", True))
        and bool(re.fullmatch(r"[A-Za-z]+([-_][A-Za-z0-9]+)*", str(language.get("locale", ""))))
    )
