"""The names that code binds and uses at its top level."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from weaver.program.names import binding_line, top_level_names

BINDS = {
    "a = b": {"a"},
    "a += b": {"a"},
    "a: int = b": {"a"},
    "for a, (b, *c) in d: pass": {"a", "b", "c"},
    "with b as a: pass": {"a"},
    "import a.b": {"a"},
    "import a.b as c, d": {"c", "d"},
    "from b import a, c as d": {"a", "d"},
    "def a(b): c = b": {"a"},
    "async def a(b): c = b": {"a"},
    "class a(b): c = 1": {"a"},
    "del a": {"a"},
    "if (a := b): pass": {"a"},
    "[(a := c) for c in b]": {"a"},
    "try: b\nexcept E as a: pass": {"a"},
    "match b:\n case {'k': a, **c}: pass\n case [d, *e]: pass\n case C() as f: pass": set("acdef"),
    "def f():\n global a\n a = 1": {"a", "f"},
    "[a for a in b]": set(),
    "{a for a in b}, {a: c for a, c in b}, list(a for a in b)": set(),
    "f = lambda a: [b for b in a]": {"f"},
    "print(a)\na.b = c[0] = 1": set(),
}

USES = {
    "[a for a in b if c]": {"b", "c"},
    "[[a for a in b] for b in c]": {"c"},
    "{a: d for a in b}": {"b", "d"},
    "def f(a):\n return [a + b + c for b in a]": {"f", "c"},
    "a = [a for a in b]": {"a", "b"},
}


@pytest.mark.parametrize(("code", "names"), BINDS.items())
def test_whatever_binds_a_name_is_seen(code, names):
    assert top_level_names(code).bound == names


@pytest.mark.parametrize(("code", "names"), USES.items())
def test_names_that_are_local_to_code_do_not_count(code, names):
    assert top_level_names(code).used == names


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_python_sees_the_same(version):
    shims = Path.home() / ".pyenv" / "versions"
    built = [path / "bin" / "python3" for path in sorted(shims.glob(f"{version}.*"))]
    python = next(map(str, built), shutil.which(f"python{version}"))
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    program = (
        "import json, sys\nfrom weaver.program.names import top_level_names\n"
        "found = [top_level_names(code) for code in json.load(sys.stdin)]\n"
        "print(json.dumps([[sorted(one.bound), sorted(one.used)] for one in found]))\n"
    )
    codes = [*BINDS, *USES]
    done = subprocess.run(
        [python, "-c", program], cwd=ROOT, input=json.dumps(codes), text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    here = [top_level_names(code) for code in codes]
    assert json.loads(done.stdout) == [[sorted(one.bound), sorted(one.used)] for one in here]


@pytest.mark.parametrize(
    "code", ["a = 1", "for a in b: pass", "import a.b", "from b import c as a", "def a(): pass"]
)
def test_the_line_is_that_of_the_binding(code):
    assert binding_line(f"print(a)\n{code}\na = 2", "a") == 2
