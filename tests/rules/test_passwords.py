"""Passwords that are guessed first are refused; those that people and programs make up are not."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbannotate.rules.passwords import BLANK, NAMES, PATTERN, USED, _common, weakness


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password", USED), ("PASSWORD", USED), ("P@ssw0rd1!", USED), ("Summer2024!", USED), ("iloveyou", USED),
        ("letmein123", USED), ("ｐａｓｓｗｏｒｄ", USED), ("changeme", USED), ("annotator1", USED),
        ("        ", BLANK), (" longenough-one", BLANK), ("longenough-one\t", BLANK), ("\u3000" * 9, BLANK),
        ("zzzzzzzz", PATTERN), ("abababab", PATTERN), ("xq7xq7xq7", PATTERN), ("\u200b" * 8, PATTERN),
        ("abcdefgh", PATTERN), ("hgfedcba", PATTERN), ("jklzxcvb", PATTERN), ("aaaabbbbcccc", PATTERN),
        ("ana12345", NAMES), ("marie.curie", NAMES), ("1marie.curie1", NAMES), ("eiruc.eiram", NAMES),
        ("smears2026", NAMES),
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused_with_a_reason(password, why):
    assert weakness(password, "ana", "marie.curie@example.org", "smears") == why


@pytest.mark.parametrize("password", ["short", "x" * 257, ""])
def test_too_short_and_too_long_ones_are_refused(password):
    assert weakness(password) == "A password has 8 to 256 characters."


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "ana-has-a-long-password", "a long password", "Tr0ub4dor&3x", "mvdh tzzl", "83720461",
     "我的密码是很长的一句", "x" * 8 + "yw7-k" * 2, "password-of-ana"],
)  # fmt: skip
def test_what_a_person_makes_up_may_be_chosen(password):
    assert weakness(password, "ana", "smears") is None


def test_what_the_program_makes_up_may_be_chosen():
    assert not [p for p in (secrets.token_urlsafe(6) for _ in range(500)) if weakness(p, "ana")]


def test_a_thousand_of_the_most_used_ones_are_known_and_none_of_them_passes():
    assert len(_common()) >= 1000
    assert {"123456", "qwerty", "dragon", "sunshine", "iloveyou"} <= _common()
    assert not [word for word in _common() if weakness(word) is None]


@given(st.text(max_size=300), st.text(max_size=70))
def test_any_text_is_answered(password, name):
    assert weakness(password, name) is None or weakness(password, name).endswith((".", "characters."))
