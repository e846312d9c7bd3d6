"""Which of a tutorial's values are times: they differ in every run, whatever else stays."""

import re
from collections.abc import Iterable

from weaver.program.names import top_level_names
from weaver.program.tutorial import Cell

# A part of the name says it: final_seconds, forward_ms, matmul_seconds["loop"], loop_speedup.
_TIMING = re.compile(r"(^|_)(seconds|ms|us|timings|speedup|slowdown)(_|$)")


def is_timing(name: str) -> bool:
    """Return whether a value, or an item of it, is a time or a ratio of times, by its name."""
    return bool(_TIMING.search(name.partition("[")[0]))


def timed_cells(cells: Iterable[Cell]) -> frozenset[str]:
    """Return the names of the cells that speak of times."""
    return frozenset(
        cell.name for cell in cells if any(map(is_timing, top_level_names(cell.source).used))
    )
