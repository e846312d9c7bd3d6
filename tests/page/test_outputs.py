"""What a run's outputs become on a page."""

import re

import pytest

from weaver.page.outputs import LONGEST, SHOWN, show_text


def test_a_short_output_is_shown_whole_and_escaped():
    text = "\n".join(["a < b & c"] * LONGEST)
    assert "<details>" not in show_text(f"{text}\n", "tr")
    assert show_text("a < b & c\n", "en") == (
        '<pre class="cell-output"><samp>a &lt; b &amp; c</samp></pre>'
    )


@pytest.mark.parametrize(
    ("language", "summary"), [("tr", "13 satır daha"), ("en", "13 more lines")]
)
def test_a_long_output_folds_after_its_first_lines_and_loses_none(language, summary):
    lines = [f"line {number}" for number in range(LONGEST + 1)]
    shown = show_text("\n".join(lines), language)
    first, _, rest = shown.partition("<details>")
    assert re.findall(r"line \d+", first) == lines[:SHOWN]
    assert re.findall(r"line \d+", rest) == lines[SHOWN:]
    assert f"<summary>{summary}</summary>" in rest
