"""From what an attestation signs to the program: three digests, each held by the one before."""

import hashlib
import json
import re
import subprocess

from weaver.program.key import source_digest
from weaver.site import Site


def digests(site) -> dict[str, str]:
    """Return the digests of a record, worked out here from its bytes."""
    content = site.record.read_bytes()
    bare = re.sub(rb'("weaver_digest": ")[0-9a-f]{64}', rb"\g<1>" + b"0" * 64, content)
    metadata = json.loads(content)["metadata"]
    assert metadata["weaver_digest"] == hashlib.sha256(bare).hexdigest()
    done = subprocess.run(["sha256sum", site.record], capture_output=True, text=True, check=True)
    state = Site(site.project)
    here = source_digest(site.project, "line", state.pins, state.strings("line"))
    return {
        "file": done.stdout.split()[0],
        "own": metadata["weaver_digest"],
        "source": metadata["weaver"]["source_digest"],
        "source here": here,
    }


def test_what_an_attestation_signs_holds_the_program(example):
    before = digests(example)
    assert before["file"] == hashlib.sha256(example.record.read_bytes()).hexdigest()
    assert before["source"] == before["source here"]
    assert example.weaver("status").status == 0


def test_a_record_of_another_program_has_three_other_digests(example):
    before = digests(example)
    example.edit(example.source, "share = 0.847", "share = 0.848")
    assert digests(example)["source here"] != before["source"]
    assert example.weaver("run").status == 0
    after = digests(example)
    assert after["source"] == after["source here"]
    assert not set(before.values()) & set(after.values())


def test_an_edited_record_fails_its_own_digest_and_a_signed_one_the_files(example):
    before = digests(example)
    text = example.record.read_text(encoding="utf-8")
    example.record.write_text(text.replace("0.847", "0.947"), encoding="utf-8")
    done = example.weaver("status")
    assert done.status == 1
    assert "was changed after the run that wrote it" in done.err
    example.record.write_text(text, encoding="utf-8")
    example.forge(lambda notebook: notebook["metadata"]["weaver"]["values"].update(share=0.947))
    assert example.weaver("status").status == 0
    after = digests(example)
    assert after["source"] == before["source"]
    # Who signs again cannot give the file the digest that was attested.
    assert after["file"] != before["file"]
