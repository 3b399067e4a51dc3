"""Damaged data sets of YOLO, Pascal VOC, PNG masks and CSV: our own error, or a count; the rest is written and read."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats import sets

from nbannotate.errors import NbannotateError
from nbannotate.formats import _pixels

#: What stands in files where something else is expected.
STRANGE = [
    "", "-1", "0", "7", "1e999", "-1e-400", "nan", "inf", "1_0", "٣", "x", "[", "]", "{", "}", ":", "&a", "*a", "!!x",
    "<", ">", "</x>", "&a;", "\0", '"', "'", "\n", "\r", ",", ";", " ", "1" * 30, "\ud83d", "é", "../x", "/",
    "[[1, 2]]",
]  # fmt: skip
VALUE = re.compile(r"[^\s,<>]+")
PNG = sets.picture(100, 50)
_OBJECT = (
    "<object><name>cell</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>"
    "<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>30</xmax><ymax>40</ymax></bndbox><confidence>0.5</confidence>"
    "<attributes><attribute><name>a</name><value>1</value></attribute></attributes><part><name>p</name>"
    "<bndbox><xmin>12</xmin><ymin>22</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></part></object>"
    "<object><name>x</name><polygon><x1>1</x1><y1>2</y1><x2>30</x2><y2>2</y2><x3>9</x3><y3>40</y3></polygon></object>"
)
_MASK = np.zeros((50, 100), np.int32)
_MASK[3:9, 4:20], _MASK[20:30, 4:20] = 1, 2
SETS: dict[str, dict[str, str | bytes]] = {
    "yolo": {
        "data.yaml": "path: .\ntrain: images/train\nval: [images/val, val.txt]\nnames: {0: cell, 3: dust}\nx: {y: 1}\n",
        "val.txt": "./images/b.png\n", "images/train/a.png": PNG, "images/b.png": PNG,
        "labels/train/a.txt": "0 0.5 0.5 0.2 0.4 0.75\n3 0.1 0.2 0.3 0.2 0.3 0.8\n", "labels/b.txt": "",
    },
    "yolo-pose": {
        "data.yaml": "kpt_shape: [2, 3]\nkpt_names: {0: [a, b]}\nkpt_edges: {0: [[0, 1]]}\nnames: [cell]\n",
        "images/a.png": PNG, "labels/a.txt": "0 0.5 0.5 0.2 0.4 0.5 0.5 2 0.4 0.4 1\n0 0.5 0.5 0.2 0.4 0 0 0 0 0 0\n",
    },
    "yolo-obb": {
        "obj.data": "classes = 2\ntrain = train.txt\nnames = obj.names\n", "obj.names": "a\nb\n",
        "train.txt": "a.png\n",
        "a.png": PNG, "a.txt": "0 0.2 0.2 0.4 0.2 0.4 0.6 0.2 0.6\n1 0.5 0.2 0.4 0.4 0.5 0.6 0.6 0.4 0.5\n",
    },
    "voc": {
        "Annotations/a.xml": f"<annotation v='1'><filename>a.png</filename><source><a>b</a></source><size><width>100"
        f"</width><height>50</height><depth>3</depth></size>{_OBJECT}</annotation>",
        "JPEGImages/a.png": PNG, "labelmap.txt": "# label\nbackground:0,0,0::\ncell:1,2,3:p:\n",
        "ImageSets/Main/train.txt": "a\nb\n", "ImageSets/Main/cell_train.txt": "a  1\nb -1\n",
        "SegmentationObject/a.png": _pixels.written(_MASK, _pixels.colormap()),
    },
    "png-masks": {
        "labels.json": '{"labels": [{"number": 1, "name": "cell", "color": "#010203"}, {"number": 2, "name": "b"}]}',
        "masks/a.png": _pixels.written(_MASK), "images/a.png": PNG, "ImageSets/Segmentation/k.txt": "a\n",
    },
    "csv": {
        "a.csv": "asset,split,label,x,y,w,h,points,confidence,attributes,rings,tags,keyframe,stage\n"
        'a.png,train,cell,1,2,3,4,,0.5,"{""a"": 1}",,"[""t""]",True,7\n'
        'b.png,,x,,,,,"[[1,2],[3,4],[5,7]]",,,,,,\n"c.png",,,,,,,,,,,,,\n',
    },
}  # fmt: skip


@st.composite
def _damaged(draw: Any, name: str) -> dict[str, str | bytes]:
    """Draw a set in which some values are others, or some bytes are gone."""
    members = dict(SETS[name])
    which = draw(st.sampled_from(sorted(m for m, text in members.items() if isinstance(text, str))))
    text = str(members[which])
    for _ in range(draw(st.integers(1, 3))):
        found = draw(st.sampled_from(list(VALUE.finditer(text)) or [None])) if draw(st.integers(0, 3)) else None
        begin = draw(st.integers(0, len(text))) if found is None else found.start()
        end = begin + draw(st.integers(0, 20)) if found is None else found.end()
        text = text[:begin] + draw(st.sampled_from(STRANGE)) + text[end:]
    members[which] = text.encode("utf-8", "surrogatepass")
    for image in [m for m, data in members.items() if isinstance(data, bytes) and m.endswith(".png")]:
        if not draw(st.integers(0, 9)):
            data = bytes(members[image])
            at = draw(st.integers(0, len(data)))
            members[image] = data[:at] + draw(st.binary(max_size=9)) + data[at + draw(st.integers(0, 40)) :]
    return members


@pytest.mark.parametrize("name", sorted(SETS))
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_set_is_an_error_of_ours_or_a_count(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("set")
    path = sets.made(folder, data.draw(_damaged(name)))
    sets.sniffed(path)
    with contextlib.suppress(NbannotateError):
        sets.read(name, path)
    try:
        head, rows, _ = sets.read(name, path, "skip")
    except NbannotateError:  # nothing of it can be read
        return
    try:
        out = sets.write(name, folder / "out", head, sets.from_disk(rows, path), "copy")
    except NbannotateError:  # two images with one file, for example
        return
    if any(row.annotation is not None for row in rows):
        sets.read(name, out, "skip")
