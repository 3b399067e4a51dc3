"""Images and tracks of a CVAT file as rows, one an image."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.files.parsing import Element
from nbannotate.files.source import Source
from nbannotate.formats import _usable
from nbannotate.formats._contract import Foreign, Row
from nbannotate.formats._cvat_elements import Elements, Extra, group_of, plural, rest
from nbannotate.formats._cvat_figures import Figure, between, figure
from nbannotate.formats._cvat_labels import Labels
from nbannotate.formats._cvat_meta import DIGITS, Meta, Task, split_of
from nbannotate.formats._outcome import Problems
from nbannotate.formats._sorting import Sorted
from nbannotate.model import Annotation, Shape
from nbannotate.model.values import as_stored

#: A track that is nowhere for so many frames, and not said to be outside, is not filled in.
LONGEST_GAP = 100_000
FRAME = re.compile(r"frame_(\d{1,9})(\.\w+)?")
#: Suffixes of the frames that CVAT exports.
SUFFIXES = (".PNG", ".png", ".jpg", ".jpeg", ".JPG")
OF_IMAGE = frozenset({"id", "name", "width", "height", "subset"})
OF_TRACK = frozenset({"id", "label", "group_id", "source", "task_id"})


class _Piece(Struct, omit_defaults=True):
    """A part of a row: an image, or a shape of a track."""

    row: Row | None = None
    shape: Shape | None = None
    extra: Extra = field(default_factory=dict)


class _Place(Struct):
    """An element of a track."""

    frame: int
    keyframe: bool
    outside: bool
    figure: Figure
    fields: dict[str, Any]
    extra: Extra
    where: str


class Reader:
    """Reads the images and tracks of one file.

    Parameters
    ----------
    source, member
        Where it is.
    meta, labels
        What it says before.
    problems
        Where it is said what cannot be taken.
    """

    def __init__(self, source: Source, member: str, meta: Meta, labels: Labels, problems: Problems) -> None:
        self.source, self.member, self.meta, self.problems = source, member, meta, problems
        self._its = Elements(labels, problems)

    def rows(self) -> Iterator[Row]:
        """Yield one row an image: in the order of the file, or where there are tracks in that of the frames."""
        if not _holds(self.source, self.member, b"<track"):
            for element in self.source.xml_items(self.member, "image"):
                if row := self.image(element):
                    yield row
            return
        tasks = {id(task): n for n, task in enumerate(self.meta.tasks.values())}
        with Sorted() as pieces:
            numbers = dict.fromkeys(tasks, 0)
            for element in self.source.xml_items(self.member, "image", "track"):
                task = self.meta.task(element.get("task_id"))
                if element.tag == "image":
                    if row := self.image(element):
                        key = tasks[id(task)], int(row.foreign.id or 0)
                        pieces.add(key, msgspec.msgpack.encode(_Piece(row=row)))
                    continue
                for frame, shape, extra in self.track(element, task, str(numbers[id(task)])):
                    pieces.add((tasks[id(task)], frame), msgspec.msgpack.encode(_Piece(shape=shape, extra=extra)))
                numbers[id(task)] += 1
            decoder = msgspec.msgpack.Decoder(_Piece)
            every = list(self.meta.tasks.values())
            for (task_number, frame), found in groupby(pieces, key=lambda item: item[0]):
                with as_stored():  # it was checked before it was put aside
                    its = [decoder.decode(data) for _, data in found]
                yield from self._joined(every[task_number], frame, its)

    def _joined(self, task: Task, frame: int, pieces: list[_Piece]) -> Iterator[Row]:
        """Yield the row of a frame: what an image and the tracks say of it."""
        images = [piece.row for piece in pieces if piece.row is not None]
        tracked = [piece for piece in pieces if piece.shape is not None]
        if not tracked:
            yield from images
            return
        row = images[0] if images else self.frame(task, frame)
        said = row.annotation or Annotation()
        its = tuple(piece.shape for piece in tracked if piece.shape is not None)
        extra = {p.shape.id: Foreign(extra=p.extra) for p in tracked if p.shape is not None and p.extra}
        yield replace(
            row, sequence=task.sequence, moment=float(frame), shapes=row.shapes | extra,
            annotation=replace(said, shapes=(*said.shapes, *its)),
        )  # fmt: skip
        yield from images[1:]

    def frame(self, task: Task, frame: int) -> Row:
        """Return the row of a frame of which the file says nothing but what is in it."""
        image = self._image(f"frame_{frame:06}", task)
        return Row(
            name=posixpath.basename(image) if image else task.frame_name(frame), width=task.width, height=task.height,
            split=split_of(task.subset), sequence=task.sequence, moment=float(frame), image=image,
            foreign=Foreign(id=frame),
        )  # fmt: skip

    def image(self, element: Element) -> Row | None:
        """Return the row of an ``<image>``; None if it has no name or number."""
        where = f"{self.member}:{element.line}"
        name, number = (element.get("name") or "").replace("\\", "/"), element.get("id") or ""
        if not name.strip("/ ") or "\0" in name or not DIGITS.fullmatch(number):
            self.problems.add("images", "they have no name, or no number as their id", where)
            return None
        task = self.meta.task(element.get("task_id"))
        subset = element.get("subset") or task.subset
        image = self._image(name, task, subset or "")
        extra: Extra = {"fields": more} if (more := rest(element, OF_IMAGE)) else {}
        if subset and split_of(subset) != subset:
            extra["subset"] = subset
        if task.video and FRAME.fullmatch(name) and (image is None or posixpath.splitext(name)[1] == ""):
            extra["name"] = name
            name = posixpath.basename(image) if image else task.frame_name(int(number))
        size = tuple(int(v) if DIGITS.fullmatch(v := element.get(side) or "") else 0 for side in ("width", "height"))
        if min(size) < 1:
            size = self.source.size_of_image(image) if image else (0, 0)
        said, foreign = self._said(element, (size[0], size[1]), extra)
        return Row(
            name=name, width=size[0], height=size[1], annotation=said, split=split_of(subset),
            sequence=task.sequence if task.video else None, moment=float(number) if task.video else None, image=image,
            foreign=Foreign(id=int(number), extra=extra), shapes=foreign,
        )  # fmt: skip

    def _image(self, name: str, task: Task, subset: str = "") -> str | None:
        """Return the member that holds an image: in ``images``, in the folder of its subset, or beside the file."""
        if not self.source.images:
            return None
        suffixes = ("",) if posixpath.splitext(name)[1] else ("", *SUFFIXES)
        here = posixpath.dirname(self.member)
        film = posixpath.splitext(task.sequence)[0]
        for folder in (f"images/{subset}", f"images/{film}", "images", "", film):
            for suffix in suffixes:
                found = posixpath.normpath(posixpath.join(here, folder, name + suffix))
                if self.source.has(found):
                    return found
        return None

    def _said(
        self, element: Element, size: tuple[int, int], extra: Extra
    ) -> tuple[Annotation | None, dict[str, Foreign]]:
        """Return what is said in an ``<image>``, and what the file calls its shapes."""
        shapes: list[Shape] = []
        foreign: dict[str, Foreign] = {}
        tags: dict[str, dict[str, Any]] = {}
        more: dict[str, Any] = {}
        for one in element:
            where = f"{self.member}:{getattr(one, 'line', element.line)}"
            label = self._its.label(one, where)
            if label is None:
                continue
            if one.tag == "tag":
                if label in tags:
                    self.problems.note("tags", "the image has the same tag already, and may have each once", where)
                    continue
                tags[label] = self._its.attributes(one, label, where)
                if its := rest(one, frozenset({"label"}), {"source": "manual"}):
                    more[label] = its
                continue
            fields, its = self._its.fields(one, label, where)
            try:
                shape = self._its.shape(figure(one), size, fields, its)
            except InvalidInput as error:
                self.problems.add(plural(one.tag), str(error).rstrip("."), where)
                continue
            shapes.append(shape)
            if its:
                foreign[shape.id] = Foreign(extra=its)
        if more:
            extra["tags"] = more
        if not shapes and not tags:
            return None, {}
        values = {tag: its for tag, its in tags.items() if its}
        return Annotation(shapes=tuple(shapes), tags=tuple(tags), tag_attributes=values), foreign

    def track(self, element: Element, task: Task, number: str) -> Iterator[tuple[int, Shape, Extra]]:
        """Yield the shapes of a track with their frames; between key frames that are apart, those that CVAT shows."""
        where = f"{self.member}:{element.line}"
        label = self._its.label(element, where)
        if label is None:
            return
        track = element.get("id") or number
        group = group_of(element.get("group_id"))
        places = self._places(element, label)
        more: Extra = rest(element, OF_TRACK, {"source": "manual"})
        if element.get("source", "manual") != "manual":
            more["source"] = element.get("source")
        first = True
        size = task.width, task.height
        for one, other in pairwise([*places, None]):
            assert one is not None
            if one.outside:
                continue
            fields = one.fields | {"label": label, "track": track[: _usable.LONGEST_NAME], "group": group}
            try:
                shape = self._its.shape(one.figure, size, {**fields, "keyframe": one.keyframe}, one.extra)
            except InvalidInput as error:
                self.problems.add(plural(one.figure.tag), str(error).rstrip("."), one.where)
                continue
            if first and (more or not element.get("id")):
                one.extra["track"] = more if element.get("id") else more | {"id": ""}
            first = False
            yield one.frame, shape, one.extra
            if other is not None:
                yield from self._between(one, other, task, size, fields)

    def _places(self, element: Element, label: str) -> list[_Place]:
        """Return the elements of a track by their frames."""
        found: dict[int, _Place] = {}
        for one in element:
            where = f"{self.member}:{getattr(one, 'line', element.line)}"
            if self._its.strange(one, where):
                continue
            frame = one.get("frame") or ""
            if not DIGITS.fullmatch(frame):
                self.problems.add(plural(one.tag), "they have no number of a frame", where)
                continue
            if int(frame) in found:
                self.problems.add(plural(one.tag), "another one of the track is in the same frame", where)
                continue
            fields, extra = self._its.fields(one, label, where)
            try:
                its = figure(one)
            except InvalidInput as error:
                self.problems.add(plural(one.tag), str(error).rstrip("."), where)
                continue
            keyframe, outside = one.get("keyframe", "1") == "1", one.get("outside") == "1"
            if its.states and not any(its.states):
                outside = True
            found[int(frame)] = _Place(int(frame), keyframe, outside, its, fields, extra, where)
        return [found[frame] for frame in sorted(found)]

    def _between(
        self, one: _Place, other: _Place, task: Task, size: tuple[int, int], fields: dict[str, Any]
    ) -> Iterator[tuple[int, Shape, Extra]]:
        """Yield the shapes between two elements of a track that are not in frames that follow each other."""
        gap = other.frame - one.frame
        if gap > LONGEST_GAP:
            self.problems.add("tracks", f"they are nowhere for more than {LONGEST_GAP:,} frames", other.where)
            return
        for frame in range(one.frame + task.step, other.frame, task.step):
            its = between(one.figure, other.figure, (frame - one.frame) / gap)
            if its is None:
                return
            extra = {k: v for k, v in one.extra.items() if k in ("z_order", "source", "fields")}
            try:
                yield frame, self._its.shape(its, size, {**fields, "keyframe": False}, extra), extra
            except InvalidInput as error:
                self.problems.add(plural(its.tag), str(error).rstrip("."), f"{one.where} (frame {frame})")


def _holds(source: Source, member: str, words: bytes) -> bool:
    """Return whether some bytes are in a file."""
    before = b""
    for piece in source.pieces(member):
        if words in before + piece:
            return True
        before = piece[-len(words) :]
    return False
