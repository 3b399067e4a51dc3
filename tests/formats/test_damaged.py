"""Damaged files: our own error that names the file, or a count; what is left can be written and read again."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import test_cvat, test_labelme, test_supervisely
from tests.formats.sets import REAL, made, read, write

from nbannotate.errors import ReadFailed
from nbannotate.formats import Row

#: What stands in files where something else is expected.
STRANGE = [
    "", "null", "true", "-1", "0", "7", "1e999", "NaN", '""', '"x"', "[]", "{}", "[[1, 2]]", '{"a": [1]}', "1" * 30,
    "\0", "<", ">", '"', "&a;", "<!--", "1,1;2,2;3,3", '"nan"', '"1_0"', '"٣"', '"\ud83d"', "\\ud800", "é",
]  # fmt: skip
VALUE = re.compile(r'"[^"\n]*"|-?\d+(?:\.\d+)?|true|false|null|[\[\]{}<>]')

_mask = test_labelme.item("mask", [[1, 2], [3, 3]], mask=test_labelme.png([[0, 1, 1], [1, 1, 0]]))
_bitmap = test_supervisely.figure(
    "bitmap", bitmap={"data": test_supervisely.bitmap([[0, 1], [1, 1]]), "origin": [3, 2]}
)
_tracks = (
    f'<track id="4" label="cell" group_id="2">{test_cvat.box(2, 10)}{test_cvat.box(6, 20)}'
    f"{test_cvat.box(8, 20, outside=1)}</track>"
)
SETS: dict[str, list[dict[str, str]]] = {
    "cvat": [
        {"a.xml": test_cvat.images("\n".join(element for element, _ in test_cvat.FIGURES))},
        {"a.xml": test_cvat.video(_tracks)},
    ],
    "labelme": [
        {"a.json": test_labelme.file([*(its for its, _ in test_labelme.KINDS), _mask], flags={"cat": True})},
        {"a.json": (REAL / "video" / "labelme_frames" / "00000100.json").read_text()},
    ],
    "supervisely": [
        {
            "meta.json": json.dumps(test_supervisely.META),
            "ds/ann/a.jpg.json": test_supervisely.picture_of(
                [*(its for its, _ in test_supervisely.FIGURES), _bitmap], tags=[{"name": "height", "value": 3}]
            ),
        }
    ],
}


@st.composite
def _damaged(draw: Any, name: str) -> dict[str, str | bytes]:
    """Draw a set in which some values are others, or some bytes are gone."""
    members: dict[str, str | bytes] = dict(draw(st.sampled_from(SETS[name])))
    which = draw(st.sampled_from(sorted(members)))
    text = str(members[which])
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.integers(0, 3)):
            found = draw(st.sampled_from(list(VALUE.finditer(text)) or [None]))
            begin, end = (0, 0) if found is None else found.span()
        else:
            begin = draw(st.integers(0, len(text)))
            end = begin + draw(st.integers(0, 20))
        text = text[:begin] + draw(st.sampled_from(STRANGE)) + text[end:]
    members[which] = text.encode("utf-8", "surrogatepass")
    return members


@pytest.mark.parametrize("name", sorted(SETS))
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_damaged_file_is_an_error_of_ours_or_a_count(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    members = data.draw(_damaged(name))
    folder = tmp_path_factory.mktemp("set")
    path = made(folder, members)
    with contextlib.suppress(ReadFailed):
        read(name, path)
    try:
        head, rows, _ = read(name, path, "skip")
    except ReadFailed:  # nothing of it can be read
        return
    if rows:
        back = read(name, write(name, folder / "out", head, rows))[1]
        assert _counts(back) == _counts(rows)


def _counts(rows: list[Row]) -> list[int]:
    """Return how many shapes the images have."""
    return sorted(len(row.annotation.shapes) if row.annotation else 0 for row in rows)
