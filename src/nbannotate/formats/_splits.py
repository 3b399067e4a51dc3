"""Splits as folders and files name them: ``train``, ``val``, ``test``, or another word."""

from __future__ import annotations

import re

#: What others call the splits.
_WORDS = {"training": "train", "valid": "val", "validation": "val", "testing": "test"}
_FOLDER = re.compile(r"(train|training|val|valid|validation|test|testing)[-_]?(\d{4})?", re.IGNORECASE)


def word(name: str) -> str:
    """Return a split's name as it is called here: ``val`` for ``valid``; other words stay."""
    return _WORDS.get(name.lower(), name)


def of_folder(member: str) -> str | None:
    """Return the split that a folder in a path names, such as ``valid/images/1.jpg`` or ``images/train2017/1.jpg``."""
    for part in member.split("/")[:-1]:
        if found := _FOLDER.fullmatch(part):
            return word(found[1].lower())
    return None
