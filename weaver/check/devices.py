"""Check that seconds of different devices do not stand in one column as if they were alike."""

import re
from collections.abc import Iterator

from weaver.core.files import read_text
from weaver.core.messages import _
from weaver.core.problems import Problem
from weaver.program.record import name_device
from weaver.program.timings import is_timing
from weaver.prose.article import Article
from weaver.site import Site

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}")

# What says the device itself: see weaver.page.provenance.with_devices.
_TOLD = re.compile(r"\|\s*seconds\b")


def check_devices(site: Site) -> Iterator[Problem]:
    """Find columns of a table with times of several devices that do not say which."""
    for article in site.every_article():
        if article.woven:
            yield from _check_tables(site, article)


def _check_tables(site: Site, article: Article) -> Iterator[Problem]:
    columns: dict[int, set[str]] = {}
    for number, line in enumerate(read_text(article.path).splitlines(), 1):
        if not line.lstrip().startswith("|"):
            columns = {}
            continue
        expressions = _EXPRESSION.findall(line)
        if any(".device" in expression for expression in expressions):
            continue
        # An expression may hold the sign that ends a table's cell.
        for column, cell in enumerate(_EXPRESSION.sub("{{}}", line).split("|")):
            for __ in range(cell.count("{{}}")):
                expression = expressions.pop(0)
                if _TOLD.search(expression):
                    continue
                known = columns.setdefault(column, set())
                found = set(_devices(site, article, expression))
                if found - known and len(known | found) > 1:
                    text = _(
                        "times of several devices in one column ({devices}): write them with"
                        " `| seconds`, which says the device, or name `run.device` in each row"
                    )
                    named = ", ".join(sorted(known | found))
                    yield Problem(article.path, number, text.format(devices=named))
                known |= found


def _devices(site: Site, article: Article, expression: str) -> Iterator[str]:
    """Yield the devices of the times that an expression names."""
    for name in re.findall(r"\brun\.(\w+)\.seconds\b", expression):
        if record := site.records.get(name):
            yield name_device(record.about["device"])
    for owner, name in re.findall(r"(?:(\w+)\.)?\b([A-Za-z_]\w*)", expression):
        record = site.records.get(owner or str(article.tutorial))
        if record and is_timing(name):
            measured = name in record.values
            yield name_device(record.about["device"], name if measured else None)
