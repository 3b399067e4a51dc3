"""One file a format. Built-ins are found by looking in this folder, others through entry points.

A module of this folder that does not begin with ``_`` holds one format, in its constant ``FORMAT``. Another package
adds one by an entry point of the group ``nbannotate.formats`` that points to such an object. What a format has to do is
written in :class:`Format`.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from importlib.metadata import entry_points
from pathlib import Path

from nbannotate.errors import FileMissing, InvalidInput, NbannotateError, ReadFailed
from nbannotate.formats import _cards
from nbannotate.formats import coco as _coco
from nbannotate.formats._before import FileFormat, Ids, Reading, Tally, Writing
from nbannotate.formats._contract import (
    FIELDS,
    Contents,
    Foreign,
    Format,
    Head,
    Holds,
    Id,
    LeftOut,
    Problems,
    Row,
    Skipped,
    Written,
)
from nbannotate.model.choices import sentence, unknown
from nbannotate.model.values import plain

GROUP = "nbannotate.formats"

_CARDS = _cards  # loaded, so that what is read and written has its cards

__all__ = [
    "FIELDS",
    "GROUP",
    "Contents",
    "FileFormat",
    "Foreign",
    "Format",
    "Head",
    "Holds",
    "Id",
    "Ids",
    "LeftOut",
    "Problems",
    "Reading",
    "Row",
    "Skipped",
    "Tally",
    "Writing",
    "Written",
    "available",
    "get",
    "sniff",
]


@functools.cache
def available() -> dict[str, Format]:
    """Return all formats by name: the built-ins, then those of other packages.

    Raises
    ------
    NbannotateError
        If an object is not a format, or two formats have the same name; the message names both.
    """
    found: dict[str, Format] = {}
    origin: dict[str, str] = {}
    files = {"coco"}  # reads and writes single files until it takes folders, too
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_") and m.name not in files)
    candidates = [
        (f"{__name__}.{n}", getattr(importlib.import_module(f"{__name__}.{n}"), "FORMAT", None)) for n in names
    ]
    candidates += [(entry.value, entry.load()) for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name)]
    for place, candidate in candidates:
        if not isinstance(candidate, Format):
            raise NbannotateError(
                f"{place} is not a format: it needs name, title, holds, makes, sniff, read, losses and write."
            )
        if candidate.name in found:
            raise NbannotateError(f"Two formats are called {candidate.name!r}: {origin[candidate.name]} and {place}.")
        found[candidate.name] = candidate
        origin[candidate.name] = place
    return found


def get(name: str) -> FileFormat:
    """Return the format of single files of that name.

    Raises
    ------
    InvalidInput
        If there is none; the message lists those that exist.
    """
    found, name = {"coco": _coco.FORMAT}, plain(name)
    if name not in found:
        raise InvalidInput(sentence(unknown("format", name, sorted(found))))
    return found[name]


def sniff(path: str | Path) -> FileFormat:
    """Return the format that a file looks like.

    Raises
    ------
    FileMissing, ReadFailed
        If the file is not there or looks like none of the formats.
    """
    path = Path(path)
    if not path.exists():
        raise FileMissing(f"There is no file {path}.")
    if _coco.FORMAT.sniff(path):
        return _coco.FORMAT
    raise ReadFailed(f"{path.name} is in none of the formats that can be read: coco.")
