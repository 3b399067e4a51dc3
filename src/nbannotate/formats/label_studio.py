"""Label Studio: JSON of tasks, and the label config.

How it is read:

- The full export, JSON-MIN, and what versions before 1.0 wrote (``completions``); the label config beside it, if there
  is one (``label_config.xml``, or the only XML file).
- ``rectanglelabels`` are rectangles, turned about their top-left corner where they have a ``rotation``;
  ``polygonlabels`` polygons, or polylines where they are not ``closed``; ``keypointlabels`` points; ``ellipselabels``
  ellipses (one that is turned is a polygon of 64 sides); ``brushlabels`` masks. The same without ``labels`` have none.
- Choices and taxonomies of an image are its tags; texts, numbers, ratings and dates its metadata, as are the fields of
  the task's data that are no image. What is asked of each region is an attribute of the shape, and so are the fields of
  its ``meta``. ``score`` is the confidence.
- A task of several images is several images. Of several annotations of a task one is taken: the ground truth, else the
  last one that was not cancelled; without any the last prediction, whose model is the source. The others are kept.
- An annotation without results says *nothing to label*.
- The name of an image is the path of its address; what an upload puts before the name is left out.

Ids, ``completed_by``, ``lead_time``, relations, other annotations and predictions, results of other types, and all
other fields are kept, and written again as they stood. What a task said of a shape is written to the letter while the
shape is the same; a region that had an id keeps it in place of the shape's.

How it is written: a folder, or a zip, with ``tasks.json``, ``label_config.xml`` and, if they come along, ``images/``,
which Label Studio serves as its local files. Numbers are the shortest that give the same pixels again. What Label
Studio has no word for is in our own field ``nbannotate`` of the ``meta`` of tasks and regions, which it keeps, and in a
comment of the config.

Source: the pages *Task format*, *Export* and *Tags* of the documentation of Label Studio, and real exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import msgspec

from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.files.source import Source
from nbannotate.files.target import Target
from nbannotate.formats import _label_studio_config as configs
from nbannotate.formats._contract import FIELDS, Contents, Format, Head, Holds, Row, Written
from nbannotate.formats._label_studio_built import Built
from nbannotate.formats._label_studio_config import Config
from nbannotate.formats._label_studio_reader import observed, rows_of
from nbannotate.formats._label_studio_tasks import raw_tasks, tasks
from nbannotate.formats._label_studio_values import WORDS
from nbannotate.formats._label_studio_writer import Writer, together
from nbannotate.formats._members import Members
from nbannotate.formats._outcome import Problems

TASKS, PICTURES = "tasks.json", "images"
#: What is looked at of a file to see what it is, and what stands there.
LOOKED_AT = 1 << 16
_LIST = re.compile(
    rb'\s*\[\s*\{(?s:.*)(?:"(?:annotations|completions|predictions)"\s*:\s*\[|"annotation_id"\s*:|"data"\s*:\s*\{)'
)
_ONE = re.compile(rb'\s*\{(?s:.*)"(?:from_name|original_width)"\s*:')


class LabelStudio:
    """Label Studio's tasks; see the module's text for what is read and written."""

    name = "label-studio"
    title = "Label Studio JSON"
    makes = ""
    holds = Holds(
        kinds=frozenset(WORDS),
        fields=frozenset(FIELDS) - {"rings", "visibility"},
    )

    def sniff(self, source: Source) -> bool:
        """Return whether a JSON file begins as a list of tasks."""
        return bool(_members(source))

    def read(self, source: Source, problems: Problems) -> Contents:
        """Return what all JSON files of tasks say.

        Raises
        ------
        ReadFailed
            There is none, or one is no JSON.
        """
        members = _members(source)
        if not members:
            raise ReadFailed(f"{source.name} holds no JSON file with tasks of Label Studio.")
        files = [(member, raw_tasks(source, member)) for member in members]
        text = _config_text(source)
        if text is None:
            config = observed(task for m, raws in files for task in tasks(source, m, raws, Config(), Problems("skip")))
            text = Built(Head(), config).xml()
        else:
            config = configs.read(text)
        head = msgspec.structs.replace(configs.head_of(text), extra={"label_config": text})

        def rows() -> Iterator[Row]:
            for member, raws in files:
                for task in tasks(source, member, raws, config, problems):
                    yield from rows_of(task, config, source, problems)

        return Contents(head, rows())

    def losses(self, row: Row, head: Head) -> Iterable[tuple[str, str]]:
        """Return what of a row Label Studio has no place for."""
        for shape in row.annotation.shapes if row.annotation else ():
            if shape.kind in WORDS and min(row.width, row.height) < 1:
                yield "shapes", "Label Studio's are in per cent, and the size of their image is not known"

    def write(self, target: Target, contents: Contents) -> Written:
        """Write the tasks and the config."""
        built, names, assets = Built(contents.head), Members(), 0
        writer = Writer(built)
        with target.open(TASKS) as file:
            for n, rows in enumerate(together(contents.rows)):
                paths = [names.of(row.name) for row in rows]
                for row, path in zip(rows, paths, strict=True):
                    target.put_image(row.image, f"{PICTURES}/{path}")
                address = f"/data/local-files/?d={quote(paths[0])}"
                file.write((b",\n" if n else b"[\n") + msgspec.json.encode(writer.task(rows, address)))
                assets += len(rows)
            file.write(b"\n]\n" if assets else b"[]\n")
        target.write(configs.NAME, built.xml().encode())
        return Written(assets, writer.regions)


def _members(source: Source) -> list[str]:
    """Return the files of tasks."""
    found = []
    for member in source.members:
        if member.lower().endswith(".json"):
            try:
                begin = next(source.pieces(member, LOOKED_AT), b"").removeprefix(b"\xef\xbb\xbf")
            except NbannotateError:
                continue
            empty = begin.strip() == b"[]" and bool(source.matching(configs.NAME))
            if empty or _LIST.match(begin) or (_ONE.match(begin) and _LIST.match(b"[" + begin)):
                found.append(member)
    return found


def _config_text(source: Source) -> str | None:
    """Return the label config that is beside the tasks, if there is one."""
    among = [m for m in source.members if m.lower().endswith(".xml")]
    among = source.matching(configs.NAME)[:1] if len(among) > 1 else among
    for member in among:
        text = source.text(member)
        if "<View" in text:
            return text
    return None


FORMAT: Format = LabelStudio()
