"""Pages as plain Markdown: another generator, Zensical, builds the whole site of them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from weaver.core.project import Project
from weaver.page.plain import weave_site
from weaver.site import Site

CONFIG = """\
site_name: Plain
docs_dir: docs
markdown_extensions:
  - tables
  - md_in_html
  - pymdownx.superfences
  - pymdownx.arithmatex: {generic: true}
  - toc
"""


@pytest.mark.parametrize("language", ["tr", "en"])
def test_another_generator_builds_the_whole_site(tmp_path: Path, language: str) -> None:
    site = Site(Project(ROOT))
    weave_site(site, tmp_path / "woven")
    docs = tmp_path / "docs"
    (tmp_path / "woven" / language).rename(docs)
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("zensical"), "build", "--clean"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout + done.stderr  # links and anchors too
    built = tmp_path / "site"
    for page, article in site.articles[language].items():
        html = built / page.removesuffix("index.md").removesuffix(".md")
        html = html / "index.html" if html.is_dir() else html
        text = html.read_text(encoding="utf-8")
        assert str(article.meta["title"]).split(":")[0].split("'")[0] in text
        pictures = re.findall(r'<img[^>]* src="([^"]+\.(?:svg|png))"', text)
        assert all((html.parent / picture).resolve().is_file() for picture in pictures)
        assert all(re.findall(r'<img[^>]* alt="([^"]+)"', text))
        assert "{{" not in re.sub(r"(?s)<(pre|code).*?</\1>", "", text)
        if article.tutorial:
            source = (docs / page).read_text(encoding="utf-8")
            assert text.count('class="arithmatex"') >= source.count("\n$$") // 2 > 0
            assert len(pictures) == source.count("](figures/") > 0
