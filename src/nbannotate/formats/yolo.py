"""YOLO: a text of labels for each image, and a file that names the classes; boxes, outlines, rotated boxes, key points.

``yolo`` reads all of it and writes boxes; ``yolo-segment``, ``yolo-obb`` and ``yolo-pose`` write polygons, rotated
rectangles and skeletons. What lines are is told by the data file (``kpt_shape``, our own ``task``) or by their length;
lines of eight numbers only are corners. The corners of what is no rectangle, as DOTA has them, are a polygon of four
points.

- Coordinates are parts of the image's size: read exactly, and written with as many digits as it takes to read the same
  float again (:mod:`nbannotate.formats._parts`).
- The numbers of classes, their order, classes that nothing has, the paths of images, and further fields of the data
  file are written again. ``path`` is not: a data file means what is beside it.
- An empty file of labels is an image without shapes; an image without a file is one of which nothing was said.
- Where ``train`` and ``val`` are the same images, nothing is split. Images in no split, where others are in one, are
  in a list of their own, ``unsplit.txt``, which other programs pass over.
- Key points have three numbers when they are written. The box of a skeleton is kept beside it while its points are in
  it. A line of key points none of which is in the image is a rectangle.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import yaml

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _yolo_data, _yolo_files, _yolo_lines
from nbannotate.formats._contract import Contents, Foreign, Head, Holds, Row, Written
from nbannotate.formats._outcome import Problems
from nbannotate.formats._yolo_data import Data
from nbannotate.formats._yolo_files import Item
from nbannotate.formats._yolo_lines import Keypoints, Task
from nbannotate.formats._yolo_places import Places
from nbannotate.model import Annotation, Label, Shape, Skeleton

FIELDS = frozenset(
    {"confidence", "empty_images", "splits", "label_order", "unused_labels", "shape_order", "skeletons", "visibility"}
)
KINDS: dict[Task, frozenset[str]] = {
    "detect": frozenset({"rectangle"}),
    "segment": frozenset({"polygon"}),
    "obb": frozenset({"rotated_rectangle", "polygon"}),
    "pose": frozenset({"skeleton", "rectangle"}),
}
#: Which of the four has a kind of shapes.
BETTER = {"polygon": "yolo-segment", "rotated_rectangle": "yolo-obb", "skeleton": "yolo-pose", "rectangle": "yolo"}


class Yolo:
    """YOLO of one task; see the module's text.

    Parameters
    ----------
    name
        What a person types.
    task
        What is written; and what is read, except by ``yolo`` itself, which reads what there is.
    """

    makes = ""
    family = "yolo"
    better: ClassVar[dict[str, str]] = {kind: f"; {name!r} has" for kind, name in BETTER.items()}

    def __init__(self, name: str, task: Task) -> None:
        self.name, self.task = name, task
        self.title = f"YOLO ({task})"
        fields = FIELDS if task == "pose" else FIELDS - {"skeletons", "visibility"}
        self.holds = Holds(KINDS[task], fields)

    def sniff(self, source: Source) -> bool:
        """Return whether it is a folder with a data file, or with labels beside images; only ``yolo`` says so."""
        if self.name != "yolo":
            return False
        if source.single:
            return source.name.lower().endswith((".yaml", ".yml")) and bool(_yolo_data.data_files(source))
        if _yolo_data.data_files(source):
            return True
        if any(posixpath.basename(m) in ("obj.data", "obj.names", "classes.txt") for m in source.members):
            return True
        try:
            data = Data()
            return any(item.labels for item in _yolo_files.items(source, data, Problems("skip")))
        except ReadFailed:
            return False

    def read(self, source: Source, problems: Problems) -> Contents:
        """Read a folder, a zip, or a data file with what is beside it.

        Raises
        ------
        ReadFailed
            The data file is wrong, or there are no labels.
        """
        first = ""
        if source.single:
            given, first = source, source.name
            source = Source(given.path.absolute().parent, lambda name: given.size_of(name, None))
        data = _yolo_data.described(source, problems, first)
        items = _yolo_files.items(source, data, problems)
        if not items:
            raise ReadFailed(f"{source.name} has no labels of YOLO: texts with a line of numbers for each object.")
        reader = _Reader(source, problems, data, items, self.task if self.name != "yolo" else None)
        return Contents(reader.head(), reader.rows(), len(items))

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return splits of other words, polygons of not four corners, points that no label has, and unknown sizes."""
        if row.split not in (None, "train", "val", "test"):
            yield "splits of images", f"YOLO has train, val and test, and no {row.split!r}"
        if self.task == "obb" and row.annotation is not None:
            for shape in row.annotation.shapes:
                if shape.kind == "polygon" and len(shape.points) != 4:
                    yield "polygons", "a rotated box has four corners: they become the box around them"

        if row.annotation is not None and row.annotation.shapes and not row.width * row.height:
            yield "labels of images", "the size of their image is not known"
        if self.task == "pose" and row.annotation is not None:
            count = _keypoints_of(head).count
            for shape in row.annotation.shapes:
                if shape.kind == "skeleton" and len(shape.points) > count:
                    yield "key points", f"all lines have as many as the largest skeleton of a label, {count}"

    def write(self, target: Target, contents: Contents) -> Written:
        """Write a folder or a zip: ``images``, ``labels`` and ``data.yaml``, or the paths that were read.

        Raises
        ------
        InvalidInput
            Two images would have one file of labels.
        """
        head, places = contents.head, Places(target)
        numbers = _numbers(head)
        keypoints = _keypoints_of(head) if self.task == "pose" else None
        assets = annotations = 0
        for row in contents.rows:
            path = places.of(row)
            target.put_image(row.image, path)
            if row.annotation is not None and (row.width * row.height or not row.annotation.shapes):
                lines = list(self._lines(row, numbers, keypoints))
                target.write(_yolo_files.labels_path(path), "".join(f"{line}\n" for line in lines).encode())
                annotations += len(lines)
            assets += 1
        described = places.described() | _classes(head, numbers)
        if keypoints is not None:
            described |= _described_points(head, numbers, keypoints)
        described |= {"task": self.task, **head.extra.get("data", {})}
        text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=1 << 20)
        target.write("data.yaml", text.encode())
        return Written(assets, annotations)

    def _lines(self, row: Row, numbers: dict[str, int], keypoints: Keypoints | None) -> Iterator[str]:
        for shape in row.annotation.shapes if row.annotation is not None else ():
            if not shape.label:
                continue
            if shape.label not in numbers:
                numbers[shape.label] = max(numbers.values(), default=-1) + 1
            foreign = row.shapes.get(shape.id, Foreign())
            for text in _yolo_lines.written(shape, self.task, keypoints, (row.width, row.height), foreign):
                yield f"{numbers[shape.label]} {text}"


class _Reader:
    """One data set while it is read."""

    def __init__(self, source: Source, problems: Problems, data: Data, items: list[Item], task: Task | None) -> None:
        self.source, self.problems, self.data, self.items = source, problems, data, items
        self.named = bool(data.names)
        counts = self._looked_through(names=not self.named, lengths=task is None and not data.keypoints)
        said: Any = data.task if data.task in KINDS else None
        self.task: Task = task or said or ("pose" if data.keypoints else _yolo_lines.task_of(counts))
        if self.task == "pose" and data.keypoints is None:
            raise ReadFailed(f"{source.name} does not say how many key points there are (kpt_shape in data.yaml).")
        inside = all(item.path.startswith("images/") for item in items)
        self.strip = len("images/") if inside else 0

    def _looked_through(self, names: bool, lengths: bool) -> set[int]:
        """Return how many numbers lines have; name classes that have no name by their numbers."""
        if not names and not lengths:
            return set()
        counts, numbers = set[int](), set[int]()
        for item in self.items:
            for line in self._lines(item):
                if (found := _yolo_lines.numbers_of(line)) is not None:
                    numbers.add(found[0])
                    counts.add(len(found[1]))
        if names:
            self.data.names = {n: str(n) for n in sorted(numbers)}
        return counts

    def _lines(self, item: Item) -> list[str]:
        """Return the lines of the labels of an image."""
        if item.labels is None:
            return []
        try:
            return self.source.text(item.labels).splitlines()
        except ReadFailed:
            if self.problems.on_error == "error":
                raise
            self.problems.note("files of labels", "they are no text in UTF-8", item.labels)
            return []

    def head(self) -> Head:
        """Return the classes in their order, and what else the data file says."""
        labels = tuple(Label(name, skeleton=self._skeleton(number)) for number, name in self.data.names.items())
        foreign = {name: Foreign(number) for number, name in self.data.names.items()} if self.named else {}
        return Head(labels, foreign=foreign, extra={"data": self.data.extra, "listed": self.data.listed})

    def _points_of(self, number: int) -> list[str]:
        """Return the names of the key points of a class."""
        if self.data.keypoints is None or self.task != "pose":
            return []
        given = self.data.point_names.get(number, self.data.point_names.get(-1, []))
        names = [v.strip() for v in given if 0 < len(v.strip()) <= 200]
        good = 0 < len(names) <= self.data.keypoints.count and len(set(names)) == len(names) == len(given)
        return names if good else [str(i) for i in range(self.data.keypoints.count)]

    def _skeleton(self, number: int) -> Skeleton | None:
        names = self._points_of(number)
        if not names:
            return None
        edges = self.data.edges.get(number, self.data.edges.get(-1, []))
        good = [(names[a], names[b]) for a, b in edges if a != b and min(a, b) >= 0 and max(a, b) < len(names)]
        return Skeleton(names, good)

    def rows(self) -> Iterator[Row]:
        """Return one row an image."""
        for item in self.items:
            size = self.source.size_of(item.path[self.strip :], item.path if item.there else None)
            shapes, foreign = [], {}
            for shape, its in self._shapes(item, size):
                shapes.append(shape)
                if its != Foreign():
                    foreign[shape.id] = its
            yield Row(
                item.path[self.strip :],
                *size,
                annotation=None if item.labels is None else Annotation(shapes=shapes),
                split=item.split,
                image=item.path if item.there else None,
                foreign=Foreign(extra={"path": item.path, "split": item.split}),
                shapes=foreign,
            )

    def _shapes(self, item: Item, size: tuple[int, int]) -> Iterator[tuple[Shape, Foreign]]:
        if item.labels is None:
            return
        for number, line in enumerate(self._lines(item), 1):
            if not line.strip():
                continue
            place = f"{item.labels}:{number}"
            its = _yolo_lines.numbers_of(line)
            if its is None:
                self.problems.add("lines", "they are not the number of a class and numbers after it", place)
                continue
            if not all(size):
                self.problems.add(
                    "labels of images", "the size of their image is not known: it is neither there nor an asset", place
                )
                return
            name = self.data.names.get(its[0])
            if name is None:
                self.problems.add("lines", f"there is no class {its[0]} in {self.data.member}", place)
                continue
            said = _yolo_lines.read(its[1], self.task, self._keypoints(its[0]), size, name)
            if said.shape is None:
                self.problems.add(*said.wrong, place)
            else:
                yield said.shape, said.foreign

    def _keypoints(self, number: int) -> Keypoints | None:
        shape = self.data.keypoints
        return None if shape is None else Keypoints(shape.count, shape.numbers, len(self._points_of(number)))


def _numbers(head: Head) -> dict[str, int]:
    """Return the numbers of the labels: those that they had, and the next ones for the others."""
    found: dict[str, int] = {}
    for name, its in head.foreign.items():
        if type(its.id) is int and its.id >= 0 and its.id not in found.values():
            found[name] = its.id
    known = {label.name for label in head.labels} | found.keys()
    numbers = {name: number for name, number in found.items() if name in known}
    for label in head.labels:
        if label.name not in numbers:
            numbers[label.name] = max(numbers.values(), default=-1) + 1
    return numbers


def _classes(head: Head, numbers: dict[str, int]) -> dict[str, Any]:
    """Return what the data file says of the classes, in the order of the labels."""
    order = [v.name for v in head.labels if v.name in numbers]
    names = {numbers[name]: name for name in dict.fromkeys([*order, *numbers])}
    if head.extra.get("listed") is True and list(names) == list(range(len(names))):
        return {"nc": len(names), "names": list(names.values())}
    return {"nc": len(names), "names": names}


def _keypoints_of(head: Head) -> Keypoints:
    return Keypoints(max([len(v.skeleton.points) for v in head.labels if v.skeleton is not None], default=1))


def _described_points(head: Head, numbers: dict[str, int], keypoints: Keypoints) -> dict[str, Any]:
    """Return what the data file says of key points."""
    its = {numbers[v.name]: v.skeleton for v in head.labels if v.skeleton is not None}
    names = {number: list(v.points) for number, v in its.items()}
    edges = {number: [list(pair) for pair in v.pairs()] for number, v in its.items() if v.edges}
    found: dict[str, Any] = {"kpt_shape": [keypoints.count, keypoints.numbers], "kpt_names": names}
    return found | ({"kpt_edges": edges} if edges else {})


FORMAT = Yolo("yolo", "detect")
