"""What a page may load and run."""

import base64
import hashlib

from conftest import ROOT

from weaver.page.policy import add_policy, read_policy


def test_the_policy_names_the_themes_inline_scripts_and_no_other(tmp_path):
    (tmp_path / "partials").mkdir()
    (tmp_path / "base.html").write_text("<script>one()</script><script src='a.js'></script>")
    (tmp_path / "partials" / "words.html").write_text(
        '<script type="application/json">{}</script>'
    )
    policy = read_policy(tmp_path)
    digest = base64.b64encode(hashlib.sha256(b"one()").digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 1


def test_the_policy_of_this_site_names_one_inline_script():
    assert read_policy(ROOT / "overrides").count("sha256-") == 1


def test_a_page_states_its_policy_before_anything_that_could_break_it():
    document = add_policy("<head><script>two()</script></head>", "script-src 'self'")
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'self\'">'
    assert document == f"<head>\n    {policy}<script>two()</script></head>"
