"""The files of a COCO data set: their lists, each item left as it stands until it is its turn."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate.errors import ReadFailed
from nbannotate.files import parsing, text
from nbannotate.files.source import Source
from nbannotate.formats import _json
from nbannotate.formats._contract import Id

LISTS = ("images", "annotations", "categories")
#: Up to so many bytes a file is looked at as a whole to see what it is.
SMALL = 4 << 20
#: The words of usual file names that name a split.
SPLITS = re.compile(r"(?<![a-z])(train|val|test|minival|trainval)(?:idation|ing)?(?![a-z])")


class _Key(msgspec.Struct):
    image_id: Any = None


class _Whole(msgspec.Struct, gc=False):
    image_id: int


_whole = msgspec.json.Decoder(list[_Whole])
_key, _keys = msgspec.json.Decoder(_Key), msgspec.json.Decoder(list[_Key])


class CocoFile:
    """One file: its three lists and what else is at its top.

    Parameters
    ----------
    place
        What places in it begin with: empty, or the member and a colon.
    lists
        By the names of :data:`LISTS`; items are plain values, or JSON that is not parsed yet.
    rest
        Information, licences and all else.
    member
        Where it is.
    text
        The list of annotations as JSON, where its items are.
    """

    def __init__(
        self, place: str, lists: Mapping[str, list[Any]], rest: dict[str, Any], member: str = "",
        text: msgspec.Raw | None = None,
    ) -> None:  # fmt: skip
        self.place, self.rest, self.member, self._text = place, rest, member, text
        self.images, self.categories = lists["images"], lists["categories"]
        self.annotations: list[Any] | dict[int, Any] = lists["annotations"]

    @property
    def split(self) -> str | None:
        """The word for a split in its name, or None."""
        found = SPLITS.search(posixpath.basename(self.member).lower())
        return found[1] if found else None

    @property
    def folder(self) -> str:
        """The last word of its name, which is that of the folder with its images: ``train2017``."""
        return posixpath.splitext(posixpath.basename(self.member))[0].rpartition("_")[2]

    def by_image(self) -> dict[Any, list[int]]:
        """Return the places of the annotations by their ``image_id``; those of what can be no id under None."""
        found: dict[Any, list[int]] = {}
        for place, key in enumerate(self._image_ids()):
            found.setdefault(_usable(key), []).append(place)
        return found

    def image_id(self, place: int) -> Any:
        """Return the ``image_id`` of an annotation; None for what can be no id."""
        return _usable(_image_id(self.annotations[place]))

    def rows_by(self, numbers: Mapping[Id, int]) -> NDArray[np.int64]:
        """Return for each annotation the number of its image, -1 for one of none; ``numbers`` are those of the ids."""
        try:
            if self._text is not None and all(type(number) is int for number in numbers):
                ids: Iterable[Any] = (its.image_id for its in _whole.decode(self._text))
                return np.fromiter((numbers.get(i, -1) for i in ids), dtype=np.int64, count=len(self.annotations))
        except msgspec.DecodeError:  # one has another id
            pass
        found = np.full(len(self.annotations), -1, dtype=np.int64)
        for key, places in self.by_image().items():
            found[places] = numbers.get(key, -1)
        return found

    def _image_ids(self) -> list[Any]:
        """Return what the annotations have as their ``image_id``; None for what has none."""
        if self._text is not None:
            try:
                return [its.image_id for its in _keys.decode(self._text)]
            except msgspec.DecodeError:  # one is no object, or has a number out of all range
                pass
        return [_image_id(self.annotations[n]) for n in range(len(self.annotations))]

    def let_go(self, but: Iterable[int]) -> None:
        """Let go of the text of the file, but for some of the annotations."""
        self.annotations = {n: msgspec.Raw(bytes(self.annotations[n])) for n in but}
        self.images, self.categories, self._text = [], [], None


def _usable(key: Any) -> Any:
    return key if type(key) is int or _json.is_id(key) else None


def _image_id(item: Any) -> Any:
    if isinstance(item, msgspec.Raw):
        try:
            return _key.decode(item).image_id
        except msgspec.DecodeError:
            return None
    return item.get("image_id") if isinstance(item, dict) else None


def plain(item: Any) -> Any:
    """Return an item of a list as plain values; None if it is nested too deeply, or has a number of too many digits."""
    if not isinstance(item, msgspec.Raw):
        return item
    try:
        return msgspec.json.decode(item)
    except msgspec.DecodeError:  # a number out of all range
        with contextlib.suppress(ReadFailed):
            return parsing.parsed_json(bytes(item), "")
    except RecursionError:
        pass
    return None


def opened(source: Source, member: str) -> CocoFile:
    """Return a file with its lists.

    Raises
    ------
    ReadFailed
        It is no object with three lists; the message names the file and the place.
    """
    name = source.said(member)
    data = text.decoded(source.bytes(member), name)
    place = "" if source.single else f"{member}: "
    try:
        top = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        lists = {key: msgspec.json.decode(top[key], type=list[msgspec.Raw]) for key in LISTS}
    except (msgspec.DecodeError, KeyError, RecursionError):
        found = parsing.parsed_json(data, name)
        return CocoFile(place, checked(found, name), {k: v for k, v in found.items() if k not in LISTS}, member)
    rest = {key: plain(value) for key, value in top.items() if key not in LISTS}
    return CocoFile(place, lists, rest, member, top["annotations"])


def checked(found: Any, name: str) -> Mapping[str, list[Any]]:
    """Return the object of a file if it has the three lists.

    Raises
    ------
    ReadFailed
        With the place.
    """
    if isinstance(found, list):
        raise ReadFailed(
            f"{name} is a list, perhaps COCO *results*. An instances file is an object with images, annotations and "
            "categories; put the list into it as annotations."
        )
    if not isinstance(found, dict):
        raise ReadFailed(f"{name}: top level: must be an object, not {found!r:.40}.")
    for key in LISTS:
        if key not in found:
            raise ReadFailed(f"{name}: top level: {key} is missing.")
        if not isinstance(found[key], list):
            raise ReadFailed(f"{name}: {key}: must be a list, not {found[key]!r:.40}.")
    return found


def members(source: Source) -> list[str]:
    """Return the members that look like COCO files."""
    return [m for m in source.members if m.lower().endswith(".json") and _looks_so(source, m)]


def _looks_so(source: Source, member: str) -> bool:
    """Return whether a file is an object with the three lists: a large one by the words in it."""
    try:
        if source.size(member) <= SMALL:
            data = text.decoded(source.bytes(member), member)
            try:
                return msgspec.json.decode(data, type=dict[str, msgspec.Raw]).keys() >= set(LISTS)
            except msgspec.DecodeError:
                found = parsing.parsed_json(data, member)
                return isinstance(found, dict) and found.keys() >= set(LISTS)
        wanted = {f'"{name}"'.encode() for name in LISTS}
        end, first = b"", True
        for piece in source.pieces(member):
            if first and not piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                return False
            first = False
            here = end + piece
            wanted = {word for word in wanted if word not in here}
            if not wanted:
                return True
            end = piece[-16:]
    except (ReadFailed, RecursionError):
        return False
    return False
