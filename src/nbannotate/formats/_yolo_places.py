"""Where the images of a YOLO data set are put, and what its data file says of the splits."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.files.target import Target
from nbannotate.formats._contract import Row
from nbannotate.formats._yolo_data import UNSPLIT
from nbannotate.formats._yolo_files import labels_path


class Places:
    """Gives each row its path: the one that it had, while its split is the same, else ``images/<split>/<name>``."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._taken: dict[str, str] = {}  # the file of labels: whose it is
        self._paths: dict[str | None, list[str]] = {}

    def of(self, row: Row) -> str:
        """Return the path of an image.

        Raises
        ------
        InvalidInput
            Another image has the same file of labels.
        """
        path = next(p for p in self._wanted(row) if p)
        labels = labels_path(path)
        if (other := self._taken.get(labels)) is not None:
            raise InvalidInput(
                f"{other!r} and {row.name!r} would have the same file of labels, {labels}; rename one of the assets."
            )
        self._taken[labels] = row.name
        self._paths.setdefault(row.split, []).append(path)
        return path

    def _wanted(self, row: Row) -> list[str]:
        extra = row.foreign.extra
        had = extra.get("path")
        name = "/".join(part for part in row.name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
        name = name.removeprefix("images/") or "image"
        if not re.search(r"\.[A-Za-z0-9]{1,5}$", name):
            name = f"{name}.jpg" if "." not in posixpath.basename(name) else f"{name}.png"
        new = f"images/{row.split}/{name}" if row.split else f"images/{name}"
        usable = isinstance(had, str) and extra.get("split") == row.split and had not in self._taken
        return [had, new] if usable and isinstance(had, str) else [new]

    def described(self) -> dict[str, Any]:
        """Return ``train``, ``val`` …: folders, where each split has its own, else lists of images, written here.

        Images that are in no split, where others are, have a list of their own, which Ultralytics passes over.
        """
        split = {name: paths for name, paths in self._paths.items() if name is not None}
        rest = self._paths.get(None, [])
        unsplit = {UNSPLIT: self._list(UNSPLIT, rest)} if split and rest else {}
        if not split:
            folder = posixpath.commonpath([posixpath.dirname(p) for p in rest]) if rest else "images"
            folders: dict[str, Any] = {"train": folder or ".", "val": folder or "."}
        else:
            folders = {name: self._folder(name) for name in _ordered(split)}
        if self.target.images is not None and None not in folders.values():
            return folders | unsplit
        if not split:
            return dict.fromkeys(("train", "val"), self._list("train", rest))
        return {name: self._list(name, split[name]) for name in _ordered(split)} | unsplit

    def _list(self, name: str, paths: list[str]) -> str:
        """Write a list of images, and return its name."""
        self.target.write(f"{name}.txt", "".join(f"./{path}\n" for path in paths).encode())
        return f"{name}.txt"

    def _folder(self, name: str | None) -> str | list[str] | None:
        """Return the folders that only the images of a split are in, or None."""
        mine = {posixpath.dirname(path) for path in self._paths[name]}
        others = {posixpath.dirname(p) for other, paths in self._paths.items() if other != name for p in paths}
        whole = posixpath.commonpath(mine)
        for folders in ([whole], sorted(mine)):
            if not any(o == f or not f or o.startswith(f"{f}/") for f in folders for o in others):
                return folders[0] if len(folders) == 1 else folders
        return None


def _ordered(splits: dict[str, list[str]]) -> list[str]:
    first = [name for name in ("train", "val", "test") if name in splits]
    return first + sorted(splits.keys() - set(first))
