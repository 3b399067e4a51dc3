"""What derives from :class:`Shown` says itself in one line, and as a card in a notebook."""

from __future__ import annotations

import datetime
from collections.abc import Container
from functools import singledispatch
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from nbannotate.cards.card import Card
from nbannotate.cards.parts import Pairs
from nbannotate.cards.text import cut, one_line, short

#: A line is never longer (characters).
LONGEST_LINE = 240


class Shown:
    """The base of what a notebook shows. Showing changes nothing, and never raises.

    ``repr()`` is a line that asks nobody. In a notebook it is the card that :func:`card_of` has for it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return line_of(self)

    def _repr_markdown_(self) -> str:
        """Return the card as Markdown; a class may say it in its own words."""
        return self._repr_mimebundle_()["text/markdown"]

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        """Return the card as HTML and as Markdown, and the line."""
        line = repr(self)
        try:
            card = card_of(self)
            found = {"text/html": card.html(), "text/plain": line}
            if card.counts and not isinstance(self, Struct) and "\n" not in line:
                found["text/plain"] = f"{line}: {card.said()}"
            own = type(self)._repr_markdown_ is not Shown._repr_markdown_
            found["text/markdown"] = self._repr_markdown_() if own else card.markdown()
        except Exception as error:  # noqa: BLE001  what cannot be shown must not end a cell
            why = (
                f"More cannot be shown now: {error}"
                if str(error)
                else f"More cannot be shown ({type(error).__name__})."
            )
            short_card = Card(type(self).__name__, notes=(line, why))
            found = {"text/html": short_card.html(), "text/markdown": short_card.markdown()}
            found["text/plain"] = f"{line} ({cut(one_line(why), 200)})"
        wanted = {k: v for k, v in found.items() if include is None or k in include}
        return {k: v for k, v in wanted.items() if exclude is None or k not in exclude}


@singledispatch
def card_of(thing: Any) -> Card:
    """Return the card of a thing: of a struct without one of its own, its fields.

    Parameters
    ----------
    thing
        What derives from :class:`Shown`.
    """
    pairs = ((name.replace("_", " "), _said(value)) for name, value in _told(thing))
    return Card(_title(type(thing).__name__), parts=(Pairs(tuple(pairs)),))


def line_of(thing: Any) -> str:
    """Return a struct as a line: its name, and the fields that differ from what they are anyway; long ones are cut."""
    told = ", ".join(f"{name}={short(value)}" for name, value in _told(thing))
    return cut(f"{type(thing).__name__}({told})", LONGEST_LINE)


def _told(thing: Any) -> list[tuple[str, Any]]:
    """Return the fields of a struct that say something."""
    if not isinstance(thing, Struct):
        return []
    found = []
    for field in fields(thing):
        value = getattr(thing, field.name)
        default = field.default
        if default is NODEFAULT and field.default_factory is not NODEFAULT:
            default = {} if field.default_factory is dict else NODEFAULT
        if default is NODEFAULT or value != default:
            found.append((field.name, value))
    return found


def _said(value: Any) -> str:
    """Return a value of a field as a card has it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**15 else str(value)
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return ", ".join(value) or "none"
    if isinstance(value, dict) and all(isinstance(v, int | float | str) for v in value.values()):
        return ", ".join(f"{k}: {v}" for k, v in value.items()) or "none"
    return short(value)


def _title(name: str) -> str:
    """Return the name of a class as words: ``"Step progress"``."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return words[:1].upper() + words[1:]
