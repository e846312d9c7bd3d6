"""Links and anchors: what the check knows of a page is what the built page has."""

import re
from pathlib import Path

from conftest import ROOT

from weaver.check.anchors import anchors_of
from weaver.core.project import Project
from weaver.site import Site


def test_a_page_has_the_anchors_that_the_check_knows_and_no_other_headings(built):
    site = Site(Project(ROOT))
    original = site.project.languages[0]
    for article in site.every_article():
        page = article.path.relative_to(site.project.docs / article.language).with_suffix("")
        folder = built if article.language == original else built / article.language
        path = folder / ("" if page == Path("index") else page) / "index.html"
        content = path.read_text(encoding="utf-8")
        known, there = anchors_of(site, article), set(re.findall(r'\sid="([^"]+)"', content))
        assert known <= there, (article.path, known - there)
        headings = set(re.findall(r'<h\d[^>]*\sid="([^"]+)"', content))
        targets = {name for name in there if re.match("(code|figure)-", name)}
        assert headings | targets <= known, (article.path, (headings | targets) - known)
