"""The tables of texts: which languages there are, which one a browser wants, and a sentence in it.

A table is ``{"name": "Français", "texts": {...}, "sentences": {...}}``: *texts* are written in the browser and in the
site's templates, *sentences* are made in Python, with values in them, and are recognised by what is around the values.
A text is a string, or, if it counts something, one for each plural category of the language (CLDR).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from nbannotate.texts import pseudo
from nbannotate.texts.message import PLACE, Message, filled

HERE = Path(__file__).parent
ENGLISH = "en"

Text: TypeAlias = str | dict[str, str]

_SENTENCE = re.compile(r"(?<=[.!?…]) +(?=[\"'“A-Z0-9])")
_QUOTED = re.compile(r"""^(["'])((?:(?!\1).)+)\1$""")  # Python's quotes around a name
LONGEST = 4000


@lru_cache(maxsize=1)
def languages() -> dict[str, str]:
    """Return the languages that there are, by tag, with the name that they have for themselves."""
    names = {path.stem: str(json.loads(path.read_text("utf-8"))["name"]) for path in HERE.glob("*.json")}
    return dict(sorted(names.items(), key=lambda item: (item[0] != ENGLISH, item[1])))


@lru_cache(maxsize=16)
def texts_of(language: str) -> Texts:
    """Return the texts of a language, or of a pseudo-locale; English for one that is not there."""
    if language in pseudo.LOCALES:
        return Texts(language, pseudo.table(language, texts_of(ENGLISH).table))
    known = language if language in languages() else ENGLISH
    return Texts(known, json.loads((HERE / f"{known}.json").read_text("utf-8")))


def choose(chosen: str | None, accepted: str = "") -> str:
    """Return the language for a browser.

    Parameters
    ----------
    chosen
        What the person chose before, if anything.
    accepted
        The header ``Accept-Language``.
    """
    there = languages()
    if chosen in there or chosen in pseudo.LOCALES:
        return str(chosen)
    wanted: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    for weighed, tag in sorted(wanted, key=lambda item: item[0]):
        for known in there:
            if weighed and known.lower() in (tag.lower(), tag.lower().partition("-")[0]):
                return known
    return ENGLISH


def answer(widget: Any, content: object) -> bool:
    """Send a browser the table that it asks for; return whether the message was one of these.

    Parameters
    ----------
    widget
        The widget that asks (``frontend/shared/texts``).
    content
        What it sent: ``{"texts": "fr"}``.
    """
    if not isinstance(content, dict) or set(content) != {"texts"}:
        return False
    language = str(content["texts"])
    widget.send({"texts": language, "table": texts_of(language).sent})
    return True


@lru_cache(maxsize=1)
def singulars() -> dict[str, str]:
    """Return how the sentences that count something are in English, for one."""
    sentences: dict[str, Text] = texts_of(ENGLISH).table["sentences"]
    return {key: text["one"] for key, text in sentences.items() if isinstance(text, dict)}


class Texts:
    """The texts of one language.

    Parameters
    ----------
    language
        Its tag.
    table
        Its file.
    """

    def __init__(self, language: str, table: dict[str, Any]) -> None:
        self.language, self.table = language, table
        self.languages = languages()
        self._texts: dict[str, Text] = {**table["sentences"], **table["texts"]}
        self._patterns = [] if language == ENGLISH else patterns(table["sentences"])

    @property
    def direction(self) -> str:
        """Whether it is written from left to right, ``"ltr"``, or from right to left, ``"rtl"``."""
        return "ltr" if self.language == ENGLISH else str(_locale(self.language).text_direction)

    @property
    def sent(self) -> dict[str, Any]:
        """What a browser needs of it."""
        return {**self.table, "direction": self.direction, "singular": singulars()}

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a text that a template or a page names, with its values."""
        found = self._texts.get(text) or text
        return fill(found if isinstance(found, str) else found["other"], values)

    def said(self, text: str) -> str:
        """Return a sentence that Python made (an error, a notice); what no table knows stays English."""
        if self.language == ENGLISH:
            return str(text)
        if isinstance(text, Message) and (text.values or text.text in self._texts):
            return self._filled(text)
        if not text or len(text) > LONGEST:
            return text
        found = self._texts.get(text)
        if isinstance(found, str):
            return found
        if " · " in text:
            return " · ".join(map(self.said, text.split(" · ")))
        whole = self._one(text)
        if whole is not None:
            return whole
        parts = _SENTENCE.split(text)
        if len(parts) > 1:
            return " ".join(map(self.said, parts))
        bare = text.removesuffix(".")  # perhaps it is known without its full stop
        found = self.said(bare) if bare != text else bare
        return self("{text}.", text=found) if found != bare else text

    def _filled(self, message: Message) -> str:
        """Return what a message was made from in the language, with its values, which are said likewise."""
        also_said = {name for name, mark in PLACE.findall(message.text) if mark}
        values = dict(message.values)
        for name, value in message.values.items():
            if isinstance(value, str) and (isinstance(value, Message) or name in also_said):
                values[name] = self.said(Message(value))
        found = self._texts.get(message.text) or (message.one if message.one and values["n"] == 1 else message.text)
        return fill(_counted(self.language, found, values), values)

    def _one(self, text: str) -> str | None:
        for pattern, names, translated in self._patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                values = {
                    name.rstrip("+"): self.said(value) if name.endswith("+") else _QUOTED.sub(r"\2", value)
                    for name, value in zip(names, match.groups(), strict=True)
                }
                return fill(_counted(self.language, translated, values), values)
        return None


def fill(text: str, values: dict[str, Any]) -> str:
    """Return a text with its values in their places; a place without a value stays as it is written."""
    return filled(text.partition("//")[0], values)


def patterns(sentences: dict[str, Text]) -> list[tuple[re.Pattern[str], list[str], Text]]:
    """Return what recognises the sentences that have values, those with the most words of their own first."""
    found = []
    for key, translated in sentences.items():
        keys = [key, singulars()[key]] if key in singulars() else [key]
        for form in keys:
            if "{" in form and has_words(form):
                pieces = PLACE.split(form)
                source = "".join(
                    re.escape(p) if i % 3 == 0 else "(.*?)" if i % 3 == 1 else "" for i, p in enumerate(pieces)
                )
                found.append((len("".join(pieces[::3])), re.compile(source, re.DOTALL), _names(form), translated))
    found.sort(key=lambda row: -row[0])
    return [row[1:] for row in found]


def has_words(form: str) -> bool:
    """Return whether a sentence has words of its own, by which it can be recognised."""
    return re.search(r"[A-Za-z]", PLACE.sub("", form)) is not None


def _names(form: str) -> list[str]:
    return [name + mark for name, mark in PLACE.findall(form)]


def _counted(language: str, text: Text, values: dict[str, Any]) -> str:
    """Return the form of a text for its number."""
    if isinstance(text, str):
        return text
    digits = re.sub(r"\D", "", str(values.get("n", "1"))) or "1"
    return text.get(_plural(language)(int(digits)), text["other"])


def plural_categories(language: str) -> frozenset[str]:
    """Return the plural categories (CLDR) that the whole numbers below a hundred thousand have in a language."""
    rule = _plural(language)
    return frozenset(rule(n) for n in (*range(1000), *range(1000, 100_000, 777)))


@cache
def _plural(language: str) -> Callable[[float], str]:
    """Return the plural rule of a language, by CLDR; the browser has the same in ``Intl.PluralRules``."""
    rule: Callable[[float], str] = _locale(language).plural_form
    return rule


@cache
def _locale(language: str) -> Any:
    from babel import Locale  # 2 MB, which a page in English does not need

    return Locale.parse(language.removesuffix("-XA").removesuffix("-XB"), sep="-")
