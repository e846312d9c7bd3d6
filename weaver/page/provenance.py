"""How an article was made: what its run's record says, written for the page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from weaver.core.numbers import Timed, format_date, format_duration
from weaver.program.record import Claim, Record, name_device
from weaver.program.timings import is_timing
from weaver.prose.article import Article
from weaver.prose.parse import reading_minutes

SLOWEST = 3  # cells to name

_GITHUB = re.compile(r"https://github\.com/([^/]+/[^/]+?)(?:\.git)?/?")


@dataclass(frozen=True)
class Provenance:
    """An article's facts; durations and the date as its language writes them.

    ``device`` names all that the run used. ``day`` is the date in ISO form,
    ``slowest`` the cells that took longest with their durations and, where a run
    used more than one device, the cell's, ``datasets`` SHA-256 digests by file,
    ``claims`` what the program's docstrings promise and the run checked: ``of`` (a
    function, or ``claims`` for the module), ``source`` and ``want``.
    """

    name: str
    minutes: int
    device: str
    threads: int
    duration: str
    day: str
    date: str
    versions: Mapping[str, str]
    slowest: tuple[tuple[str, str, str], ...]
    datasets: Mapping[str, str]
    claims: tuple[Claim, ...]


def describe_run(article: Article, record: Record) -> Provenance:
    """Return how an article was made, from its run's record alone."""
    about, language = record.about, article.language
    shown = [cell.name for cell in article.cells if cell.name in record.seconds]
    slowest = sorted(shown, key=lambda name: -record.seconds[name])[:SLOWEST]
    versions = sorted(about["versions"].items(), key=lambda item: (item[0] != "python", item[0]))
    return Provenance(
        name=record.path.stem,
        minutes=reading_minutes(article),
        device=name_device(about["device"]),
        threads=about["device"]["threads"],
        duration=format_duration(about["seconds"], language=language),
        day=about["date"],
        date=format_date(about["date"], language=language),
        versions={name.replace("python", "Python"): version for name, version in versions},
        slowest=tuple(
            (
                name,
                format_duration(record.seconds[name], language=language),
                name_device(about["device"], name) if "gpu" in about["device"] else "",
            )
            for name in slowest
        ),
        datasets=about["datasets"],
        claims=tuple(about["claims"]),
    )


def with_devices(record: Record) -> dict[str, object]:
    """Return a run's values; times that are written as seconds then say their device."""

    def told(value: object, device: str) -> object:
        if isinstance(value, dict):
            return {key: told(item, device) for key, item in value.items()}
        if isinstance(value, list):
            return [told(item, device) for item in value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return Timed(value, device)

    return {
        name: told(value, name_device(record.about["device"], name)) if is_timing(name) else value
        for name, value in record.values.items()
    }


def repository_links(
    name: str, notebook: str, repository: str | None, edit_uri: str | None
) -> dict[str, str]:
    """Return the addresses of a tutorial's ``source``, ``record`` and ``colab`` notebook.

    ``notebook`` is the notebook's path below the site's root. What cannot be
    addressed is left out: everything without a ``repository``, and Colab's for
    one that is not on GitHub.

    Colab opens notebooks from GitHub only, so publishing pushes those of the
    built site to the branch ``notebooks``, each at its path below the site's
    root: this address and the publishing workflow share that contract.
    """
    if not repository or not edit_uri:
        return {}
    repository = repository.rstrip("/")
    root = edit_uri.removesuffix("/").removesuffix("docs").replace("edit/", "blob/", 1)
    links = {
        "source": f"{repository}/{root}tutorials_src/{name}.py",
        "record": f"{repository}/{root}tutorials_src/runs/{name}.ipynb",
    }
    if github := _GITHUB.fullmatch(repository):
        blob = f"github/{github[1]}/blob/notebooks/{notebook}"
        links["colab"] = f"https://colab.research.google.com/{blob}"
    return links
