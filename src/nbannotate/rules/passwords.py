"""Which passwords are guessed first: those that everybody uses, names that stand near, rows of keys, repetitions."""

from __future__ import annotations

import functools
import string
import unicodedata
from pathlib import Path

from nbannotate.texts import t

SHORTEST = 8
LONGEST = 256
#: What is put around a word to make it longer: ``Summer2024!``.
AROUND = string.digits + string.punctuation + string.whitespace
#: What is put in the place of letters: ``P@ssw0rd``.
LETTERS = str.maketrans("@4301!$57", "aaeoiisst")
ROWS = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop",
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "1q2w3e4r5t6y7u8i9o0p", "!@#$%^&*()",
)  # fmt: skip

BLANK = t("A password neither begins nor ends with a blank.")
USED = t(
    "This password is one of those that are tried first; choose another, for example four words without a connection."
)
NAMES = t("A password is neither the login nor the name of the workspace.")
PATTERN = t("This password repeats itself, or follows a row of letters or keys; choose another.")


def wrong_length(password: str) -> str | None:
    """Return why a password is too short or too long; None if it is not."""
    if SHORTEST <= len(password) <= LONGEST:
        return None
    return t("A password has {least} to {most} characters.", least=SHORTEST, most=LONGEST)


def weakness(password: str, *names: str) -> str | None:
    """Return why a password must not be chosen; None if it may be.

    Parameters
    ----------
    password
        What somebody chose.
    names
        The login, the name of the workspace: what a stranger knows.
    """
    if (why := wrong_length(password)) is not None:
        return why
    if password != password.strip():
        return BLANK
    word = _plain(password)
    if {word, _word(word), word[::-1], _word(word)[::-1]} & {form for name in names for form in _forms(name)}:
        return NAMES
    if {word, _word(word), word.translate(LETTERS), _word(_word(word).translate(LETTERS))} & _common():
        return USED
    if _repeats(word) or _pieces(word) * 4 <= len(word):
        return PATTERN
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _word(text: str) -> str:
    """Return a text without the digits and marks around it."""
    return text.strip(AROUND)


def _forms(name: str) -> set[str]:
    """Return a name as it is, without what is around it, and the part before the @."""
    plain = _plain(name)
    return {plain, _word(plain), plain.partition("@")[0]} - {""}


@functools.cache
def _common() -> frozenset[str]:
    text = Path(__file__).with_name("common_passwords.txt").read_text("utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("# ") for word in line.split())


def _repeats(word: str) -> bool:
    """Whether a word is a shorter one again and again, or made of two characters."""
    return len(set(word)) < 3 or (word + word).find(word, 1) < len(word)


def _pieces(word: str) -> int:
    """Return into how many pieces a word falls, each of them a part of a row, or one character again and again."""
    rows = [*ROWS, *(row[::-1] for row in ROWS)]
    count = begin = 0
    while begin < len(word):
        end = begin + 1
        while end < len(word) and (
            set(word[begin : end + 1]) == {word[begin]} or any(word[begin : end + 1] in row for row in rows)
        ):
            end += 1
        count, begin = count + 1, end
    return count
