"""Stand in for GitHub's command line: keep pull requests and issues in a file.

What it was asked is written down in ``asked``; what ``--jq`` says, jq itself does.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import jq

HUB = Path(os.environ.get("HUB", "."))
STATE = HUB / "state.json"
REPOSITORY = "someone/fork"


def main(arguments: list[str]) -> int:
    with (HUB / "gh.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # jobs ask at the same time
        return answer(arguments)


def answer(arguments: list[str]) -> int:
    with (HUB / "asked").open("a", encoding="utf-8") as file:
        file.write(json.dumps(arguments) + "\n")
    words, options = read(arguments)
    state = json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}
    for kind in ("pulls", "issues"):
        state.setdefault(kind, [])
    command = "_".join(words[:2])
    known = {
        "attestation_verify": attestation_verify,
        "auth_setup-git": nothing,
        "issue_close": close("issues"),
        "issue_create": issue_create,
        "issue_list": show("issues"),
        "label_create": nothing,
        "pr_close": close("pulls"),
        "pr_comment": pr_comment,
        "pr_create": pr_create,
        "pr_diff": pr_diff,
        "pr_edit": pr_edit,
        "pr_list": show("pulls"),
        "workflow_run": nothing,
    }
    if words[0] == "api":
        status = api(state, words[1], options)
    else:
        status = known[command](state, words[2:], options)
    STATE.write_text(json.dumps(state, indent=1), encoding="utf-8")
    return status


def read(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    flags = {"--edit-last", "--create-if-none", "--force", "--delete-branch", "--name-only"}
    words, options, rest = [], {}, iter(arguments)
    for one in rest:
        if one in flags:
            options[one] = "yes"
        elif one.startswith("-"):
            options[one] = f"{options.get(one, '')}\n{next(rest)}".strip()
        else:
            words.append(one)
    return words, options


def say(value: object, options: dict[str, str]) -> int:
    if "--jq" not in options:
        print(json.dumps(value))
        return 0
    for one in jq.compile(options["--jq"]).input_value(value).all():
        print(one if isinstance(one, str) else json.dumps(one))
    return 0


def nothing(state, words, options) -> int:
    return 0


def attestation_verify(state, words, options) -> int:
    digest = hashlib.sha256(Path(words[0]).read_bytes()).hexdigest()
    workflow = options["--signer-workflow"].rpartition("/")[2].removesuffix(".yml")
    wanted = f"{digest} {workflow} {options['--source-ref']}"
    kept = HUB / "attestations"
    return int(not kept.exists() or wanted not in kept.read_text(encoding="utf-8").splitlines())


def api(state, path, options) -> int:
    if path.startswith(f"repos/{REPOSITORY}/actions/workflows/publish.yml/runs?"):
        assert "status=success" in path and "branch=main" in path
        kept = HUB / "published"
        runs = [{"head_sha": kept.read_text().strip()}] if kept.exists() else []
        return say({"workflow_runs": runs}, options)
    assert path == f"repos/{REPOSITORY}/pulls", path
    fields = dict(line.split("=", 1) for line in options["-f"].splitlines())
    found = [
        {"number": one["number"], "head": {"sha": one["sha"]}}
        for one in state["pulls"]
        if one["state"] == fields["state"] and one["from"] == fields["head"]
    ]
    return say(found, options)


def find(state, kind, word) -> dict | None:
    return next(
        (one for one in state[kind] if word in (str(one["number"]), one.get("headRefName"))), None
    )


def add(state, kind, **what) -> dict:
    number = 1 + len(state["pulls"]) + len(state["issues"])
    state[kind].append({"number": number, "state": "open", "comments": [], **what})
    return state[kind][-1]


def pr_create(state, words, options) -> int:
    branch = options["--head"]
    if any(one.get("headRefName") == branch and one["state"] == "open" for one in state["pulls"]):
        print("a pull request for this branch already exists", file=sys.stderr)
        return 1
    body = Path(options["--body-file"]).read_text(encoding="utf-8")
    made = add(state, "pulls", headRefName=branch, base=options["--base"], body=body)
    print(f"https://github.com/{REPOSITORY}/pull/{made['number']}")
    return 0


def pr_edit(state, words, options) -> int:
    found = find(state, "pulls", words[0])
    if found is None:
        print("no pull requests found for this branch", file=sys.stderr)
        return 1
    found["body"] = Path(options["--body-file"]).read_text(encoding="utf-8")
    return 0


def pr_comment(state, words, options) -> int:
    found = find(state, "pulls", words[0])
    body = Path(options["--body-file"]).read_text(encoding="utf-8")
    if found["comments"]:
        found["comments"][-1] = body
    else:
        found["comments"].append(body)
    return 0


def pr_diff(state, words, options) -> int:
    found = find(state, "pulls", words[0])
    between = f"{found['base']}...{found['headRefName']}"
    command = ["git", "-C", HUB / "origin", "diff", "--name-only", between]
    print(subprocess.check_output(command, text=True), end="")
    return 0


def issue_create(state, words, options) -> int:
    body = Path(options["--body-file"]).read_text(encoding="utf-8")
    made = add(state, "issues", title=options["--title"], body=body)
    print(f"https://github.com/{REPOSITORY}/issues/{made['number']}")
    return 0


def show(kind):
    def listed(state, words, options) -> int:
        return say([one for one in state[kind] if one["state"] == "open"], options)

    return listed


def close(kind):
    def closed(state, words, options) -> int:
        found = find(state, kind, words[0])
        found["state"] = "closed"
        found["comments"].append(options.get("--comment", ""))
        return 0

    return closed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
