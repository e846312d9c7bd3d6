"""Fitting a figure to a page."""

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import LANGUAGE, ROOT
from PIL import Image

from weaver.page.figures import fit_svg


@pytest.fixture(scope="module")
def svg(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("figure") / "figure.svg"
    with plt.rc_context({"svg.fonttype": "none", "font.size": 12}):
        fig, ax = plt.subplots()
        ax.plot([0, 0.5, 1], [0.1, 0.7, 0.4], color="C0", marker="o", label="loss & <gain>")
        ax.imshow(np.eye(3), cmap="gray", extent=(0, 1, 0, 1), interpolation="none")
        ax.set_title("title", weight="bold")
        ax.legend()
        fig.savefig(path)
        plt.close(fig)
    return path.read_text(encoding="utf-8")


def test_the_figure_is_still_xml_and_keeps_its_words(svg):
    tree = ET.fromstring(fit_svg(svg, "loss", 'say "<this>"', LANGUAGE["en"]))
    assert tree.get("aria-label") == 'say "<this>"'
    words = [text.text for text in tree.iter("text")]
    assert "loss & <gain>" in words
    assert "title" in words
    assert "0.2" in words


def test_colours_follow_the_theme(svg):
    fitted = fit_svg(svg, "loss", "", LANGUAGE["en"])
    assert "var(--figure-0)" in fitted
    assert "currentColor" in fitted
    assert "#1f77b4" not in fitted
    assert "#000000" not in fitted


def test_every_reference_has_its_target_and_names_the_figure(svg):
    fitted = fit_svg(svg, "loss", "", LANGUAGE["en"])
    referred = set(re.findall(r'(?:url\(#|href="#)([^")]+)', fitted))
    assert referred
    assert referred == set(re.findall(r' id="([^"]+)"', fitted))
    assert all(name.startswith("loss-") for name in referred)


def test_numbers_are_the_languages_own(svg):
    assert re.search(r">0,\d+<", fit_svg(svg, "loss", "", LANGUAGE["tr"]))
    assert not re.search(r">0,\d+<", fit_svg(svg, "loss", "", LANGUAGE["en"]))


def test_pictures_inside_are_untouched(svg):
    (image,) = re.findall(r"base64,([^\"]+)", svg)
    (fitted,) = re.findall(r"base64,([^\"]+)", fit_svg(svg, "loss", "", LANGUAGE["tr"]))
    assert "".join(fitted.split()) == "".join(image.split())


def test_it_gets_smaller(svg):
    assert len(fit_svg(svg, "loss", "", LANGUAGE["en"])) < 0.4 * len(svg)


def test_it_looks_the_same(svg, browser):
    """Drawn in matplotlib's own colours and font, no pixel tells them apart."""
    colours = {
        "0": "#1f77b4",
        "1": "#ff7f0e",
        "2": "#2ca02c",
        "3": "#d62728",
        "grid": "#cccccc",
        "grey": "#808080",
    }
    style = "".join(f"--figure-{name}: {value};" for name, value in colours.items())
    page = browser.new_page(viewport={"width": 800, "height": 600})
    drawn = []
    for figure in (svg[svg.index("<svg") :], fit_svg(svg, "loss", "", LANGUAGE["en"])):
        page.set_content(f'<body style="margin: 0; font-family: DejaVu Sans; {style}">{figure}')
        page.locator("svg").evaluate(
            "svg => { svg.style.width = '600px'; svg.style.height = 'auto'; }"
        )
        drawn.append(
            np.asarray(
                Image.open(io.BytesIO(page.locator("svg").screenshot())).convert("L"), dtype=int
            )
        )
    page.close()
    before, after = drawn
    assert before.std() > 10
    assert before.shape == after.shape
    difference = np.abs(before - after)
    # Coordinates are rounded to a tenth: an edge may be a little lighter or darker.
    assert difference.max() < 100
    assert difference.mean() < 0.2


@pytest.mark.parametrize(
    "path",
    [
        "M 0 0 L -3.5 0 ",
        "M 52.46 196.14 L 57.5 41.31 L 57.5 0.84 L 60 -0.04 z M 5 5 Q 6 7 8 9 L 9 9 z ",
        "M 1 1 C 2 2 3 1 4 0.5 C 5 0 6 0.25 7 1 L 8 8 z L 0 0 ",
    ],
)
def test_a_relative_path_meets_the_same_points(path):
    fitted = fit_svg(f'<svg viewBox="0 0 9 9"><path d="{path}"/></svg>', "", "", LANGUAGE["en"])
    (short,) = re.findall(r' d="([^"]*)"', fitted)
    expected = [
        (c, [round(float(n), 1) for n in p.split()])
        for c, p in re.findall(r"([A-Z]|z)([^A-Zz]*)", path)
    ]
    assert len(short) < len(path)
    assert absolute(short) == [(c, pytest.approx(points)) for c, points in expected]


def absolute(path: str) -> list[tuple[str, list[float]]]:
    """Return the steps of a relative path with absolute points."""
    steps: list[tuple[str, list[float]]] = []
    at = start = (0.0, 0.0)
    for command, rest in re.findall(r"([a-z])([^a-z]*)", path):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.\d+|\.\d+|\d+)", rest)]
        size = {"m": 2, "l": 2, "q": 4, "c": 6, "z": 0}[command]
        if command == "z":
            steps.append(("z", []))
            at = start
        for first in range(0, len(numbers), size or 1):
            points = [n + at[i % 2] for i, n in enumerate(numbers[first : first + size])]
            # After a moveto, points without a letter of their own are lines.
            said = "l" if command == "m" and first else command
            steps.append((said.upper(), points))
            at = (points[-2], points[-1])
            start = at if said == "m" else start
    return steps


def test_a_figure_is_the_same_in_every_build():
    """Python orders a set of words anew in each process."""
    program = (
        "from pathlib import Path\n"
        "from weaver.page.figures import fit_svg\n"
        'drawn = \'<path d="M0 0L9 9z" fill="url(#p)" clip-path="url(#c)"/>\'\n'
        'for_both = \'<pattern id="p"/><clipPath id="c"/>\'\n'
        "svg = f'<svg viewBox=\"0 0 9 9\">{for_both}{drawn}</svg>'\n"
        "from weaver.core.language import load_language\n"
        f"english = load_language(Path({str(ROOT / 'languages')!r}), 'en')\n"
        "print(fit_svg(svg, 'f', 'alt', english))\n"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(8)
    }
    assert len(made) == 1
