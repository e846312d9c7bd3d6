"""Fitting a figure to a page."""

import re
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import numpy as np
import pytest

from weaver.figures import fit_svg


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
    fitted = fit_svg(svg, "loss", 'say "<this>"', "en")
    fitted = fitted.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
    tree = ET.fromstring(fitted)
    assert tree.get("aria-label") == 'say "<this>"'
    words = [text.text for text in tree.iter("text")]
    assert "loss & <gain>" in words
    assert "title" in words
    assert "0.2" in words


def test_colours_follow_the_theme(svg):
    fitted = fit_svg(svg, "loss", "", "en")
    assert "var(--figure-0)" in fitted
    assert "currentColor" in fitted
    assert "#1f77b4" not in fitted
    assert "#000000" not in fitted


def test_every_reference_has_its_target_and_names_the_figure(svg):
    fitted = fit_svg(svg, "loss", "", "en")
    referred = set(re.findall(r'(?:url\(#|href="#)([^")]+)', fitted))
    assert referred
    assert referred == set(re.findall(r' id="([^"]+)"', fitted))
    assert all(name.startswith("loss-") for name in referred)


def test_numbers_are_the_languages_own(svg):
    assert re.search(r">0,\d+<", fit_svg(svg, "loss", "", "tr"))
    assert not re.search(r">0,\d+<", fit_svg(svg, "loss", "", "en"))


def test_pictures_inside_are_untouched(svg):
    (image,) = re.findall(r"base64,([^\"]+)", svg)
    (fitted,) = re.findall(r"base64,([^\"]+)", fit_svg(svg, "loss", "", "tr"))
    assert "".join(fitted.split()) == "".join(image.split())


def test_it_gets_smaller(svg):
    assert len(fit_svg(svg, "loss", "", "en")) < 0.6 * len(svg)
