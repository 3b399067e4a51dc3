"""Pseudo-locales: English made to look like another language, to see what is not translated, cut off, or not turned.

``en-XA`` has accents, brackets and a third more letters; ``ar-XB`` is written from right to left, with the plurals of
Arabic. They are chosen by ``?language=en-XA`` or by the cookie, as other languages are, and stand in no menu.
"""

from __future__ import annotations

from typing import Any

from nbannotate.texts.message import PLACE

LOCALES = ("en-XA", "ar-XB")

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = str.maketrans(_PLAIN, "áƀçđéƒĝĥíĵķļɱñóþɋŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ")
_LONGER = {ord(letter): letter * 2 for letter in "áéíóû"}
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")  # of Arabic
#: Letters between these are written from right to left.
_TURNED, _ENDED = "\u202e", "\u202c"


def table(language: str, english: dict[str, Any]) -> dict[str, Any]:
    """Return the table of a pseudo-locale.

    Parameters
    ----------
    language
        One of :data:`LOCALES`.
    english
        The English table.
    """
    made = {
        section: {key: _entry(text, language) for key, text in english[section].items()}
        for section in ("texts", "sentences")
    }
    return {"name": language, **made}


def _entry(text: str | dict[str, str], language: str) -> str | dict[str, str]:
    if isinstance(text, str):
        return said(text, language)
    names = _CATEGORIES if language == "ar-XB" else text
    return {name: said(text.get(name, text["other"]), language) for name in names}


def said(text: str, language: str) -> str:
    """Return an English text as a pseudo-locale says it; the places of its values stay."""
    parts, at = [], 0
    text = text.partition("//")[0]
    for place in PLACE.finditer(text):
        parts += [_letters(text[at : place.start()], language), place[0]]
        at = place.end()
    whole = "".join([*parts, _letters(text[at:], language)])
    return f"⟦{whole}⟧" if language == "en-XA" and any(letter in _PLAIN for letter in PLACE.sub("", text)) else whole


def _letters(text: str, language: str) -> str:
    if language == "en-XA":
        return text.translate(_ACCENTED).translate(_LONGER)
    return f"{_TURNED}{text}{_ENDED}" if any(letter in _PLAIN for letter in text) else text
