"""Rows as a CVAT file: images with their shapes, and tracks over the frames of sequences."""

from __future__ import annotations

import math
import posixpath
import re
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import msgspec
from msgspec import Struct

from nbannotate.files.names import FRAME
from nbannotate.formats import _cvat_meta, _xml
from nbannotate.formats._contract import Foreign, Head, Row
from nbannotate.formats._cvat_figures import geometry, parts
from nbannotate.formats._cvat_labels import Met, labels_xml, text_of
from nbannotate.formats._cvat_meta import Extent, Sequence, Task, extent, fields_before, subset_of
from nbannotate.formats._members import Members
from nbannotate.formats._sorting import Sorted
from nbannotate.model import Annotation, Label, Shape
from nbannotate.shapes.skeleton import ABSENT, HIDDEN

WHOLE = re.compile(r"[1-9]\d{0,17}")
#: Where the numbers of groups begin that have a name.
NAMED_GROUPS = 1_000_000
#: Where tracks come that have names, after those with numbers.
AFTER = 10**18
#: Suffixes of files whose frames are written as PNG.
FILMS = frozenset([".3gp", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv", ".webm", ".wmv"])


class _Image(Struct, array_like=True):
    """An image that may be written: needless if it is empty, and the frame of a video."""

    sequence: str
    frame: int
    empty: bool
    name: str
    attributes: dict[str, str]
    body: str


class _Place(Struct, array_like=True):
    """What a track is in one frame."""

    frame: int
    tag: str
    attributes: dict[str, str]
    inner: str


class _Track(Struct):
    """A track of a sequence with one label: its place in the file, its group, and what a file said of it."""

    key: tuple[int, int, int]
    id: str
    label: str
    group: str | None
    extra: dict[str, Any]


class Writer:
    """Takes rows, and gives the file when all are there; images and places of tracks wait in temporary files.

    Parameters
    ----------
    head
        What the data set says before its images.
    """

    def __init__(self, head: Head) -> None:
        self.head = head
        self._labels = {v.name: v for v in head.labels}
        self._old = bool(head.extra.get("old"))
        self.met = Met()
        self.sequences: dict[str, Sequence] = {}
        self.images = self.annotations = 0
        self._tracks: dict[tuple[str, str, str, str | None], _Track] = {}
        self._places = Sorted()
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="nbannotate")  # noqa: SIM115  closed by close
        self._groups: dict[str, str] = {}
        self._numbers: set[int] = set()
        self._members = Members("images")
        self._free = 0

    def close(self) -> None:
        """Forget all."""
        self._places.close()
        self._file.close()

    def add(self, row: Row) -> str:
        """Take a row; return where its image is to be, if it comes along."""
        said = row.annotation or Annotation()
        film = FRAME.fullmatch(row.name) if row.sequence else None
        name = posixpath.basename(film[1]) if film else row.sequence or ""
        its = self.sequences.setdefault(name, Sequence(name, width=row.width, height=row.height))
        frame = self._number(row, its)
        tracks: set[str] = set()
        body = []
        for shape in said.shapes:
            extra = dict(row.shapes.get(shape.id, Foreign()).extra)
            tracked = bool(name) and shape.track is not None and shape.track not in tracks
            made = self._written(shape, extra, tracked, frame)
            if made is None:
                continue
            self.annotations += 1
            if not tracked or shape.track is None:
                body.append(_closed(*made, 2))
                continue
            tracks.add(shape.track)
            its.video = True
            track = self._track(name, shape, extra)
            place = _Place(frame, made[0], made[1], made[2])
            self._places.add((*track.key, frame), msgspec.msgpack.encode(place))
        body += self._tags(said, row.foreign.extra.get("tags", {}))
        self.images += 1
        record = _Image(name, frame, not body, row.name, self._about(row, frame), "".join(body))
        data = msgspec.msgpack.encode(record)
        self._file.write(len(data).to_bytes(4, "little"))
        self._file.write(data)
        if film is None:
            return self._members.of(row.name)
        stem, suffix = posixpath.splitext(name)
        return self._members.of(f"{stem}/frame_{frame:06}{'.PNG' if suffix.lower() in FILMS else suffix}")

    def pieces(self) -> Iterator[str]:
        """Yield the file, as text."""
        kept = self.head.extra
        meta, ids = _cvat_meta.written(self.sequences, kept, labels_xml(self.head, self.met, 3))
        yield f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n{meta}'
        before = fields_before(kept, self.sequences)
        extents = {name: extent(its, before.get(name, [])) for name, its in self.sequences.items()}
        for image in self._images():
            its = self.sequences[image.sequence]
            task = Task(sequence=image.sequence, frames=extents[image.sequence].frames)
            if its.video and image.empty and image.name == task.frame_name(image.frame):
                continue
            about = image.attributes | ({"task_id": ids[image.sequence]} if image.sequence in ids else {})
            if image.empty:
                yield f"  {_xml.start('image', about, empty=True)}\n"
            else:
                yield f"  {_xml.start('image', about)}\n{image.body}  </image>\n"
        yield from self._tracks_of(ids, extents)
        yield "</annotations>\n"

    def _images(self) -> Iterator[_Image]:
        self._file.seek(0)
        decoder = msgspec.msgpack.Decoder(_Image)
        while head := self._file.read(4):
            yield decoder.decode(self._file.read(int.from_bytes(head, "little")))

    def _tracks_of(self, ids: Mapping[str, str], extents: Mapping[str, Extent]) -> Iterator[str]:
        """Yield the tracks, each with its places; where it is not in a frame after one, it is outside from there on."""
        tracks = {track.key: (key[0], track) for key, track in self._tracks.items()}
        decoder = msgspec.msgpack.Decoder(_Place)
        begun = 0
        open_: tuple[int, int, int] | None = None
        name = ""
        last: _Place | None = None
        for (sequence, own, variant, _), data in self._places:
            place, key = decoder.decode(data), (sequence, own, variant)
            if key != open_:
                if open_ is not None:
                    yield from self._end(last, extents[tracks[open_][0]])
                    begun = begun if open_[0] == sequence else 0
                open_, last = key, None
                name, track = tracks[open_]
                yield self._begin(track, ids.get(name), begun)
                begun += 1
            step = extents[name].step
            if last is not None and place.frame > last.frame + step:
                yield _outside(last, last.frame + step)
            yield _closed(place.tag, place.attributes, place.inner, 2)
            last = place
        if open_ is not None:
            yield from self._end(last, extents[tracks[open_][0]])

    def _begin(self, track: _Track, task_id: str | None, number: int) -> str:
        """Return the start of a track; one that had no id has none if that says the same."""
        extra = dict(track.extra)
        source = extra.pop("source", "manual")
        about = {} if extra.pop("id", None) == "" and track.id == str(number) else {"id": track.id}
        about |= {"label": track.label} | ({} if self._old and source == "manual" else {"source": source})
        if task_id is not None:
            about["task_id"] = task_id
        if track.group is not None:
            about["group_id"] = track.group
        return f"  {_xml.start('track', about | {k: v for k, v in extra.items() if isinstance(v, str)})}\n"

    def _end(self, last: _Place | None, there: Extent) -> Iterator[str]:
        if last is not None and last.frame + there.step < there.frames and not self._old:
            yield _outside(last, last.frame + there.step)
        yield "  </track>\n"

    def _number(self, row: Row, its: Sequence) -> int:
        """Return the number of an image: its own, that in its name, or the next; those of a sequence rise."""
        own = row.foreign.id
        number = own if isinstance(own, int) and not isinstance(own, bool) and own >= 0 else None
        its.images += 1
        if not its.name:
            while number is None or number in self._numbers:
                number, self._free = self._free, self._free + 1
            self._numbers.add(number)
            return number
        if number is None and (found := FRAME.fullmatch(row.name)):
            number = int(found[2]) - 1
        number = its.last + 1 if number is None or number <= its.last else number
        its.step = math.gcd(its.step, number - its.first) if its.first >= 0 else 0
        its.first, its.last = (number if its.first < 0 else its.first), number
        return number

    def _about(self, row: Row, frame: int) -> dict[str, str]:
        extra = row.foreign.extra
        about = {"id": str(frame), "name": str(extra.get("name") or row.name)}
        if subset := subset_of(row.split, extra.get("subset")):
            about["subset"] = subset
        about |= {"width": str(row.width), "height": str(row.height)}
        return about | {k: v for k, v in extra.get("fields", {}).items() if isinstance(v, str)}

    def _track(self, sequence: str, shape: Shape, extra: dict[str, Any]) -> _Track:
        name = shape.track or ""
        key = sequence, name, shape.label, shape.group
        if key not in self._tracks:
            own = 0 if name == "0" else int(name) if WHOLE.fullmatch(name) else AFTER
            place = list(self.sequences).index(sequence), own, len(self._tracks)
            self._tracks[key] = _Track(place, name, shape.label, self._group(shape.group), extra.get("track", {}))
        return self._tracks[key]

    def _group(self, group: str | None) -> str | None:
        """Return the number of a group; one with a name gets the next that is free."""
        if group is None or WHOLE.fullmatch(group):
            return group
        return self._groups.setdefault(group, str(NAMED_GROUPS + len(self._groups)))

    def _written(
        self, shape: Shape, extra: dict[str, Any], tracked: bool, frame: int
    ) -> tuple[str, dict[str, str], str] | None:
        """Return tag, attributes and what is in the element of a shape; None if CVAT has no such figure."""
        if not shape.label:
            return None
        label: Label | None = self._labels.get(shape.label)
        skeleton = label.skeleton if label is not None else None
        source, z_order = extra.pop("source", None), extra.pop("z_order", None)
        fields = {k: v for k, v in extra.pop("fields", {}).items() if isinstance(v, str)}
        about: dict[str, str] = {} if tracked else {"label": shape.label}
        if not tracked and (source or not self._old):
            about["source"] = source or "manual"
        if tracked:
            about |= {"frame": str(frame), "keyframe": str(int(shape.keyframe)), "outside": "0"}
        attributes = dict(shape.attributes)
        inner = ""
        if shape.kind == "skeleton":
            tag = "skeleton"
            inner = _elements(shape, skeleton, extra, tracked)
            self.met.skeletons[shape.label] = len(shape.points)
        else:
            made = geometry(shape, extra)
            if made is None:
                return None
            about["occluded"] = str(int(attributes.get("occluded") is True))
            if attributes.get("occluded") is True:
                del attributes["occluded"]
            tag, its = made
            about |= its
        if z_order is not None or not self._old:
            about["z_order"] = z_order or "0"
        group = None if tracked else self._group(shape.group)
        if group is not None:
            about["group_id"] = group
        self.met.add(shape.label, attributes)
        return tag, about | fields, inner + _attributes(attributes, 3)

    def _tags(self, said: Annotation, more: Mapping[str, Any]) -> list[str]:
        found = []
        for tag in said.tags:
            values = said.tag_attributes.get(tag, {})
            self.met.add(tag, values, tag=True)
            about = {"label": tag, "source": "manual"}
            about |= {k: v for k, v in more.get(tag, {}).items() if isinstance(v, str)}
            found.append(_closed("tag", about, _attributes(values, 3), 2))
        return found


def _closed(tag: str, attributes: Mapping[str, str], inner: str, indent: int) -> str:
    """Return an element."""
    space = "  " * indent
    if not inner:
        return f"{space}{_xml.start(tag, attributes, empty=True)}\n"
    return f"{space}{_xml.start(tag, attributes)}\n{inner}{space}</{tag}>\n"


def _attributes(values: Mapping[str, Any], indent: int) -> str:
    space = "  " * indent
    return "".join(
        f"{space}{_xml.start('attribute', {'name': name})}{_xml.text(text_of(value))}</attribute>\n"
        for name, value in values.items()
    )


def _outside(last: _Place, frame: int) -> str:
    """Return the element that ends a track: where it was, and outside."""
    if last.tag == "skeleton":
        inner = last.inner.replace(' outside="0"', ' outside="1"')
        return _closed(last.tag, last.attributes | {"frame": str(frame), "keyframe": "1", "outside": "1"}, inner, 2)
    return _closed(last.tag, last.attributes | {"frame": str(frame), "keyframe": "1", "outside": "1"}, last.inner, 2)


def _elements(shape: Shape, skeleton: Any, extra: dict[str, Any], tracked: bool) -> str:
    """Return the points of a skeleton."""
    more: Mapping[str, Any] = extra.pop("inner", {})
    out = []
    for name, place, state in parts(shape, skeleton, extra):
        its = dict(more.get(name, {}))
        values = its.pop("attributes", [])
        about = {"label": name, "source": str(its.pop("source", "manual"))}
        if tracked:
            about["keyframe"] = str(int(shape.keyframe))
        about |= {"outside": str(int(state == ABSENT)), "occluded": str(int(state == HIDDEN)), "points": place}
        about |= {k: v for k, v in its.items() if isinstance(v, str)}
        inner = _attributes({str(v[0]): v[1] for v in values}, 4)
        out.append(_closed("points", about, inner, 3))
    return "".join(out)
