"""One file a format. Built-ins are found by looking in this folder, others through entry points.

A module of this folder that does not begin with ``_`` holds one format, in its constant ``FORMAT``. Another package
adds one by an entry point of the group ``nbannotate.formats`` that points to such an object. What a format has to do is
written in :class:`Format`.
"""

from __future__ import annotations

from typing import Any

from nbannotate.errors import InvalidInput, NbannotateError, ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats import _cards
from nbannotate.formats._contract import (
    FIELDS,
    Apart,
    Block,
    Contents,
    Foreign,
    Format,
    Head,
    Holds,
    Id,
    Row,
    Written,
    family,
)
from nbannotate.formats._losses import of_head as losses_of_head
from nbannotate.formats._losses import of_image as losses_of_image
from nbannotate.formats._losses import of_row as losses_of
from nbannotate.formats._losses import of_shape as losses_of_shape
from nbannotate.formats._outcome import LeftOut, Listing, OnError, Problems, Reading, Skipped, Writing
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.values import plain
from nbannotate.plugins import Plugins

_CARDS = _cards  # loaded, so that what is read and written has its cards

__all__ = [
    "FIELDS",
    "Apart",
    "Block",
    "Contents",
    "Foreign",
    "Format",
    "Head",
    "Holds",
    "Id",
    "LeftOut",
    "Listing",
    "OnError",
    "Problems",
    "Reading",
    "Row",
    "Skipped",
    "Writing",
    "Written",
    "available",
    "family",
    "get",
    "losses_of",
    "losses_of_head",
    "losses_of_image",
    "losses_of_shape",
    "sniff",
]


def available() -> dict[str, Format]:
    """Return all formats by name: the built-ins, then those of other packages.

    Raises
    ------
    NbannotateError
        If an object is not a format, or two formats have the same name; the message names the package.
    """
    return PLUGINS.all()


def get(name: str) -> Format:
    """Return the format of that name.

    Raises
    ------
    InvalidInput
        If there is none; the message lists those that exist.
    """
    name = plain(name)
    found = PLUGINS.find(name)
    if found is None:
        raise InvalidInput(sentence(unknown("format", name, sorted(available()))))
    return found


def sniff(source: Source) -> Format:
    """Return the one format that something looks like.

    Raises
    ------
    ReadFailed
        It looks like none of the formats, or like several; the message names them.
    """
    fitting = [name for name, candidate in available().items() if candidate.sniff(source)]
    if len(fitting) == 1:
        return available()[fitting[0]]
    if not fitting:
        every = ", ".join(sorted(available()))
        raise ReadFailed(f"{source.name} is in none of the formats that can be read: {every}.")
    these = " and ".join(filter(None, [", ".join(fitting[:-1]), fitting[-1]]))
    raise ReadFailed(f"{source.name} can be read as {these}; say which: version.read({fitting[0]!r}, path).")


def _checked(format_: Any, place: str) -> Format:
    if not isinstance(format_, Format):
        needs = "name, title, holds, makes, sniff, read, losses and write"
        raise NbannotateError(f"{place}: this is not a format: it needs {needs}.")
    return format_


PLUGINS: Plugins[Format] = Plugins(
    __name__, "format", lambda module: getattr(module, "FORMAT", None), _checked, lambda format_: format_.name
)
