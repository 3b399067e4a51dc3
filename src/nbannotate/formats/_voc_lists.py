"""The lists of Pascal VOC: ``ImageSets/Main/train.txt``, a name of an image without its suffix a line.

A list of one class, ``aeroplane_train.txt``, has a number after each name: 1 if the class is there, -1 if not, 0 if it
is difficult only. ``trainval`` and the like are sums of other lists and no split of their own.
"""

from __future__ import annotations

import posixpath

from msgspec import Struct

from nbannotate.files.source import Source
from nbannotate.formats import _splits
from nbannotate.model import Annotation

_FIRST = ("train", "val", "test")


class Lists(Struct, frozen=True):
    """What the lists say: the split of names, the classes that have lists of their own, and all names."""

    split: dict[str, str]
    classes: tuple[str, ...]
    names: tuple[str, ...]


def read(source: Source) -> Lists:
    """Return what the lists of a data set say: those in ``Main``; if there are none, those of another task."""
    folders = {posixpath.dirname(m) for m in source.members if m.endswith(".txt") and "ImageSets/" in m}
    usual = sorted(folders, key=lambda f: (posixpath.basename(f) != "Main", f))
    lists = [m for m in source.members if m.endswith(".txt") and usual and posixpath.dirname(m) == usual[0]]
    listed = {posixpath.basename(m)[: -len(".txt")]: _lines(source.text(m)) for m in lists}
    whole = [name for name in listed if "_" not in name or not _numbered(listed[name])]
    of_class = [name.rpartition("_") for name in listed if name not in whole]
    names: dict[str, list[str]] = {name: [line[0] for line in listed[name]] for name in whole}
    for name, _, split in of_class:
        if split not in whole:
            names.setdefault(split, []).extend(line[0] for line in listed[f"{name}_{split}"])
    order = sorted(names, key=lambda n: (_FIRST.index(n) if n in _FIRST else len(_FIRST) + (n == "trainval"), n))
    split_of: dict[str, str] = {}
    for split in order:
        for name in names[split]:
            split_of.setdefault(name, _splits.word(split))
    return Lists(split_of, tuple(dict.fromkeys(name for name, _, _ in of_class)), tuple(split_of))


def _lines(text: str) -> list[list[str]]:
    """Return the lines as a name and, perhaps, a number."""
    found = []
    for line in text.splitlines():
        name, _, number = line.rpartition(" ")
        is_one = number.strip() in ("1", "-1", "0") and bool(name.strip())
        if line.strip():
            found.append([name.strip(), number.strip()] if is_one else [line.strip()])
    return found


def _numbered(lines: list[list[str]]) -> bool:
    return bool(lines) and all(len(line) == 2 for line in lines)


class Listing:
    """Collects the lists while images are written."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self._names: dict[str, list[str]] = {}
        self._there: dict[tuple[str, str], list[int]] = {}

    def add(self, name: str, split: str | None, annotation: Annotation | None) -> None:
        """Take up an image."""
        if split is None:
            return
        self._names.setdefault(split, []).append(name)
        for label in self.classes:
            its = [s for s in annotation.shapes if s.label == label] if annotation is not None else []
            easy = any(s.attributes.get("difficult") is not True for s in its)
            self._there.setdefault((label, split), []).append(1 if easy else 0 if its else -1)

    def texts(self) -> dict[str, str]:
        """Return the lists by their names."""
        found = {split: "".join(f"{name}\n" for name in names) for split, names in self._names.items()}
        if {"train", "val"} <= self._names.keys():
            both = sorted(self._names["train"] + self._names["val"])
            found.setdefault("trainval", "".join(f"{name}\n" for name in both))
        for (label, split), numbers in self._there.items():
            pairs = zip(self._names[split], numbers, strict=True)
            found[f"{label}_{split}"] = "".join(f"{name} {n:2}\n" for name, n in pairs)
        return found
