"""What code means, as text, in every Python alike."""

import pytest

from weaver.program.meaning import canonical


@pytest.mark.parametrize("text", ["plain", "it's", '"', "'\"", "\\", "\n\t\x00\x7f", "ışık", "→"])
@pytest.mark.parametrize("kind", ["", "b"])
def test_a_literal_is_written_as_repr_does(text, kind):
    value = text.encode() if kind else text
    assert f"value={value!r})" in canonical(f"x = {value!r}")


def test_no_character_depends_on_pythons_table_of_unicode():
    # Python 3.12 knows U+1FAE8, 3.11 does not; U+0378 is free in all of them.
    for sign in "\U0001fae8", "\u0378", "\u00a0":
        assert f"value='{sign}')" in canonical(f"x = '{sign}'")


def test_an_escape_and_the_text_that_looks_like_it_differ():
    for sign in "\x9f", "\u0378", "\U0001fae8":
        escaped = ascii(sign)[1:-1]
        assert canonical(f"x = '{escaped}'") != canonical(f"x = r'{escaped}'")


def test_half_a_character_can_be_written_down():
    canonical(r"x = '\ud83d'").encode()


def test_examples_in_docstrings_count_by_their_characters():
    docstring = 'def f():\n    """\n    >>> f("\U0001fae8")\n    \'\U0001fae8\'\n    """'
    assert canonical(docstring).count("\U0001fae8") == 2
