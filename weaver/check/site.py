"""Check every contract between prose, programs and runs, without running anything."""

from collections.abc import Callable, Iterator
from functools import partial

from weaver.check.cells import check_article, check_values, list_known
from weaver.check.drift import check_drift
from weaver.check.markdown import check_markdown
from weaver.check.parity import check_parity
from weaver.check.results import check_prose
from weaver.check.strings import check_strings
from weaver.check.wording import check_wording
from weaver.core.problems import Problem, WeaverError
from weaver.core.project import LANGUAGES
from weaver.page.overview import overview_names
from weaver.prose.article import Article
from weaver.prose.parse import front_line
from weaver.site import Site


def check(site: Site) -> list[Problem]:
    """Return everything that is wrong with the site's sources, in order."""
    project = site.project
    problems = [*site.problems, *_check_runs(site)]
    if len(site.tutorials) == len(site.names):
        problems += _attempt(partial(check_strings, site))
    for pages in site.articles.values():
        for page, article in pages.items():
            if not all((project.docs / other / page).exists() for other in LANGUAGES):
                problems.append(Problem(article.path, 0, f"has no twin in {', '.join(LANGUAGES)}"))
            problems += check_prose(article)
            problems += check_markdown(article)
            problems += _attempt(partial(check_run, site, article))
    problems += _attempt(partial(check_drift, project))
    articles = [article for pages in site.articles.values() for article in pages.values()]
    problems += _attempt(partial(check_wording, project, articles))
    first, second = LANGUAGES
    for page in site.articles[first].keys() & site.articles[second].keys():
        problems += check_parity(site.articles[first][page], site.articles[second][page])
    return sorted(set(problems))


def _check_runs(site: Site) -> Iterator[Problem]:
    for name in site.names:
        if not site.project.record(name).exists():
            text = f"never run: `python -m weaver run {name}`"
            yield Problem(site.project.source(name), 0, text)


def check_run(site: Site, article: Article) -> list[Problem]:
    """Check what a page shows of runs: its own tutorial's, or all of them."""
    name = article.tutorial
    if name is not None and name not in site.names:
        text = f"there is no tutorials_src/{name}.py: {list_known(site.names)}"
        return [Problem(article.path, front_line(article, "tutorial"), text)]
    if name is not None and name in site.tutorials:
        quoted = site.quoted
        return check_article(article, site.tutorials[name], site.records.get(name), quoted)
    if name is None and article.woven and len(site.records) == len(site.names):
        try:
            names = overview_names(site.project, article, site.records, site.quoted)
        except WeaverError as error:
            return list(error.problems)
        return check_values(article, names)
    return []


def _attempt(find: Callable[[], list[Problem]]) -> list[Problem]:
    """Return what a check finds, or why it could not look."""
    try:
        return find()
    except WeaverError as error:
        return list(error.problems)
