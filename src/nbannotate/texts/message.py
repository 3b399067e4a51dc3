"""What people read, and what it was made from: an English text with places, its key in every table, and values.

A :class:`Message` is its English sentence wherever Python shows, logs or compares it. On its way to a browser or to
another process it is sent as what it was made from (:data:`to_json`, :data:`from_json`), so that nobody has to
recognise a sentence to say it in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

#: ``{name}``, or ``{name+}`` for a value that is itself said in the language of who reads it.
PLACE = re.compile(r"\{(\w+)(\+?)\}")

#: A name, a number, or something that is said in the language, too.
Value: TypeAlias = "str | int | float | Message"

_NONE: Mapping[str, Value] = MappingProxyType({})


class Message(str):
    """A sentence in English that knows its text and its values.

    Parameters
    ----------
    text
        English, with places for values; the key of the tables.
    values
        By the name of their place. Whole numbers are written with separators: what only looks like one, an id, is
        given as text.
    one
        The text for one thing, if it counts ``n`` of them.
    """

    text: str
    one: str
    values: Mapping[str, Value]

    def __new__(cls, text: str = "", values: Mapping[str, Value] = _NONE, one: str = "") -> Message:
        """Make the sentence; a message without other values is itself."""
        if isinstance(text, Message) and not values:
            return text
        made = super().__new__(cls, filled(one if one and values.get("n") == 1 else text, values))
        made.text, made.one, made.values = str(text), one, values
        return made

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, Value], str]]:
        """Copy and pickle it with its values."""
        return Message, (self.text, dict(self.values), self.one)


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence on its way: its text in English, the values of its places, and the text for one thing if it counts."""

    text: str
    values: dict[str, str | int | float | Sent] = {}
    one: str = ""


def t(text: str, /, **values: Value) -> Message:
    """Return a sentence with its values; it is a key of every table of texts.

    Parameters
    ----------
    text
        English, a literal, with places for values: ``"{login} has it now."``.
    values
        By the name of their place.
    """
    return Message(text, values)


def tn(n: int, one: str, many: str, /, **values: Value) -> Message:
    """Return a sentence about a number of things: ``tn(n, "{n} image submitted.", "{n} images submitted.")``.

    Parameters
    ----------
    n
        How many; written in place of ``{n}``.
    one, many
        English, literals.
    values
        By the name of their place.
    """
    return Message(many, {"n": n, **values}, one)


def word(text: str, /) -> str:
    """Return a title or a word without values, said by its text alone; it is a key of every table."""
    return text


def quoted(value: object) -> str | Message:
    """Return a name as a value of a sentence: in the quotes of its language; what is no text as Python writes it."""
    return t("'{name}'", name=repr(value)[1:-1]) if isinstance(value, str) else repr(value)


def joined(messages: Iterable[str], between: str = " ") -> Message:
    """Return several sentences, or words, one after the other, each of which is said by itself."""
    values: dict[str, Value] = {str(i): Message(message) for i, message in enumerate(messages, 1)}
    return Message(between.join(f"{{{i}}}" for i in values), values)


def filled(text: str, values: Mapping[str, object]) -> str:
    """Return a text with its values in their places; a place without a value stays as it is written."""
    return PLACE.sub(lambda place: _written(values.get(place[1], place[0])), text) if values else text


def _written(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def to_json(value: object) -> Sent | str:
    """Return a message as it is sent, an empty one as an empty text: the ``enc_hook`` of whatever encodes one."""
    if isinstance(value, Message):
        return Sent(value.text, dict(value.values), value.one) if value else ""
    raise NotImplementedError(f"{type(value)} cannot be sent.")


def in_english(value: object) -> str:
    """Return a message as its sentence: the ``enc_hook`` for what no page shows."""
    if isinstance(value, Message):
        return str(value)
    raise NotImplementedError(f"{type(value)} cannot be written.")


def from_json(kind: type, value: Any) -> Any:
    """Return the message that was sent: the ``dec_hook`` of whatever decodes one; a bare text is one, too."""
    if kind is object:  # whoever asks does not look at it
        return value
    if kind is not Message:
        raise NotImplementedError(f"{kind} cannot be read.")
    return Message(value) if isinstance(value, str) else _made(msgspec.convert(value, Sent))


def _made(sent: Sent) -> Message:
    values = {name: _made(value) if isinstance(value, Sent) else value for name, value in sent.values.items()}
    return Message(sent.text, values, sent.one)
