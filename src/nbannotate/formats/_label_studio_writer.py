"""Writes Label Studio's tasks: what a task said that is still so is written as it stood, the rest anew.

A task that is written is read again at once. What does not come back so, because Label Studio has no word for it,
stands in our own field of its ``meta``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.formats import _brush, _json
from nbannotate.formats import _label_studio_own as own
from nbannotate.formats import _label_studio_values as values
from nbannotate.formats._contract import Foreign, Row
from nbannotate.formats._label_studio_built import Built, answer_of
from nbannotate.formats._label_studio_reader import Reader, answers, rows_of
from nbannotate.formats._label_studio_tasks import Answers, Json, Result, Task, images
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Shape
from nbannotate.shapes.rle import decode

#: What a result is, as against what is said of it besides.
_OWN = ("id", "type", "value", "from_name", "to_name", "score", "meta", "original_width", "original_height")


def together(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows of each task; those of one stand one after another."""
    found: list[Row] = []
    for row in rows:
        number = row.foreign.extra.get("image")
        of_last = found and isinstance(number, int) and number > found[-1].foreign.extra.get("image", number)
        if of_last and row.foreign.id is not None and row.foreign.id == found[0].foreign.id:
            found.append(row)
            continue
        if found:
            yield found
        found = [row]
    if found:
        yield found


class Writer:
    """Makes tasks of rows; the config that is built meanwhile has what they need.

    Parameters
    ----------
    built
        The config.

    Attributes
    ----------
    regions
        How many were written.
    """

    def __init__(self, built: Built) -> None:
        self.built, self.regions = built, 0
        self._numbers = set[Any]()
        self._next = 1

    def task(self, rows: list[Row], address: str) -> Json:
        """Return the task of one row, or of several that were one.

        Parameters
        ----------
        rows
            In the order of their images.
        address
            Where the image of the first row is, if no task said that.
        """
        first = rows[0]
        said = first.foreign.extra.get("task")
        said = said if isinstance(said, dict) and isinstance(said.get("data"), dict) else None
        found: Json = {"id": self.number(first.foreign.id)}
        found |= self.data(said, first, address)
        meta = found.get("meta")
        meta = {k: v for k, v in meta.items() if k != own.FIELD} if isinstance(meta, dict) else {}
        found["meta"] = meta
        results = [r for row in rows for r in self.results(row)]
        self.put(found, first, any(row.annotation is not None for row in rows), results)
        parts = self.parts(found, rows)
        if parts is None:  # what the metadata is called hides the image
            picture = self.built.picture()
            found["data"] = {picture.field: [address] if picture.several else address}
            parts = self.parts(found, rows) or []
        if any(part != own.Image() for part in parts):
            found["meta"] = meta | {own.FIELD: [own.as_json(part) for part in parts]}
        return found

    def number(self, given: Any) -> Any:
        """Return the id of a task: the one that it had, or the next number that is free."""
        if given is None or given in self._numbers:
            while self._next in self._numbers:
                self._next += 1
            given = self._next
        self._numbers.add(given)
        return given

    def data(self, said: Json | None, row: Row, address: str) -> Json:
        """Return the fields of a task beside what is said of it; metadata that changed is changed in its data."""
        new = {k: v for k, v in row.metadata.items() if k not in self.answered(row)}
        if said is None:
            picture = self.built.picture()
            return {"data": {**new, picture.field: [address] if picture.several else address}}
        before = said["data"]
        shown = {s.field for s in images(before, self.built.config)}
        kept = {k: v for k, v in before.items() if k in shown or k in row.metadata}
        return said | {
            "data": kept | {k: v for k, v in row.metadata.items() if k not in shown and (k in new or k in kept)}
        }

    def answered(self, row: Row) -> dict[str, Json]:
        """Return what of the metadata is an answer to what the config asks of the image: values of results."""
        found = {}
        for name, value in row.metadata.items() if row.annotation is not None else ():
            control = self.built.asked(name, per_region=False)
            if control is not None and control.type not in ("choices", "taxonomy"):
                said = answer_of(control, value)
                if said is not None:
                    found[name] = said
        return found

    def put(self, task: Json, row: Row, said: bool, results: list[Json]) -> None:
        """Put results into a task, as an annotation or a prediction, at its place among the others that it had."""
        extra, annotation = row.foreign.extra, row.annotation or Annotation()
        sure = bool(annotation.shapes) and all(s.confidence is not None for s in annotation.shapes)
        guessed = "predicted" in extra or (
            "annotated" not in extra and row.origin == "import" and bool(row.source) and sure
        )
        before = extra.get("predicted" if guessed else "annotated")
        whole = {**before} if isinstance(before, dict) else {"model_version": row.source} if guessed else {}
        if guessed and row.source:
            whole["model_version"] = row.source
        taken = [whole | {"result": results}] if said else []
        for name, its in (("annotations", [] if guessed else taken), ("predictions", taken if guessed else [])):
            others = extra.get(name)
            for place, other in others if isinstance(others, list) else ():
                its.insert(place, other)
            task[name] = its

    def results(self, row: Row) -> Iterator[Json]:
        """Yield the results of an image: its regions, what was asked of it, and what no word here means."""
        number = row.foreign.extra.get("image")
        number = number if isinstance(number, int) else 0
        reader = self.reader(row)
        for shape in row.annotation.shapes if row.annotation else ():
            if shape.kind in values.WORDS and not shape.rings and min(row.width, row.height) > 0:
                self.regions += 1
                yield from self.region(shape, row, row.shapes.get(shape.id, Foreign()), reader, number)
        yield from self.asked(row, number)
        kept = row.foreign.extra.get("kept")
        yield from kept if isinstance(kept, list) else ()

    def reader(self, row: Row) -> Reader:
        """Return what reads the regions of an image."""
        extra = row.foreign.extra
        name = "predicted" if "predicted" in extra else "annotated"
        said = extra.get(name)
        taken = Answers("", said if isinstance(said, dict) else {}, [])
        task = Task("", {}, [] if name == "predicted" else [taken], [taken] if name == "predicted" else [])
        return Reader(task, 0, taken, self.built.config, Problems("skip"))

    def region(self, shape: Shape, row: Row, foreign: Foreign, reader: Reader, number: int) -> list[Json]:
        """Return the results of a region: as they stood if it is still so, or else anew."""
        size = row.width, row.height
        before = _as_results(foreign.extra.get("results"), shape, size)
        first = next((r for r in before if r.word), None)
        if first is not None and _same(reader, first, before, size, shape):
            self.built.saw(before)
            return [r.said | {"value": msgspec.Raw(r.value)} for r in before]
        return self.anew(shape, size, foreign, first, reader, number)

    def anew(
        self, shape: Shape, size: tuple[int, int], foreign: Foreign, first: Result | None, reader: Reader, number: int
    ) -> list[Json]:
        """Return the results of a region, with what it had besides."""
        word = values.WORDS[shape.kind]
        control, type_ = self.built.of_region(word, shape.labels, first, number)
        value = values.written(values.Geometry(shape.kind, shape.points, shape.rle), *size)
        if shape.label:
            value[type_ if type_.endswith("labels") else f"{word}labels"] = list(shape.labels)
        base: Json = {
            "id": shape.id if foreign.id is None else foreign.id,
            "type": type_ if shape.label else word,
            "from_name": control,
            "to_name": self.built.of_image(control, first, number),
            "original_width": size[0],
            "original_height": size[1],
            "image_rotation": 0,
            "value": value,
        }
        base |= {"score": shape.confidence} if shape.confidence is not None else {}
        base |= {k: v for k, v in (first.said if first is not None else {"origin": "manual"}).items() if k not in _OWN}
        asked, meta = self.attributes(shape, base)
        base["meta"] = meta
        told = _as_results([base, *asked])
        made = reader.made(told[0], told, size)
        mine = own.Region(
            id="" if made.id == shape.id or foreign.id is not None else shape.id,
            kind="" if made.kind == shape.kind else shape.kind,
            points=() if made.points == shape.points else shape.points,
            group=shape.group,
            track=shape.track,
            keyframe=shape.keyframe,
            color=shape.color,
            attributes=None if _alike(made.attributes, shape.attributes) else shape.attributes,
        )
        if mine != own.Region():
            base["meta"] = meta | {own.FIELD: own.as_json(mine)}
        if not base["meta"]:
            del base["meta"]
        return [base, *asked]

    def attributes(self, shape: Shape, base: Json) -> tuple[list[Json], Json]:
        """Return the attributes that the config asks of regions as results, and the others as the region's ``meta``."""
        asked: list[Json] = []
        meta: Json = {}
        for name, value in shape.attributes.items():
            control = self.built.asked(name, per_region=True)
            said = answer_of(control, value) if control is not None else None
            if control is not None and said is not None:
                place = {k: v for k, v in base.items() if k in ("id", "to_name", "original_width", "original_height")}
                asked.append({**place, "type": control.type, "from_name": name, "value": said, "image_rotation": 0})
            elif name != own.FIELD:
                meta[name] = [value] if name == "text" and isinstance(value, str) else value
        return asked, meta

    def asked(self, row: Row, number: int) -> list[Json]:
        """Return the answers to what is asked of an image: as they stood if they are still so, or else anew."""
        if row.annotation is None:
            return []
        before = _as_results(row.foreign.extra.get("asked"))
        tags, metadata = answers(before, self.built.config)
        same = all(k in row.metadata and _alike(v, row.metadata[k]) for k, v in metadata.items())
        if before and same and tags == row.annotation.tags:
            self.built.saw(before)
            return [r.said for r in before]
        chosen: dict[tuple[str, str], list[str]] = {}
        for tag in row.annotation.tags:
            name, type_, choice = self.built.of_tag(tag)
            chosen.setdefault((name, type_), []).append(choice)
        found: list[Json] = []
        for (name, type_), its in chosen.items():
            value = {type_: [v.split("/") for v in its] if type_ == "taxonomy" else its}
            found.append(self.answer(name, type_, value, number))
        for name, value in self.answered(row).items():
            control = self.built.asked(name, per_region=False)
            if control is not None:
                found.append(self.answer(name, control.type, value, number))
        return found

    def answer(self, name: str, type_: str, value: Json, number: int) -> Json:
        """Return the result of what was asked of an image."""
        to = self.built.of_image(name, None, number)
        more = {"item_index": number} if number else {}
        return {"id": f"{name}_{number}", "type": type_, "from_name": name, "to_name": to, "value": value, **more}

    def parts(self, task: Json, rows: list[Row]) -> list[own.Image] | None:
        """Return what of some rows does not come back from their task; None if not all of them do."""
        said = msgspec.json.decode(msgspec.json.encode({k: v for k, v in task.items() if k not in _SAID}))
        its = [
            [Answers("", {k: v for k, v in a.items() if k != "result"}, _as_results(a["result"])) for a in task[name]]
            for name in _SAID
        ]
        back = list(rows_of(Task("", said, *its), self.built.config, None, Problems("skip")))
        numbers = [int(row.foreign.extra.get("image", 0)) for row in rows]
        if len(back) <= max(numbers) or (rows[0].foreign.extra.get("task") is None and len(back) != 1):
            return None
        found = [own.Image()] * len(back)
        for number, row in zip(numbers, rows, strict=True):
            found[number] = _part(row, back[number])
        return found


_SAID = ("annotations", "predictions")


def _part(row: Row, back: Row) -> own.Image:
    """Return what of a row does not come back."""
    said, its = row.annotation or Annotation(), back.annotation or Annotation()
    sized = (row.width, row.height) == (back.width, back.height)
    return own.Image(
        name="" if row.name == back.name else row.name,
        width=0 if sized else row.width,
        height=0 if sized else row.height,
        split=row.split,
        sequence=row.sequence,
        moment=row.moment,
        metadata=None if _alike(row.metadata, back.metadata) else row.metadata,
        tags=None if said.tags == its.tags or row.annotation is None else list(said.tags),
        tag_attributes=said.tag_attributes,
        nothing_to_label=None if said.nothing_to_label == its.nothing_to_label else said.nothing_to_label,
        unsaid=row.annotation is None and back.annotation is not None,
        origin=None if row.origin == back.origin else row.origin,
        source=None if row.source == back.source else row.source,
    )


def _as_results(given: Any, shape: Shape | None = None, size: tuple[int, int] = (0, 0)) -> list[Result]:
    """Return results as they are read, those of a mask with its pixels."""
    found = []
    for one in given if isinstance(given, list) else ():
        if not isinstance(one, dict):
            continue
        value = one.get("value")
        if isinstance(value, str):
            with contextlib.suppress(msgspec.MsgspecError):  # a text that is no JSON is the value itself
                _json.decoded(value)
                value = msgspec.Raw(value.encode())
        if shape is not None and shape.rle is not None and isinstance(value, dict) and value.get("format") == "rle":
            region = decode(shape.rle)
            value = value | {"rle": _brush.encode(region, *size) if region is not None else []}
        said = msgspec.json.decode(msgspec.json.encode(one | {"value": value}))
        found.append(Result("", said, msgspec.json.encode(value)))
    return found


def _same(reader: Reader, first: Result, results: list[Result], size: tuple[int, int], shape: Shape) -> bool:
    """Return whether results still say what a shape is."""
    try:
        made = reader.made(first, results, size)
    except InvalidInput:
        return False
    return _alike(msgspec.to_builtins(made.replace(id=shape.id)), msgspec.to_builtins(shape))


def _alike(one: Any, other: Any) -> bool:
    """Return whether values are the same as JSON: 1 is not 1.0."""
    return msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")
