"""What a record's cells put out: texts and figures, and which of them differ in every run."""

import re
from collections.abc import Iterable

from weaver.page.outputs import read_output
from weaver.program.record import Record

_NUMBER = re.compile(r"\d[\d.,]*")


def texts_of(record: Record | None) -> dict[str, list[str]]:
    """Return each cell's outputs that are text, in every language."""
    return {
        cell: [
            content
            for in_language in outputs.values()
            for kind, content in map(read_output, in_language)
            if not kind.ending
        ]
        for cell, outputs in (record.outputs if record else {}).items()
    }


def words_of(texts: Iterable[str]) -> list[str]:
    """Return texts without their numbers, and without the blanks that align them."""
    return [" ".join(_NUMBER.sub("#", text).split()) for text in texts]


def images_of(record: Record | None) -> dict[tuple[str, str, str], str]:
    """Return figures by cell (numbered if it has several), their files' ending and language."""
    images = {}
    for cell, by_language in (record.outputs if record else {}).items():
        for language, outputs in by_language.items():
            shown = [found for found in map(read_output, outputs) if found[0].ending]
            for number, (kind, content) in enumerate(shown, 1):
                name = cell if number == 1 else f"{cell}-{number}"
                images[name, kind.ending, language] = content
    return images
