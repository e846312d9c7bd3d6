"""Which of a tutorial's values are times: they differ in every run, whatever else stays."""

import re

# A part of the name says it: final_seconds, forward_ms, matmul_seconds["loop"], loop_speedup.
_TIMING = re.compile(r"(^|_)(seconds|ms|us|timings|speedup|slowdown)(_|$)")


def is_timing(name: str) -> bool:
    """Return whether a value, or an item of it, is a time or a ratio of times, by its name."""
    return bool(_TIMING.search(name.partition("[")[0]))
