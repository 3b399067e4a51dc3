"""The Python half of the canvas: messages of the overlay in, shapes and messages and draw commands out."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipycanvas.canvas import _CMD_LIST

from nbannotate.canvas import Canvas, CanvasState, Mark
from nbannotate.canvas.command_batch import MANAGER, frame
from nbannotate.errors import InvalidInput, ReadFailed, Refused
from nbannotate.model import Label, Shape
from nbannotate.texts import Message, from_json

IMAGE = np.full((100, 200, 3), 128, np.uint8)
VIEW = {"k": 1, "x": 0, "y": 0, "w": 400, "h": 300, "dpr": 1, "fit": True}
A, B = "a" * 16, "b" * 16
BOX = Shape(kind="rectangle", points=((10.0, 10.0), (50.0, 40.0)), label="cell", id=A)
PATH = Shape(kind="polygon", points=((60.0, 10.0), (90.0, 10.0), (80.0, 50.0)), id=B)
LABELS = [Label("cell", color="#ff0000"), Label("box", kinds=("rectangle",)), Label("dust")]


class Browser:
    """Stands where the browser is: sends what an overlay would, and keeps what it would get."""

    def __init__(self, canvas, monkeypatch):
        self.canvas, self.n, self.got, self.drawn = canvas, 0, [], []
        monkeypatch.setattr(canvas._overlay, "send", lambda message, buffers=None: self.got.append((message, buffers)))
        monkeypatch.setattr(MANAGER, "send", self.draw)
        self.heard = []
        for name in ("change", "select", "state", "error", "zone"):
            getattr(canvas, f"on_{name}")(lambda value, name=name: self.heard.append((name, value)))

    def draw(self, _, buffers):
        for command in json.loads(bytes(buffers[0])):
            self.drawn.append((_CMD_LIST[command[0]], command[1] if len(command) > 1 else []))

    def say(self, type, **fields):
        self.n += 1
        message = {"type": type, "g": self.canvas.model.generation, "view_id": "v", "n": self.n, **fields}
        self.canvas.receive(message)
        return self.n

    def types(self):
        return [message["type"] for message, _ in self.got]

    def take(self, type):
        return [message for message, _ in self.got if message["type"] == type]

    def errors(self):
        return [value for name, value in self.heard if name == "error"]


@pytest.fixture
def canvas():
    made = Canvas(IMAGE, [BOX, PATH], LABELS)
    yield made
    made.close()


@pytest.fixture
def browser(canvas, monkeypatch):
    browser = Browser(canvas, monkeypatch)
    browser.say("hello", view=VIEW)
    browser.first = browser.types()
    browser.got.clear()
    browser.drawn.clear()
    browser.heard.clear()
    return browser


def test_a_view_that_says_hello_gets_everything_and_the_image_is_fitted(canvas, monkeypatch):
    browser = Browser(canvas, monkeypatch)
    browser.say("hello", view=VIEW)
    assert [t for t in browser.types() if t != "refining"][-4:] == ["stage", "rendering", "preview", "ack"]
    ((stage, buffers),) = [(m, buffers) for m, buffers in browser.got if m["type"] == "stage"]
    assert stage["image"] == {"width": 200, "height": 100}
    assert stage["shapes"]["ids"] == [A, B]
    points = np.frombuffer(buffers[0], "<f8").reshape(-1, 2)
    assert points.tolist() == [[10, 10], [50, 40], [60, 10], [90, 10], [80, 50]]
    assert stage["view"]["k"] == pytest.approx((400 - 32) / 200)
    names = [name for name, _ in browser.drawn]
    assert "putImageData" in names
    assert names.index("putImageData") < names.index("strokeStyledRects")


def test_nothing_is_sent_before_a_view_is_there(canvas, monkeypatch):
    browser = Browser(canvas, monkeypatch)
    canvas.tool = "polygon"
    canvas.delete([A])
    assert browser.got == []
    assert [s.id for s in canvas.shapes] == [B]


def test_a_drawn_shape_is_normalized_selected_and_takes_the_current_label(canvas, browser):
    canvas.label = "dust"
    n = browser.say("create", id="c" * 16, kind="rectangle", points=[[150, 90], [120, 300]])
    assert canvas.shapes[-1] == Shape(kind="rectangle", points=((120, 90), (150, 100)), label="dust", id="c" * 16)
    assert canvas.selected == ("c" * 16,)
    assert browser.take("patch")[-1]["shapes"]["ids"] == ["c" * 16]
    assert browser.take("ack")[-1]["n"] == n
    assert [name for name, _ in browser.heard] == ["state", "change", "select", "state"]


def test_what_is_selected_leaves_the_ipycanvas_layer_and_returns(canvas, browser):
    def painted():
        names = [name for name, _ in browser.drawn if name in ("clear", "clip", "strokeRects", "strokePolygons")]
        browser.drawn.clear()
        return names

    browser.say("select", ids=[A])
    assert painted() == ["clip", "clear"]  # the other one is far away, and stays as it is
    browser.say("select", ids=[])
    assert painted() == ["clip", "clear", "strokeRects"]
    browser.say("select", ids=[A, B])
    assert painted() == ["clip", "clear"]
    browser.say("hello", view=VIEW)  # the page was loaded again
    assert painted() == ["clear", "clear"]  # the image, and the shapes, of which none is here
    browser.say("select", ids=[A])
    browser.say("hello", view=VIEW)
    assert painted() == ["clip", "clear", "strokePolygons", "strokePolygons", "clear", "clear"] + ["strokePolygons"] * 2


def test_moving_does_not_repaint_the_image(canvas, browser):
    browser.say("edit", shapes=[{"id": A, "points": [[20, 20], [60, 50]]}])
    assert canvas.shapes[0].points == ((20, 20), (60, 50))
    assert "putImageData" not in [name for name, _ in browser.drawn]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "create", "id": "c" * 16, "kind": "rectangle", "points": [[1, 1], [1.2, 1.2]]}, "too small"),
        ({"type": "create", "id": "c" * 16, "kind": "circle", "points": [[1, 1], [9, 9]]}, "no shape kind 'circle'"),
        ({"type": "create", "id": "c" * 16, "kind": "polygon", "points": [[1, 1], [9, 9]]}, "at least 3 points"),
        ({"type": "create", "id": "c" * 16, "kind": "rectangle", "points": [[1, 1], [float("inf"), 9]]}, "finite"),
        ({"type": "create", "id": "c" * 16, "kind": "rectangle", "points": [[1, 1], [None, 9]]}, "not understood"),
        ({"type": "create", "id": A, "kind": "rectangle", "points": [[1, 1], [9, 9]]}, "draw it again"),
        ({"type": "create", "id": "<script>", "kind": "rectangle", "points": [[1, 1], [9, 9]]}, "draw it again"),
        ({"type": "edit", "shapes": [{"id": A, "points": [[5, 5], [5, 5]]}]}, "too small"),
        ({"type": "edit", "shapes": [{"id": A, "points": "points"}]}, "not understood"),
        ({"type": "label", "label": "cheese", "ids": [A]}, "no label 'cheese'"),
        ({"type": "current", "label": "cheese"}, "no label 'cheese'"),
        ({"type": "label", "label": "box", "ids": [B]}, "'box' takes rectangle, not polygon"),
        ({"type": "tool", "tool": "rm -rf"}, "no shape kind"),
        ({"type": "view", "view": {**VIEW, "k": float("nan")}}, "cannot be painted"),
        ({"type": "view", "view": {**VIEW, "w": 1e9}}, "cannot be painted"),
        ({"type": "view"}, "view is missing"),
        ({"type": "zone", "zone": [1, 1, 1, 1]}, "too small"),
        ({"type": "refused", "reason": "<b>"}, "not understood"),
        ({"type": "__init__"}, "not understood"),
        ({"type": "select", "ids": [1, 2]}, "not understood"),
        ({"type": "select", "surprise": 1}, "not understood"),
    ],
)
def test_what_a_browser_should_not_send_is_refused_in_a_sentence_and_changes_nothing(canvas, browser, message, words):
    before, state = canvas.shapes, canvas.state
    browser.say(**message)
    assert any(words in sentence for sentence in browser.errors()), browser.errors()
    assert any(words in from_json(Message, message["text"]) for message in browser.take("error"))
    assert (canvas.shapes, canvas.state) == (before, state)
    assert not canvas.can_undo


@pytest.mark.parametrize(
    "content", [None, 3, "x", [], {}, {"type": "create"}, {"type": 3, "g": "", "view_id": 0, "n": None}]
)
def test_garbage_never_raises(canvas, browser, content):
    canvas.receive(content)
    assert len(browser.errors()) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["type", "g", "view_id", "n", "view", "id", "ids", "kind", "points", "shapes", "label", "zone"]
        ),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.sampled_from(["create", "edit", "view", A, ""]),
            lambda inner: st.lists(inner, max_size=4),
            max_leaves=8,
        ),
    )
)
def test_no_message_whatever_raises_or_breaks_the_canvas(content):
    canvas = Canvas(IMAGE, [BOX, PATH], LABELS)
    canvas.receive({"g": 0, "view_id": "v", "n": 1, **content})
    canvas.undo()
    assert {s.id for s in canvas.shapes} >= {A, B} or content.get("type") == "delete"
    canvas.close()


def test_after_a_refused_change_the_browser_gets_the_shape_as_it_is(canvas, browser):
    browser.say("edit", shapes=[{"id": A, "points": [[5, 5], [5, 5]]}])
    assert browser.take("patch")[-1]["shapes"]["ids"] == [A]
    browser.say("create", id="c" * 16, kind="rectangle", points=[[1, 1], [1, 1]])
    assert browser.take("patch")[-1]["remove"] == ["c" * 16]


def test_what_was_meant_for_the_asset_before_is_dropped(canvas, browser):
    old = canvas.model.generation
    canvas.show(IMAGE, [PATH])
    browser.say("create", g=old, id="c" * 16, kind="rectangle", points=[[1, 1], [30, 30]])
    browser.say("delete", g=old, ids=[B])
    assert canvas.shapes == (PATH,)
    assert browser.errors() == []


def test_a_read_only_canvas_refuses_changes_but_takes_zones(canvas, browser):
    canvas.show(IMAGE, [BOX], editable=False)
    for message in (
        {"type": "delete", "ids": [A]},
        {"type": "undo"},
        {"type": "edit", "shapes": [{"id": A, "points": [[0, 0], [9, 9]]}]},
    ):
        browser.say(**message)
    assert canvas.shapes == (BOX,)
    assert len(browser.errors()) == 3
    canvas.tool = "zone"
    canvas.tool = "zone"
    browser.say("zone", zone=[9, 9, 1, 1])
    assert ("zone", (1, 1, 9, 9)) in browser.heard
    assert canvas.tool == "select"
    with pytest.raises(Refused):
        canvas.tool = "rectangle"


def test_undo_and_redo_go_through_everything_that_changed_shapes(canvas, browser):
    steps = [canvas.shapes]
    browser.say("create", id="c" * 16, kind="rectangle", points=[[1, 1], [30, 30]])
    steps.append(canvas.shapes)
    browser.say("label", label="dust", ids=["c" * 16])
    steps.append(canvas.shapes)
    canvas.delete([A])
    steps.append(canvas.shapes)
    canvas.set_shapes([BOX])
    steps.append(canvas.shapes)
    for wanted in reversed(steps[:-1]):
        browser.say("undo")
        assert canvas.shapes == wanted
    assert (canvas.can_undo, canvas.can_redo) == (False, True)
    for wanted in steps[1:]:
        canvas.redo()
        assert canvas.shapes == wanted


def test_a_run_of_nudges_is_undone_at_once(canvas, browser):
    for x in (11.0, 12.0, 13.0):
        browser.say("edit", shapes=[{"id": A, "points": [[x, 10], [x + 40, 40]]}], nudged=True)
    canvas.undo()
    assert canvas.shapes == (BOX, PATH)


def test_showing_another_asset_starts_a_history_and_tells_no_change(canvas, browser):
    browser.say("select", ids=[A])
    browser.say("delete", ids=[A])
    browser.heard.clear()
    canvas.show(IMAGE[:50], [BOX])
    assert (canvas.image_size, canvas.can_undo, canvas.selected) == ((200, 50), False, ())
    assert [name for name, _ in browser.heard] == ["state"]
    assert browser.take("stage")[-1]["image"] == {"width": 200, "height": 50}


def test_an_image_that_cannot_be_read_leaves_the_canvas_as_it_was(canvas):
    with pytest.raises(ReadFailed):
        canvas.show(b"not an image")
    assert canvas.image_size == (200, 100)
    assert canvas.shapes == (BOX, PATH)


def test_the_state_tells_a_toolbar_what_it_needs(canvas, browser):
    canvas.tool = "polygon"
    canvas.label = "cell"
    assert canvas.state == CanvasState("polygon", "cell", False, False, pytest.approx(1.84), True)
    assert [name for name, _ in browser.heard] == ["state", "state"]
    canvas.labels = ["other"]
    assert canvas.label == ""


def test_a_bound_key_calls_back_and_is_in_the_key_map(canvas, browser):
    calls = []
    canvas.bind("Ctrl+Enter", "Submit", lambda: calls.append(1), group="Task")
    assert browser.take("keys")[-1]["keys"][0]["title"] == "Submit"
    browser.say("key", key="bound:ctrl+Enter")
    browser.say("key", key="bound:unknown")
    assert calls == [1]


def test_a_key_pressed_before_the_next_image_is_seen_goes_on_but_submits_nothing(canvas, browser):
    calls = []
    canvas.bind("ctrl+Enter", "Submit", lambda: calls.append("submit"))
    canvas.bind("PageDown", "Next image", lambda: calls.append("next"), any_image=True)
    old = canvas.model.generation
    canvas.show(IMAGE, [PATH])
    browser.say("key", g=old, key="bound:ctrl+Enter")
    browser.say("key", g=old, key="bound:PageDown")
    assert calls == ["next"]
    browser.say("key", key="bound:ctrl+Enter")
    assert calls == ["next", "submit"]


@pytest.mark.parametrize("key", ["r", "1", "ctrl+z", "?", "", "hyper+x", "Delete"])
def test_keys_that_are_taken_or_none_cannot_be_bound(canvas, key):
    if key == "1":
        canvas.bind(key, "free while no label has it", print)
        return
    with pytest.raises(InvalidInput):
        canvas.bind(key, "x", print)


def test_a_callback_may_use_the_canvas_and_one_that_fails_does_not_break_it(canvas, browser, caplog):
    canvas.on_change(lambda shapes: canvas.select([]))
    canvas.on_change(lambda shapes: 1 / 0)
    browser.say("create", id="c" * 16, kind="rectangle", points=[[1, 1], [30, 30]])
    assert len(canvas.shapes) == 3
    assert canvas.selected == ()
    assert "Something went wrong" in from_json(Message, browser.take("error")[-1]["text"])
    browser.say("undo")
    assert len(canvas.shapes) == 2


def test_threads_may_use_a_canvas_together(canvas, browser):
    def work(start):
        for i in range(30):
            browser.say("create", id=f"{start + i:016x}", kind="rectangle", points=[[1, 1], [30, 30]])
            canvas.select([A])

    threads = [threading.Thread(target=work, args=(1000 * t,)) for t in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(canvas.shapes) == 122
    assert MANAGER._caching is False


def test_marks_and_labels_are_checked(canvas):
    canvas.marks = [Mark("1", "#ffb000", zone=(1, 2, 3, 4), text="?"), Mark("2", shape_id=A)]
    assert len(canvas.marks) == 2
    for wrong in (lambda: Mark("1", "red"), lambda: Mark("1", zone=(1, 2, float("nan"), 4))):
        with pytest.raises(InvalidInput):
            wrong()
    with pytest.raises(InvalidInput):
        canvas.marks = ["x"]
    with pytest.raises(InvalidInput):
        canvas.label = "cheese"
    with pytest.raises(InvalidInput, match="twice"):
        Canvas(IMAGE, [BOX, BOX])
    with pytest.raises(InvalidInput, match="no shape kind"):
        Canvas(IMAGE, [Shape(kind="circle", points=((1, 1), (2, 2)))])


def test_a_second_view_sees_the_same_middle_at_its_own_size(canvas, browser):
    browser.say("view", view={**VIEW, "k": 4, "x": -200, "y": -50, "fit": False})
    browser.say("hello", view={**VIEW, "w": 200, "h": 100}, view_id="w")
    view = browser.take("stage")[-1]["view"]
    assert (view["k"], (100 - view["x"]) / 4, (50 - view["y"]) / 4) == (4, 100, 50)


def test_a_frame_that_fails_draws_nothing_and_the_next_one_works(canvas, browser):
    layer = canvas._painter.layers[1]

    def fail():
        with frame():
            layer.stroke_rect(1, 1, 5, 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert browser.drawn == []
    with frame():
        layer.stroke_rect(1, 1, 5, 5)
    assert [name for name, _ in browser.drawn] == ["switchCanvas", "strokeRect"]


def test_the_canvas_imports_neither_pandas_nor_plotly_nor_duckdb():
    import subprocess
    import sys

    code = "import sys, nbannotate.canvas; print({'pandas', 'plotly', 'duckdb'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
