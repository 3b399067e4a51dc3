"""Label Studio's tasks as they stand in a file: JSON of the full export, of JSON-MIN, and of old versions.

A task has ``data``, ``annotations`` (long ago ``completions``) and ``predictions``, each with a list ``result``.
JSON-MIN has one flat object an annotation: the data, what was answered by the names of the controls, and who answered.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from nbannotate.errors import ReadFailed
from nbannotate.files import parsing
from nbannotate.files.source import IMAGES, Source
from nbannotate.formats._label_studio_config import ASKED, Config
from nbannotate.formats._label_studio_values import KINDS
from nbannotate.formats._outcome import Problems

#: Fields of JSON-MIN that are no data and no answers; where they stand in the full export.
_OF_ANNOTATION = {
    "annotation_id": "id", "annotator": "completed_by", "created_at": "created_at", "updated_at": "updated_at",
    "lead_time": "lead_time",
}  # fmt: skip
_PICTURE = re.compile(r"(?i)(image|img|picture|photo|page|frame)s?_?\d*")

Json = dict[str, Any]


class _Result(msgspec.Struct):
    value: msgspec.Raw = msgspec.Raw(b"null")


class _Answers(msgspec.Struct):
    result: list[_Result] = []


class _Task(msgspec.Struct):
    annotations: list[_Answers] | None = None
    completions: list[_Answers] | None = None
    predictions: list[_Answers] | None = None


class Result(msgspec.Struct, frozen=True):
    """One result: its place in the file, all of it, and its value as the file has it, to the last digit."""

    place: str
    said: Json
    value: bytes

    @property
    def type(self) -> str:
        """What it is, in lower case; empty if the file does not say."""
        return str(self.said.get("type") or "").lower()

    @property
    def region(self) -> str:
        """The id that results of one region share, as text: an id may be any JSON."""
        return str(self.said.get("id"))

    @property
    def word(self) -> str:
        """The word of its geometry, such as ``rectangle``; empty if it has none of those that are known."""
        if self.type in KINDS:
            return self.type
        word = self.type.removesuffix("labels")
        if word in KINDS:
            return word
        return _word_of(self.said.get("value")) if self.type == "labels" else ""


class Answers(msgspec.Struct, frozen=True):
    """An annotation or a prediction: its place, all of it but the results, and the results."""

    place: str
    said: Json
    results: list[Result]

    def whole(self) -> Json:
        """Return all of it as it stood in the file."""
        return self.said | {"result": [r.said for r in self.results]}


class Task(msgspec.Struct, frozen=True):
    """A task: its place, all of it but what is said of it, and that."""

    place: str
    said: Json
    annotations: list[Answers]
    predictions: list[Answers]


def raw_tasks(source: Source, member: str) -> list[msgspec.Raw]:
    """Return the tasks of a file as JSON, not yet looked at.

    Raises
    ------
    ReadFailed
        It is no list, or no JSON.
    """
    data = source.bytes(member)
    try:
        found = msgspec.json.decode(data, type=msgspec.Raw | list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):  # NaN and such: numbers that are none become null
        found = msgspec.json.decode(msgspec.json.encode(parsing.parsed_json(data, source.said(member))), type=list)
        found = [msgspec.Raw(msgspec.json.encode(v)) for v in found]
    if not isinstance(found, list):
        return [found]
    return found


def tasks(source: Source, member: str, raws: list[msgspec.Raw], config: Config, problems: Problems) -> Iterator[Task]:
    """Yield the tasks of a file; say which are none."""
    for i, raw in enumerate(raws):
        place = f"{member}: [{i}]" if not source.single else f"[{i}]"
        try:
            said = parsing.parsed_json(bytes(raw), place)
        except ReadFailed as error:
            problems.add("tasks", str(error).rstrip("."), place)
            continue
        if not isinstance(said, dict):
            problems.add("tasks", "they are no objects", place)
            continue
        data = bytes(raw)
        if not said.keys() & {"data", "annotations", "completions", "predictions"}:
            said = _of_min(said, config)
            data = msgspec.json.encode(said)
        try:
            values = msgspec.json.decode(data, type=_Task)
        except msgspec.ValidationError as error:
            problems.add("tasks", f"they are not as Label Studio writes them: {error}", place)
            continue
        old = "completions" in said and "annotations" not in said
        name = "completions" if old else "annotations"
        yield Task(
            place,
            {k: v for k, v in said.items() if k not in (name, "predictions")},
            list(_answers(place, name, said, values.completions if old else values.annotations)),
            list(_answers(place, "predictions", said, values.predictions)),
        )


def _answers(place: str, name: str, said: Json, values: list[_Answers] | None) -> Iterator[Answers]:
    for i, (one, its) in enumerate(zip(said.get(name) or (), values or (), strict=True)):
        where = f"{place}.{name}[{i}]"
        results = [
            Result(f"{where}.result[{n}]", its_said, bytes(value.value))
            for n, (its_said, value) in enumerate(zip(one.get("result") or (), its.result, strict=True))
        ]
        yield Answers(where, {k: v for k, v in one.items() if k != "result"}, results)


def _of_min(said: Json, config: Config) -> Json:
    """Return the task that an object of JSON-MIN says; several of the same task are several tasks here."""
    data: Json = {}
    results: list[Json] = []
    for name, value in said.items():
        if name in _OF_ANNOTATION or name == "id":
            continue
        asked = config.control(name)
        made = list(_results(name, value, asked[0].type if asked else ""))
        results += made
        if not made:
            data[name] = value
    annotation = {its: said[name] for name, its in _OF_ANNOTATION.items() if name in said}
    return {"id": said.get("id"), "data": data, "annotations": [{**annotation, "result": results}]}


def _results(name: str, value: Any, asked: str) -> Iterator[Json]:
    """Yield what is answered under the name of a control; nothing if it is data."""
    if isinstance(value, list) and value and all(isinstance(v, dict) and (_word_of(v) or asked) for v in value):
        for i, one in enumerate(value):
            labels = next((k for k in one if k.endswith("labels")), None)
            sizes = {k: one[k] for k in ("original_width", "original_height", "image_rotation") if k in one}
            rest = {k: v for k, v in one.items() if k not in sizes}
            type_ = labels or asked or _word_of(one)
            yield {"id": f"{name}_{i}", "from_name": name, "to_name": "image", "type": type_, "value": rest, **sizes}
    elif isinstance(value, dict) and list(value) in (["choices"], ["taxonomy"], ["text"]):
        (type_,) = value
        its = "textarea" if type_ == "text" else type_
        yield {"id": name, "from_name": name, "to_name": "image", "type": its, "value": value}
    elif asked in ASKED:
        key = "text" if asked == "textarea" else asked
        listed = asked in ("choices", "textarea") and not isinstance(value, list)
        its_value = {key: [value] if listed else value}
        yield {"id": name, "from_name": name, "to_name": "image", "type": asked, "value": its_value}


def _word_of(value: Any) -> str:
    """Return what geometry a value has, by its fields; empty for none."""
    if not isinstance(value, dict):
        return ""
    for word, fields in (
        ("brush", {"rle"}), ("polygon", {"points"}), ("ellipse", {"radiusX", "radiusY"}),
        ("rectangle", {"x", "y", "width", "height"}), ("keypoint", {"x", "y"}),
    ):  # fmt: skip
        if fields <= value.keys() and not (word == "rectangle" and "keypointlabels" in value):
            return word
    return ""


class Shown(msgspec.Struct, frozen=True):
    """An image of a task: the field of the data, its number in it where that is a list, and its address."""

    field: str
    index: int | None
    address: str


def images(data: Json, config: Config) -> list[Shown]:
    """Return the images of a task: those that the config shows; without one, those that look like images."""
    fields = [p.field for p in config.pictures if data.get(p.field)]
    if not fields:
        fields = [k for k, v in data.items() if _PICTURE.fullmatch(k) and _addresses(v)]
    if not fields:
        fields = [k for k, v in data.items() if any(looks_like_image(a) for a in _addresses(v))]
    if not fields:
        fields = [k for k, v in data.items() if isinstance(v, str)] if len(data) == 1 else []
    found = []
    for field in dict.fromkeys(fields):
        listed = enumerate(data[field]) if isinstance(data[field], list) else [(None, data[field])]
        found += [Shown(field, i, a[0]) for i, value in listed if (a := _addresses(value))]
    return found


def _addresses(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        texts = [v for v in value.values() if isinstance(v, str)]
        return sorted(texts, key=lambda v: not looks_like_image(v))[:1]
    return [a for v in value for a in _addresses(v)] if isinstance(value, list) else []


def looks_like_image(address: str) -> bool:
    """Return whether an address or a path ends as images do."""
    return posixpath.splitext(urlsplit_safe(address)[0])[1].lower() in IMAGES


def urlsplit_safe(address: str) -> tuple[str, str]:
    """Return the path and the query of an address; of what is none, the text."""
    try:
        found = urlsplit(address)
    except ValueError:
        return address, ""
    return (found.path, found.query) if found.path or found.query else (address, "")


def name_of(address: str) -> str:
    """Return the name of the image at an address, with the folders that its path has.

    ``/data/upload/29/3f2a9c1b-cell%201.jpg`` is ``cell 1.jpg``: the project and what the upload put before the name are
    left out. ``/data/local-files/?d=a/b.jpg`` is ``a/b.jpg``; of ``s3://bucket/a/b.jpg`` and others it is the path.
    """
    path, query = urlsplit_safe(address)
    if "/local-files" in path and (local := re.search(r"(?:^|&)d=([^&]+)", query)):
        return unquote(local[1]).lstrip("/")
    path = unquote(path)
    if found := re.search(r"(?:^|/)(?:data/)?upload/(?:\d+/)?(.+)$", path):
        return re.sub(r"^[0-9a-f]{8}-", "", found[1])
    return path.lstrip("/") or address


def preferred(among: Iterable[Answers]) -> Answers | None:
    """Return the annotation of several that counts: the ground truth, else the last that was not cancelled."""
    given = [a for a in among if not a.said.get("was_cancelled")]
    truth = [a for a in given if a.said.get("ground_truth") is True]
    when = [str(a.said.get("updated_at") or a.said.get("created_at") or "") for a in given]
    if truth:
        return truth[0]
    return max(zip(when, range(len(given)), given, strict=True), key=lambda v: v[:2], default=("", 0, None))[2]
