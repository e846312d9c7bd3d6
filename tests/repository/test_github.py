"""What GitHub and its editor read: forms, templates, the dev container, links to files."""

import json
import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from conftest import LANGUAGES, ROOT
from markdown_it import MarkdownIt
from mkdocs.config import load_config
from mkdocs.structure.files import get_files
from mkdocs.structure.pages import Page

FORMS = sorted(
    path for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config"
)
# Of https://containers.dev/implementors/json_reference/ what a container from an image may say.
CONTAINER_KEYS = set(
    "name image features forwardPorts portsAttributes otherPortsAttributes containerEnv remoteEnv"
    " containerUser remoteUser mounts init privileged capAdd securityOpt runArgs shutdownAction"
    " initializeCommand onCreateCommand updateContentCommand postCreateCommand postStartCommand"
    " postAttachCommand waitFor userEnvProbe hostRequirements customizations workspaceFolder"
    " workspaceMount updateRemoteUserUID overrideCommand".split()
)


def check_schema(schema: str, *paths) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_forms_are_what_github_expects():
    assert [path.stem for path in FORMS] == ["article-error", "tutorial-idea"]
    check_schema("vendor.github-issue-forms", *FORMS)
    check_schema("vendor.github-issue-config", FORMS[0].with_name("config.yml"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_says_everything_in_both_languages(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    said = [form["name"], form["description"]]
    for element in form["body"]:
        attributes = element["attributes"]
        if element["type"] == "markdown":
            assert len(attributes["value"].strip().split("\n\n")) % len(LANGUAGES) == 0
            continue
        said += [attributes[key] for key in ("label", "description") if key in attributes]
        said += [
            one if isinstance(one, str) else one["label"] for one in attributes.get("options", [])
        ]
    for text in said:
        turkish, english = text.split(" · ")
        assert turkish.strip() and english.strip() and turkish != english


def test_the_pull_request_template_speaks_both_languages_and_names_real_commands():
    text = (ROOT / ".github" / "PULL_REQUEST_TEMPLATE.md").read_text(encoding="utf-8")
    boxes = re.findall(r"(?ms)^- \[ \] (.*?)(?=^- |\Z)", text)
    assert boxes and all(" · " in " ".join(box.split()) for box in boxes)
    targets = re.findall(r"`make (\w+)`", text)
    assert targets
    for target in targets:
        assert re.search(rf"(?m)^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"))


def test_the_dev_container_serves_the_site():
    path = ROOT / ".devcontainer" / "devcontainer.json"
    container = json.loads(path.read_text(encoding="utf-8"))
    assert container.keys() <= CONTAINER_KEYS
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    port = int(re.search(r"(?m)^ADDRESS \?= 127\.0\.0\.1:(\d+)$", makefile)[1])
    assert container["forwardPorts"] == [port]
    assert list(container["portsAttributes"]) == [str(port)]
    assert container["postAttachCommand"] == "make serve"
    for key in ("postCreateCommand", "postAttachCommand"):
        # Make knows the target, without making it.
        command = container[key].split()
        done = subprocess.run([*command, "--dry-run"], cwd=ROOT, capture_output=True, text=True)
        assert command[0] == "make" and done.returncode == 0, done.stderr
    name, version = container["image"].rsplit(":", 1)
    assert name == "mcr.microsoft.com/devcontainers/python"
    assert version in {"3.11", "3.12", "3.13"}


def test_each_page_is_edited_in_its_own_file():
    seen = set()
    for language in LANGUAGES:
        config = load_config(str(ROOT / "mkdocs.yml"))
        config.plugins["i18n"].current_language = language
        config = config.plugins.on_config(config)
        files = config.plugins.on_files(get_files(config), config=config)
        for file in files.documentation_pages():
            address = Page(None, file, config).edit_url
            assert address.startswith(config.repo_url)
            path = ROOT / unquote(urlsplit(address).path).partition("/edit/main/")[2]
            assert path == ROOT / "docs" / file.src_uri and path.is_file()
            assert file.src_uri.startswith(f"{language}/")
            seen.add(path)
    assert seen == set((ROOT / "docs").glob("*/*.md"))


DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *ROOT.glob("docs/*/*.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_leads_to_files_on_github_too(path):
    """A reader of the repository follows the same links as a reader of the site."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(path.read_text(encoding="utf-8"))
    inline = [child for token in tokens for child in token.children or ()]
    links = [child.attrGet("href") or child.attrGet("src") for child in inline]
    for link in filter(None, links):
        parts = urlsplit(str(link))
        if not parts.scheme and parts.path:
            assert (path.parent / unquote(parts.path)).exists(), link
