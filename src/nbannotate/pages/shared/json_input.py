"""JSON that a person typed: read, with the line and the column of what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.texts import t

_SPACE = re.compile(r"[ \t\r\n]*")
#: Where the words of the decoder say little to a person.
WORDS = {
    "Expecting value": "a value is missing, or a text is not in quotes",
    "Expecting property name enclosed in double quotes": 'a name in double quotes is missing, as "site"',
    "Expecting ':' delimiter": "a colon is missing after the name",
    "Expecting ',' delimiter": "a comma is missing, or something is not closed",
    "Illegal trailing comma before end of object": "there is a comma too many before the end",
    "Illegal trailing comma before end of array": "there is a comma too many before the end",
    "Unterminated string starting at": "this text has no closing quote",
    "Invalid control character at": "a text goes over the end of its line; write \\n there",
    "Extra data": "something follows after the end",
    "Invalid \\escape": "a backslash is alone; write two",
}


def written(values: dict[str, Any]) -> str:
    """Return an object as people read it."""
    return json.dumps(values, ensure_ascii=False, indent=2)


class Text:
    """A JSON object that a person typed.

    Parameters
    ----------
    text
        As typed. An empty one is an empty object.

    Raises
    ------
    InvalidInput
        It is not one JSON object with finite numbers and names that differ; the message begins with line and column.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: dict[str, int] = {}
        self.values: dict[str, Any] = self._read() if text.strip() else {}

    def wrong(self, at: int, sentence: str) -> InvalidInput:
        """Return the error for a place in the text."""
        line, column = self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)
        return InvalidInput(t("Line {line}, column {column}: {problem+}", line=line, column=column, problem=sentence))

    def check(self, problem: Callable[[str, Any], str | None]) -> None:
        """Raise InvalidInput, with its place, for the first value that a function has a sentence about."""
        for name, value in self.values.items():
            if sentence := problem(name, value):
                raise self.wrong(self._places[name], sentence)

    def _read(self) -> dict[str, Any]:
        decoder = json.JSONDecoder(
            parse_constant=_number, parse_float=_number, parse_int=_number, object_pairs_hook=_unique
        )
        try:
            start = _SPACE.match(self.text)
            at = start.end() if start else 0
            if self.text[at] != "{":
                raise self.wrong(at, 'an object is needed: { "name": "value" }.')
            values, end = decoder.raw_decode(self.text, at)
            rest = _SPACE.match(self.text, end)
            if rest and rest.end() < len(self.text):
                raise self.wrong(rest.end(), f"{WORDS['Extra data']}.")
        except json.JSONDecodeError as error:
            said = next((w for start_, w in WORDS.items() if error.msg.startswith(start_)), error.msg)
            raise self.wrong(error.pos, f"{said}.") from error
        except _NameTwice as error:
            raise self.wrong(self._second(str(error)), f'"{error}" is there twice.') from error
        except _NoNumber as error:
            at = max(0, self.text.find(str(error)))
            raise self.wrong(at, f"{str(error)[:40]} is no number that can be kept.") from error
        except RecursionError as error:
            raise InvalidInput("There are too many brackets in each other.") from error
        self._find(decoder, at + 1)
        found: dict[str, Any] = values
        return found

    def _find(self, decoder: json.JSONDecoder, at: int) -> None:
        """Note where each value of the object begins."""
        while (at := self._skip(at)) < len(self.text) and self.text[at] == '"':
            name, at = decoder.raw_decode(self.text, at)
            at = self._skip(self._skip(at) + 1)  # the colon
            self._places[name] = at
            at = self._skip(decoder.raw_decode(self.text, at)[1])
            at += self.text[at : at + 1] == ","

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _second(self, name: str) -> int:
        quoted = [m.start() for m in re.finditer(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:", self.text)]
        return quoted[1] if len(quoted) > 1 else 0


class _NameTwice(Exception):
    """A name stands twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        seen: set[str] = set()
        raise _NameTwice(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return values


class _NoNumber(Exception):
    """A number that no browser keeps as it is: not finite, or a whole one above 2 ** 53."""


def _number(text: str) -> float | int:
    whole = text.lstrip("-").isdigit()
    if len(text) > 400 or (whole and len(text) > 17) or not math.isfinite(value := float(text)):
        raise _NoNumber(text)
    if not whole:
        return value
    if abs(int(text)) > 2**53:
        raise _NoNumber(text)
    return int(text)
