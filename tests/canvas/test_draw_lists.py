"""What the painter draws for each shape kind, command by command, so that a picture that changed is noticed.

The image is 200 x 100 pixels on a stage of 432 x 300, so it stands at (16, 50), twice as large: a place (x, y) of the
image is (2 x + 16, 2 y + 50) on the layer.
"""

from __future__ import annotations

import json
from textwrap import dedent

import numpy as np
import pytest
from ipycanvas.canvas import _CMD_LIST, Canvas
from msgspec.structs import replace

from nbannotate.canvas.command_batch import MANAGER
from nbannotate.canvas.draw_commands import CROWD
from nbannotate.canvas.painter import Painter
from nbannotate.canvas.scene import Style
from nbannotate.canvas.view import View
from nbannotate.model import Label, Rle, Shape, Skeleton
from nbannotate.shapes import kinds

VIEW = View(k=2, x=16, y=50, w=432, h=300)
BODY = Skeleton(("head", "hip", "foot"), (("head", "hip"), ("hip", "foot")))
STYLE = Style.of([Label("cell", color="#ff0000"), Label("body", color="#0000ff", skeleton=BODY)])
NAMES = {value: name for name, value in Canvas.ATTRS.items()}


def drawn(monkeypatch, *shapes, without=(), painter=None, style=STYLE, view=VIEW):
    """Return the draw commands of a frame, one a line: name, numbers, colors."""
    painter = painter or Painter()
    lines = []

    def value(argument, buffers):
        if not isinstance(argument, dict):
            return argument
        array = np.frombuffer(buffers[argument["idx"]], argument["dtype"]).reshape(argument["shape"])
        return np.round(array.astype(float), 2).tolist()

    def send(_, buffers):
        waiting = list(buffers[1:])
        for command in json.loads(bytes(buffers[0])):
            name, arguments, *count = command if len(command) > 1 else (*command, [])
            mine, waiting[: sum(count)] = waiting[: sum(count)], []
            if _CMD_LIST[name] == "set":
                lines.append(f"{NAMES[arguments[0]]} = {arguments[1]}")
            elif _CMD_LIST[name] not in ("switchCanvas", "resetTransform"):
                words = [_CMD_LIST[name], *(short(value(a, mine)) for a in arguments)]
                lines.append(" ".join(w for w in words if w))

    monkeypatch.setattr(MANAGER, "send", send)
    painter.shapes({s.id: s for s in shapes}, without, style, view, 7)
    assert lines[-1] == "line_dash_offset = 7.0"  # by which the overlay knows the frame
    return [line for line in lines if not line.startswith("line_dash_offset")]


def short(value):
    if isinstance(value, list):
        numbers = [short(v) for v in np.ravel(value).tolist()]
        some = numbers if len(numbers) < 21 else [*numbers[:6], f"… {len(numbers) - 8} more …", *numbers[-2:]]
        return "[" + " ".join(some) + "]"
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def shape(kind, *points, label="cell", **more):
    return Shape(kind=kind, points=tuple((float(x), float(y)) for x, y in points), label=label, id="1" * 16, **more)


GOLDEN = {
    "rectangle": (
        shape("rectangle", (10, 10), (50, 40)),
        """
        clear
        fillStyledPolygons 1 [36 70 116 70 116 130 36 130] [4] [255 0 0] [0.1]
        line_join = miter
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokeRects [36] [70] [80] [60]
        line_width = 2.0
        strokeStyledRects [36] [70] [80] [60] [255 0 0] 1
        line_join = round
        """,
    ),
    "polygon": (
        shape("polygon", (10, 10), (50, 10), (30, 40)),
        """
        clear
        fillStyledPolygons 1 [36 70 116 70 76 130] [3] [255 0 0] [0.1]
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokePolygons 1 [36 70 116 70 76 130] [3]
        line_width = 2.0
        strokeStyledPolygons 1 [36 70 116 70 76 130] [3] [255 0 0] 1
        """,
    ),
    "polygon of several rings": (
        shape("polygon", (10, 10), (50, 10), (50, 40), (10, 40), (20, 20), (30, 20), (25, 30), rings=(4, 3)),
        """
        clear
        fillStyledPolygons 1 [36 70 116 70 116 130 36 130 36 70 66 110 76 90 56 90 66 110 36 70] [10] [255 0 0] [0.1]
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokePolygons 2 [36 70 116 70 116 130 36 130 56 90 76 90 66 110] [4 3]
        line_width = 2.0
        strokeStyledPolygons 2 [36 70 116 70 116 130 36 130 56 90 76 90 66 110] [4 3] [255 0 0 255 0 0] 1
        """,
    ),
    "rotated rectangle": (
        Shape.rotated_rectangle(10, 10, 40, 20, 30, "cell", id="1" * 16),
        """
        clear
        fillStyledPolygons 1 [51.36 52.68 120.64 92.68 100.64 127.32 31.36 87.32] [4] [255 0 0] [0.1]
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokePolygons 1 [51.36 52.68 120.64 92.68 100.64 127.32 31.36 87.32] [4]
        line_width = 2.0
        strokeStyledPolygons 1 [51.36 52.68 120.64 92.68 100.64 127.32 31.36 87.32] [4] [255 0 0] 1
        """,
    ),
    "ellipse": (
        shape("ellipse", (10, 10), (50, 40)),
        """
        clear
        fillStyledPolygons 1 [116 100 115.81 102.94 115.23 105.85 … 120 more … 115.81 97.06] [64] [255 0 0] [0.1]
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokePolygons 1 [116 100 115.81 102.94 115.23 105.85 … 120 more … 115.81 97.06] [64]
        line_width = 2.0
        strokeStyledPolygons 1 [116 100 115.81 102.94 115.23 105.85 … 120 more … 115.81 97.06] [64] [255 0 0] 1
        """,
    ),
    "polyline": (
        shape("polyline", (10, 10), (50, 10), (30, 40)),
        """
        clear
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokeLineSegments 1 [36 70 116 70 76 130] [3]
        line_width = 2.0
        strokeStyledLineSegments 1 [36 70 116 70 76 130] [3] [255 0 0] 1
        """,
    ),
    "point": (
        shape("point", (20, 30)),
        """
        clear
        line_join = miter
        line_join = round
        fill_style = rgba(0, 0, 0, 0.55)
        stroke_style = rgba(0, 0, 0, 0.55)
        line_width = 4.0
        fillCircles [56] [110] 5
        line_width = 2.0
        fill_style = #ffffff
        fillStyledCircles [56] [110] 4 [255 0 0] 1
        """,
    ),
    "keypoints": (
        shape("keypoints", (20, 30), (40, 30)),
        """
        clear
        line_join = miter
        line_join = round
        fill_style = rgba(0, 0, 0, 0.55)
        stroke_style = rgba(0, 0, 0, 0.55)
        line_width = 4.0
        fillCircles [56 96] [110 110] 5
        line_width = 2.0
        fill_style = #ffffff
        fillStyledCircles [56 96] [110 110] 4 [255 0 0 255 0 0] 1
        """,
    ),
    "skeleton": (
        shape("skeleton", (20, 10), (20, 30), (20, 50), label="body", visibility=(2, 1, 0)),
        """
        clear
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokeLineSegments 1 [56 70 56 110] [2]
        line_width = 2.0
        strokeStyledLineSegments 1 [56 70 56 110] [2] [0 0 255] 1
        fill_style = rgba(0, 0, 0, 0.55)
        stroke_style = rgba(0, 0, 0, 0.55)
        line_width = 4.0
        fillCircles [56] [70] 5
        line_width = 2.0
        fill_style = #ffffff
        fillStyledCircles [56] [70] 4 [0 0 255] 1
        fill_style = rgba(0, 0, 0, 0.55)
        stroke_style = rgba(0, 0, 0, 0.55)
        line_width = 4.0
        strokeCircles [56] [110] 4
        line_width = 2.0
        fill_style = #ffffff
        fillCircles [56] [110] 4
        strokeStyledCircles [56] [110] 4 [0 0 255] 1
        """,
    ),
    "mask": (
        shape("mask", (10, 10), (12, 12), rle=Rle((100, 200), "bo02R3OW[b0")),
        """
        clear
        fillStyledPolygons 1 [36 70 40 70 40 72 38 72 38 74 36 74] [6] [255 0 0] [0.4]
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokePolygons 1 [36 70 40 70 40 72 38 72 38 74 36 74] [6]
        line_width = 2.0
        strokeStyledPolygons 1 [36 70 40 70 40 72 38 72 38 74 36 74] [6] [255 0 0] 1
        """,
    ),
    "a rotated rectangle": (
        shape("rotated_rectangle", (10, 10), (50, 10), (50, 40), (10, 40)),
        """
        clear
        fillStyledPolygons 1 [36 70 116 70 116 130 36 130] [4] [255 0 0] [0.1]
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokePolygons 1 [36 70 116 70 116 130 36 130] [4]
        line_width = 2.0
        strokeStyledPolygons 1 [36 70 116 70 116 130 36 130] [4] [255 0 0] 1
        """,
    ),
    "without a label": (
        shape("rectangle", (10, 10), (50, 40), label=""),
        """
        clear
        fillStyledPolygons 1 [36 70 116 70 116 130 36 130] [4] [255 255 255] [0.1]
        line_join = miter
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokeRects [36] [70] [80] [60]
        line_width = 2.0
        stroke_style = #ffffff
        setLineDash [6 4]
        strokeRects [36] [70] [80] [60]
        setLineDash []
        line_join = round
        """,
    ),
    "a color of its own": (
        shape("polyline", (10, 10), (50, 10), color="#00ff00"),
        """
        clear
        line_join = miter
        line_join = round
        setLineDash []
        line_width = 4.0
        stroke_style = rgba(0, 0, 0, 0.55)
        strokeLineSegments 1 [36 70 116 70] [2]
        line_width = 2.0
        strokeStyledLineSegments 1 [36 70 116 70] [2] [0 255 0] 1
        """,
    ),
}


@pytest.mark.parametrize("name", list(GOLDEN))
def test_a_shape_is_drawn_by_these_commands(monkeypatch, name):
    given, wanted = GOLDEN[name]
    assert drawn(monkeypatch, given) == dedent(wanted).strip().splitlines()


def test_every_kind_has_a_draw_list():
    assert {given.kind for given, _ in GOLDEN.values()} >= {name for name, its in kinds().items() if module(its)}


def module(its):
    return type(its).__module__.startswith("nbannotate.")


def test_shapes_of_several_kinds_share_batches_and_keep_their_order(monkeypatch):
    made = [
        replace(GOLDEN["polygon"][0], id="a"), replace(GOLDEN["rectangle"][0], id="b"),
        replace(GOLDEN["mask"][0], id="c"), replace(GOLDEN["rectangle"][0], id="d", label="body"),
    ]  # fmt: skip
    lines = drawn(monkeypatch, *made)
    (fill,) = [line for line in lines if line.startswith("fillStyled")]
    assert fill.endswith("[3 4 6 4] [255 0 0 255 0 0 255 0 0 0 0 255] [0.1 0.1 0.4 0.1]")
    assert "strokeStyledRects [36 36] [70 70] [80 80] [60 60] [255 0 0 0 0 255] 1" in lines
    assert len([line for line in lines if line.startswith("strokePolygons 2 ")]) == 1


def test_a_crowd_is_thin_lines_without_insides_and_halos(monkeypatch):
    made = [shape("rectangle", (i % 50, i // 50), (i % 50 + 1, i // 50 + 1)) for i in range(CROWD + 1)]
    lines = drawn(monkeypatch, *(replace(s, id=f"{i}") for i, s in enumerate(made)))
    assert [line.split(" [")[0] for line in lines] == [
        "clear", "line_join = miter", "setLineDash", "line_width = 1.0", "strokeStyledRects", "line_join = miter",
    ]  # fmt: skip


def test_only_the_place_of_what_changed_is_drawn_again(monkeypatch):
    painter, far = Painter(), shape("rectangle", (150, 70), (160, 80))
    near, over = replace(GOLDEN["rectangle"][0], id="n"), replace(GOLDEN["polyline"][0], id="o")
    drawn(monkeypatch, far, near, painter=painter)
    assert drawn(monkeypatch, far, near, painter=painter) == []
    lines = drawn(monkeypatch, far, near, over, painter=painter)
    assert lines[:5] == ["save", "beginPath", "rect 28 62 96 76", "clip", "clear"]
    assert "strokeStyledRects [36] [70] [80] [60] [255 0 0] 1" in lines  # what is under it, but not what is far
    assert lines[-1] == "restore"
    moved = replace(far, points=((100.0, 70.0), (110.0, 80.0)))
    assert drawn(monkeypatch, moved, near, over, painter=painter)[:4] == [
        "save", "beginPath", "rect 308 182 36 36", "rect 208 182 36 36",
    ]  # fmt: skip
    for lines in (
        drawn(monkeypatch, near, moved, over, painter=painter),  # another order
        drawn(monkeypatch, near, moved, over, painter=painter, view=replace(VIEW, k=1.5)),
    ):
        assert lines[0] == "clear"
