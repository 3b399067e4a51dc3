"""Reads Label Studio's tasks: one row an image, with what one annotation, or else one prediction, says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from nbannotate import shapes
from nbannotate.errors import InvalidInput
from nbannotate.files.source import Source
from nbannotate.formats import _json, _usable
from nbannotate.formats import _label_studio_own as own
from nbannotate.formats import _label_studio_values as values
from nbannotate.formats._contract import Foreign, Row
from nbannotate.formats._label_studio_config import ASKED, Config, Control, Picture
from nbannotate.formats._label_studio_tasks import Answers, Json, Result, Shown, Task, images, name_of, preferred
from nbannotate.formats._outcome import Problems
from nbannotate.model import Annotation, Shape, new_shape_id

#: Numbers with more digits than each float can be told by.
_LONG = re.compile(rb"(?<![\w.])-?\d[\d.]{16,}(?:[eE][-+]?\d+)?")
#: Ids of shapes that were made here.
_OURS = re.compile("[0-9a-f]{16}")


def rows_of(task: Task, config: Config, source: Source | None, problems: Problems) -> Iterator[Row]:
    """Yield the rows of a task, one an image."""
    data = task.said.get("data")
    data = data if isinstance(data, dict) else {}
    shown = images(data, config)
    if not shown:
        problems.add("tasks", "no field of their data is an image", f"{task.place}.data")
        return
    taken = preferred(task.annotations)
    if taken is None and not task.annotations and task.predictions:
        taken = max(task.predictions, key=lambda p: str(p.said.get("created_at") or ""))
    for other in [a for a in (*task.annotations, *task.predictions) if a is not taken]:
        kind = "annotations" if other in task.annotations else "predictions"
        problems.note(kind, "of a task one is taken; these are only kept for writing", other.place)
    rest = {k: v for k, v in data.items() if k not in {s.field for s in shown} and _usable.name(k) == k}
    parts = own.of_task(task.said.get("meta"), len(shown), problems, f"{task.place}.meta")
    for n, one in enumerate(shown):
        results = [r for r in taken.results if _about(r, shown, config) == n] if taken is not None else []
        yield Reader(task, n, taken, config, problems).row(one, results, rest, parts[n], source)


def _about(result: Result, shown: list[Shown], config: Config) -> int | None:
    """Return which image of a task a result is about; None if that cannot be known."""
    said, to = result.said, str(result.said.get("to_name") or "")
    index = said.get("item_index")
    index = index if isinstance(index, int) else None
    if len(shown) == 1 and not index:
        return 0
    found = config.picture(to)
    field, number = (found[0].field, found[1]) if found else (to, None)
    index = number if number is not None else index
    plain = found is None and field not in {s.field for s in shown}
    if index is None and (plain or (found is not None and found[0].several)):
        digits = to.rsplit("_", 1)[-1]
        index = int(digits) if digits.isdigit() else None
    among = [n for n, s in enumerate(shown) if s.field == field] or list(range(len(shown)))
    for n in among:
        if shown[n].index == index or (shown[n].index is None and len(among) == 1):
            return n
    return among[index] if index is not None and index < len(among) else among[0] if index is None else None


class Reader:
    """One image of a task: where it stands, and what is said of it."""

    def __init__(self, task: Task, n: int, taken: Answers | None, config: Config, problems: Problems) -> None:
        self.task, self.n, self.taken, self.config, self.problems = task, n, taken, config, problems
        self.guessed = taken is not None and taken in task.predictions
        #: Results that no word here means; they are written again.
        self.kept: list[Json] = []

    def row(self, shown: Shown, results: list[Result], data: Json, part: own.Image, source: Source | None) -> Row:
        """Return all that is said of the image."""
        name = part.name or name_of(shown.address)
        member = None if source is None or source.single else source.beside(name)
        width, height = _size(results) or (part.width, part.height)
        if not width and source is not None:
            width, height = source.size_of(name, member)
        regions: dict[str, list[Result]] = {}
        asked: list[Result] = []
        with_place = {r.region for r in results if r.word}
        for result in results:
            if result.type in ASKED and result.region not in with_place:
                asked.append(result)
            elif result.word or result.region in with_place:
                regions.setdefault(result.region, []).append(result)
            else:
                self.keep(result)
        made = [pair for its in regions.values() if (pair := self.shape(its, (width, height))) is not None]
        tags, said = answers(asked, self.config)
        metadata = {**said, **data} if part.metadata is None else part.metadata
        shapes = tuple(shape for shape, _ in made)
        return Row(
            name,
            width,
            height,
            self.annotation(shapes, tags, part),
            origin=part.origin or ("import" if self.guessed else None),
            source=part.source or self.model(),
            metadata={k: v for k, v in metadata.items() if _json.kept(v)},
            split=part.split,
            sequence=part.sequence,
            moment=part.moment,
            image=member,
            foreign=self.foreign([r.said for r in asked]),
            shapes={shape.id: foreign for shape, foreign in made},
        )

    def annotation(self, shapes: tuple[Shape, ...], tags: tuple[str, ...], part: own.Image) -> Annotation | None:
        """Return what is said; an annotation without a result that was not cancelled says that there is nothing."""
        if self.taken is None or part.unsaid:
            return None
        tags = tags if part.tags is None else tuple(part.tags)
        nothing = not shapes and not tags and not self.kept and not self.guessed
        return Annotation(
            shapes=shapes,
            tags=tags,
            nothing_to_label=nothing if part.nothing_to_label is None else part.nothing_to_label and not shapes,
            tag_attributes={k: v for k, v in part.tag_attributes.items() if k in tags},
        )

    def model(self) -> str | None:
        """Return the model whose prediction this is."""
        version = self.taken.said.get("model_version") if self.taken is not None and self.guessed else None
        return version if isinstance(version, str) and _usable.name(version) == version else None

    def keep(self, result: Result) -> None:
        """Keep a result as it is."""
        self.kept.append(result.said)
        if result.type != "relation":
            self.problems.note(f"results of the type {result.type or 'none'}", "only kept for writing", result.place)

    def foreign(self, asked: list[Json]) -> Foreign:
        """Return what the task says that has no word here, with what was said of it besides."""
        said = {k: v for k, v in self.task.said.items() if k != "id"}
        extra: Json = {"task": said, "image": self.n}
        if self.taken is not None:
            extra["predicted" if self.guessed else "annotated"] = self.taken.said
        if not self.n:  # once a task
            for name, among in (("annotations", self.task.annotations), ("predictions", self.task.predictions)):
                others = [[i, a.whole()] for i, a in enumerate(among) if a is not self.taken]
                extra |= {name: others} if others else {}
        extra |= {"asked": asked} if asked else {}
        if self.kept and self.taken is not None:
            extra["kept"] = [r.said for r in self.taken.results if any(r.said is said for said in self.kept)]
        return Foreign(_usable.id_of(self.task.said.get("id")), extra)

    def shape(self, results: list[Result], size: tuple[int, int]) -> tuple[Shape, Foreign] | None:
        """Return what a region is; None if it cannot be taken."""
        first = next(r for r in results if r.word)
        turned = _json.number(first.said.get("image_rotation"))
        if turned and turned % 360:
            self.kept += [r.said for r in results]
            self.problems.note("regions", "their image was turned; only kept for writing", first.place)
            return None
        try:
            shape = self.made(first, results, size)
        except InvalidInput as error:
            self.kept += [r.said for r in results]
            self.problems.add("regions", str(error).rstrip("."), first.place)
            return None
        given = _usable.id_of(first.said.get("id"))
        return shape, Foreign(None if given == shape.id else given, {"results": [_light(r) for r in results]})

    def made(self, first: Result, results: list[Result], size: tuple[int, int]) -> Shape:
        """Return the shape of a region; what Label Studio has no word for is taken from our own field.

        Raises
        ------
        InvalidInput
            It is none.
        """
        if min(size) < 1:
            raise InvalidInput("the size of their image is not known: there is no original_width, and no such image")
        geometry = values.read(first.word, first.value, *size)
        mine = own.of_region(first.said.get("meta"), self.problems, f"{first.place}.meta")
        kind = mine.kind or geometry.kind
        labels = self.labels(results)
        named = mine.id or str(first.said.get("id") or "")
        shape = Shape(
            kind=kind,
            points=mine.points or geometry.points,
            rle=geometry.rle,
            label=labels[0] if labels else "",
            also=tuple(labels[1:]),
            id=named if mine.id or _OURS.fullmatch(named) else new_shape_id(),
            confidence=self.confidence(first),
            color=mine.color,
            group=mine.group,
            track=mine.track,
            keyframe=mine.keyframe,
            attributes=attributes(results, self.config, self.problems) if mine.attributes is None else mine.attributes,
        )
        if kind not in shapes.kinds():
            raise InvalidInput(f"there is no kind of shape {kind!r:.40}")
        if wrong := shapes.kind(kind).problem(shape, *size):
            raise InvalidInput(wrong)
        return shape

    def labels(self, results: list[Result]) -> list[str]:
        """Return the labels of a region, each once."""
        found: list[str] = []
        for result in results:
            value = result.said.get("value")
            given = value.get(result.type) if isinstance(value, dict) and result.type.endswith("labels") else []
            for one in given if isinstance(given, list) else [given]:
                label = _usable.label(one, "regions", self.problems, f"{result.place}.value.{result.type}")
                found += [label] if label is not None and label not in found else []
        return found

    def confidence(self, first: Result) -> float | None:
        """Return the score of a region, or else that of its prediction."""
        said: Json = self.taken.said if self.taken is not None and self.guessed else {}
        for given, place in ((first.said.get("score"), first.place), (said.get("score"), self.task.place)):
            score = _json.number(given)
            if score is not None and 0 <= score <= 1:
                return score
            if given is not None:
                self.problems.note("scores", "they are no numbers from 0 to 1; only kept for writing", f"{place}.score")
        return None


def _size(results: list[Result]) -> tuple[int, int] | None:
    """Return the size of the image that the first result tells."""
    for result in results:
        found = [result.said.get(name) for name in ("original_width", "original_height")]
        if all(isinstance(v, int | float) and not isinstance(v, bool) and 1 <= v < 1 << 31 for v in found):
            return int(found[0]), int(found[1])  # type: ignore[arg-type]  # they are numbers
    return None


def _light(result: Result) -> Json:
    """Return a result as it is kept: without the pixels that a brush painted, which the shape has.

    A value is kept as a text where it has a number that no float is written as.
    """
    value = result.said.get("value")
    if not isinstance(value, dict):
        return result.said
    if "rle" in value:
        return result.said | {"value": {k: v for k, v in value.items() if k != "rle"}}
    long = _LONG.findall(result.value)
    return (
        result.said
        if all(repr(float(v)).encode() == v for v in long)
        else result.said | {"value": result.value.decode()}
    )


def answer(result: Result, config: Config) -> tuple[str, Any]:
    """Return the name of what was asked, and the answer: a text, a number, or a list where several may be given."""
    name = str(result.said.get("from_name") or result.type)
    control = config.control(name)
    if control is not None and control[1] is not None:
        name = re.sub(r"_?\{\{\w+\}\}", "", control[0].name)
    value = result.said.get("value")
    given = value.get("text" if result.type == "textarea" else result.type) if isinstance(value, dict) else None
    if result.type == "taxonomy" and isinstance(given, list):
        given = ["/".join(map(str, way)) if isinstance(way, list) else str(way) for way in given]
    several = control is not None and control[0].several and result.type == "choices"
    return name, given[0] if isinstance(given, list) and len(given) == 1 and not several else given


def answers(asked: list[Result], config: Config) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return what is said of a whole image: choices and taxonomies are tags, the rest is metadata."""
    tags: list[str] = []
    metadata: dict[str, Any] = {}
    for result in asked:
        name, given = answer(result, config)
        if result.type not in ("choices", "taxonomy"):
            metadata[name] = given
            continue
        for one in given if isinstance(given, list) else [given]:
            tag = _usable.name(config.tag(name, str(one)))
            tags += [tag] if tag is not None and tag not in tags else []
    return tuple(tags), {k: v for k, v in metadata.items() if _usable.name(k) == k}


def attributes(results: list[Result], config: Config, problems: Problems) -> dict[str, Any]:
    """Return what is asked of a region, and its ``meta``."""
    found: dict[str, Any] = {}
    for result in results:
        if result.type in ASKED:
            name, given = answer(result, config)
            found[name] = given
        meta = result.said.get("meta")
        for name, given in meta.items() if isinstance(meta, dict) else ():
            if name != own.FIELD:
                found[name] = given[0] if name == "text" and isinstance(given, list) and len(given) == 1 else given
    return _usable.attributes({k: v for k, v in found.items() if _usable.name(k) == k}, problems, results[0].place)


def observed(tasks: Iterable[Task]) -> Config:
    """Return the config that some tasks must have had: controls, labels and choices in the order of their results."""
    controls: dict[str, Control] = {}
    pictures: dict[tuple[str, bool], None] = {}
    names: dict[str, None] = {}
    for task in tasks:
        data = task.said.get("data")
        seen = images(data, Config()) if isinstance(data, dict) else []
        pictures |= dict.fromkeys((s.field, s.index is not None) for s in seen)
        for results in (a.results for a in (*task.annotations, *task.predictions)):
            regions = {r.region for r in results if r.word}
            for result in results:
                to, name, value = result.said.get("to_name"), result.said.get("from_name"), result.said.get("value")
                names |= {str(to): None} if to else {}
                if not name or not (result.word or result.type in ASKED):
                    continue
                given = value.get(result.type) if isinstance(value, dict) else None
                if result.type == "taxonomy" and isinstance(given, list):
                    given = ["/".join(map(str, way)) for way in given if isinstance(way, list)]
                listed = given if isinstance(given, list) and not result.type.startswith("text") else []
                values = tuple(v for one in listed if (v := _usable.name(one)) is not None)
                per_region = result.type in ASKED and result.region in regions
                several = result.type == "choices" and len(values) > 1
                before = controls.get(str(name), Control(str(name), result.type, (str(to or "image"),)))
                controls[before.name] = replace(
                    before,
                    values=tuple(dict.fromkeys((*before.values, *values))),
                    per_region=before.per_region or per_region,
                    several=before.several or several,
                )
    field, several = next(iter(pictures), ("image", False))
    shown = [Picture(name, field, several) for name in names or ("image",)] if len(pictures) == 1 else []
    return Config(tuple(controls.values()), tuple(shown))
