"""``<meta>`` of a CVAT file: its tasks, and what is kept of it to be written again.

A file is of a task, of a job, or of a project with several tasks. A task in the mode *interpolation* is a video: its
images are the frames of a sequence, which is called as the video's file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from nbannotate.files.parsing import Element
from nbannotate.formats import _usable, _xml
from nbannotate.formats._cvat_labels import Labels
from nbannotate.formats._outcome import Problems

VIDEO = "interpolation"
#: What is written of a task that no file told of; the rest is said by what is in it.
LABELS = "labels"
DIGITS = re.compile(r"\d{1,9}")
#: The words of subsets that are splits.
SPLITS = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
SUBSETS = {"train": "Train", "val": "Validation", "test": "Test"}


class Task(Struct):
    """A task, or a job of one.

    Parameters
    ----------
    id
        As tracks and images of a project name it; empty if there is none.
    sequence
        The video that it is, or would be if it has tracks.
    video
        Whether its images are frames of that.
    frames
        How many frames its video has, as far as that is said; 0 if it is not.
    width, height
        Of its frames in pixels; 0 if that is not said.
    step
        From one frame to the next.
    subset
        The subset that all of it is in.
    """

    id: str = ""
    sequence: str = ""
    video: bool = False
    frames: int = 0
    width: int = 0
    height: int = 0
    step: int = 1
    subset: str | None = None

    def frame_name(self, frame: int) -> str:
        """Return the name of a frame, counted from 0, as frames of a video file are called here."""
        return f"{self.sequence}#{frame + 1:0{len(str(max(self.frames, 1)))}}"


class Meta(Struct):
    """What a file says before its images.

    Parameters
    ----------
    tasks
        By their ids; of a file without any, one without id.
    kept
        What is written again: ``level`` (``"task"``, ``"job"`` or ``"project"``), ``fields`` of it, and ``tasks`` with
        a ``sequence`` and ``fields`` each.
    """

    tasks: dict[str, Task]
    kept: dict[str, Any]

    def task(self, task_id: str | None) -> Task:
        """Return a task by its id, or the only one there is."""
        return self.tasks.get(task_id or "") or next(iter(self.tasks.values()))


def read(meta: Element | None, member: str, labels: Labels, problems: Problems) -> Meta:
    """Return what a file says of its tasks; its labels are added to those of others."""
    stem = posixpath.splitext(posixpath.basename(member))[0]
    if meta is None:
        return Meta({"": Task(sequence=stem)}, {})
    level: Any = next((e for e in meta if e.tag in ("task", "job", "project")), None)
    if level is None:
        return Meta({"": Task(sequence=stem)}, {"more": _rest(meta, ())})
    its: Any = level.findall("tasks/task") if level.tag == "project" else [level]
    tasks: dict[str, Task] = {}
    kept = []
    for element in its:
        task = _task(element, stem)
        tasks.setdefault(task.id, task)
        kept.append({"sequence": task.sequence if task.video else None, "fields": _rest(element, (LABELS,))})
    for where in [level] if level.tag != "project" else [level, *its]:
        found: Any = where.find(LABELS)
        if found is not None:
            labels.add(found, problems, member)
    said: dict[str, Any] = {"level": level.tag, "tasks": kept}
    if level.tag == "project":
        said["fields"] = _rest(level, (LABELS, "tasks"))
    if more := _rest(meta, (level.tag,)):
        said["more"] = more
    return Meta(tasks or {"": Task(sequence=stem)}, said)


def _rest(element: Element | Any, without: Iterable[str]) -> list[Any]:
    return [[child.tag, _xml.tree(child)] for child in element if child.tag not in without]


def _task(element: Any, stem: str) -> Task:
    size: Any = element.find("original_size")
    source = posixpath.basename((element.child_text("source") or "").replace("\\", "/"))
    name = source or element.child_text("name") or stem
    return Task(
        id=element.child_text("id") or "",
        sequence=_usable.name(name.replace("\0", "")) or stem[: _usable.LONGEST_NAME],
        video=element.child_text("mode") == VIDEO,
        frames=max(_whole(element.child_text("size")), _whole(element.child_text("stop_frame")) + 1),
        width=0 if size is None else _whole(size.child_text("width")),
        height=0 if size is None else _whole(size.child_text("height")),
        step=_step(element.child_text("frame_filter") or ""),
        subset=element.child_text("subset") or None,
    )


def _step(text: str) -> int:
    found = re.search(r"step\s*=\s*(\d{1,6})", text)
    return max(1, int(found[1])) if found else 1


def _whole(text: str | None) -> int:
    return int(text) if text and DIGITS.fullmatch(text) else 0


def split_of(subset: str | None) -> str | None:
    """Return the split that a subset is; the one that CVAT gives to what has none is none."""
    if not subset or subset.lower() == "default":
        return None
    return SPLITS.get(subset.lower(), subset)


def subset_of(split: str | None, known: object) -> str | None:
    """Return the subset of a split, as it was called before if it still is that split."""
    if isinstance(known, str) and split_of(known) == split:
        return known
    return None if split is None else SUBSETS.get(split, split)


# ---- writing


class Sequence(Struct):
    """A task that is written: what is met of it while images are.

    Parameters
    ----------
    name
        Of the sequence; empty for the images that are in none.
    video
        Whether it has tracks.
    images
        How many images it has.
    first, last, step
        The first and the last frame, counted from 0, -1 before there is one; and the largest number of frames that all
        are apart a multiple of.
    width, height
        Of its first image.
    """

    name: str
    video: bool = False
    images: int = 0
    first: int = -1
    last: int = -1
    step: int = 0
    width: int = 0
    height: int = 0


def written(found: Mapping[str, Sequence], kept: Mapping[str, Any], labels: str) -> tuple[str, dict[str, str]]:
    """Return ``<meta>``, and the ids of the tasks by their sequences, empty where there is only one task.

    Parameters
    ----------
    found
        The tasks, by the names of their sequences.
    kept
        What files said before.
    labels
        ``<labels>``, indented by three steps.
    """
    before = [t for t in kept.get("tasks", ()) if isinstance(t, dict)]
    by_name = fields_before(kept, found)
    level = kept.get("level") if kept.get("level") in ("task", "job") and len(found) == 1 else "task"
    more = _xml.elements(kept.get("more", ()), 2)
    if len(found) < 2 and kept.get("level") != "project":
        fields = before[0].get("fields", []) if len(before) == 1 else []
        for name, its in found.items():
            fields = _fields(its, by_name.get(name, []))
        body = _xml.elements(fields, 3)
        return f"  <meta>\n    <{level}>\n{body}{labels}    </{level}>\n{more}  </meta>\n", {}
    names = dict.fromkeys([*by_name, *found])
    ids = _ids(names, before)
    plain = [["task", t.get("fields", [])] for t in before if t.get("sequence") is None]
    tasks = list(plain)
    for name in names:
        fields = _fields(found[name], by_name.get(name, [])) if name in found else by_name[name]
        if name or not plain:
            tasks.append(["task", [["id", ids[name]], *(f for f in fields if f[0] != "id")]])
    project = _xml.elements([*kept.get("fields", ()), ["tasks", tasks]], 3)
    return f"  <meta>\n    <project>\n{project}{labels}    </project>\n{more}  </meta>\n", ids


def _ids(names: Iterable[str], before: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return an id for each task: the one that it had, if no other has it, or the next that is free."""
    ids: dict[str, str] = {}
    taken: set[int] = set()
    for task in before:
        had = str(next((f[1] for f in task.get("fields", ()) if f[0] == "id"), ""))
        if DIGITS.fullmatch(had) and int(had) not in taken:
            taken.add(int(had))
            ids.setdefault(task.get("sequence") or "", had)
    free = max(taken, default=0)
    for name in names:
        if name not in ids:
            free += 1
            ids[name] = str(free)
    return ids


def fields_before(kept: Mapping[str, Any], names: Iterable[str]) -> dict[str, list[Any]]:
    """Return what files said of tasks before, by their sequences; what was said of a single one holds for any."""
    before = [task for task in kept.get("tasks", ()) if isinstance(task, dict)]
    found: dict[str, list[Any]] = {}
    for task in before:
        found.setdefault(task.get("sequence") or "", task.get("fields", []))
    names = list(names)
    if len(before) == len(names) == 1 and kept.get("level") != "project":
        found.setdefault(names[0], before[0].get("fields", []))
    return found


class Extent(Struct, frozen=True):
    """How many frames the video of a task has, as far as it is known, and the step from one to the next."""

    frames: int
    step: int


def extent(its: Sequence, before: list[Any]) -> Extent:
    """Return the extent of a task that is written: what was said of it before, or else what its images show."""
    if not its.name:
        return Extent(its.images, 1)
    known = dict(map(tuple, before))
    step = _step(str(known.get("frame_filter", ""))) if before else max(1, its.step)
    stop = _whole(str(known.get("stop_frame", "")))
    return Extent(max(_whole(str(known.get("size", ""))), stop + 1, its.last + 1), step)


def _fields(its: Sequence, before: list[Any]) -> list[list[Any]]:
    """Return what is said of a task: what was said of it before, as far as that still holds."""
    there = extent(its, before)
    known = dict(map(tuple, before))
    size = there.frames if there.step == 1 else max(_whole(str(known.get("size", ""))), its.images)
    now: dict[str, Any] = {"size": str(size), "mode": VIDEO if its.name else "annotation"}
    if its.name and its.width:
        now["original_size"] = [["width", str(its.width)], ["height", str(its.height)]]
    if there.step > 1 and not before:
        filtered = {"start_frame": str(its.first), "stop_frame": str(its.last), "frame_filter": f"step={there.step}"}
        now |= filtered
    called = str(known.get("source") or known.get("name", "")).replace("\\", "/")
    if its.name and posixpath.basename(called) != its.name:
        now |= {"name": known.get("name", its.name), "source": its.name}
    fields = [[key, now.pop(key, value)] for key, value in before]
    return [*([] if "name" in known or "name" in now else [["name", "nbannotate"]]), *fields, *map(list, now.items())]
