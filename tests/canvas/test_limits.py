"""Which shapes are marked because of flaws, and several labels on one shape: the Python half of the canvas."""

import numpy as np
import pytest

from nbannotate.canvas import Canvas
from nbannotate.canvas import told as told_
from nbannotate.errors import InvalidInput
from nbannotate.model import Label, Shape
from nbannotate.texts import Message, from_json

GRAY = np.full((30, 40), 128, np.uint8)
EIGHT = Shape(kind="polygon", points=((5, 5), (25, 25), (25, 5), (5, 22)), id="00000000000000e8")
BOX = Shape(kind="rectangle", points=((1, 1), (20, 4)), id="0000000000000001", label="cell")
LABELS = ["cell", "infected", Label("line", kinds=("polyline",))]


def told(canvas, type_):
    """Let a view come, and return what it is told later of one type."""
    sent = []
    canvas._overlay.send = lambda content, buffers=None: sent.append(content)
    hello = {"k": 1.0, "x": 0.0, "y": 0.0, "fit": True, "w": 400, "h": 300, "dpr": 1.0}
    canvas.receive({"type": "hello", "g": -1, "view_id": "v", "n": 1, "view": hello})
    return lambda: [m for m in sent if m["type"] == type_]


def test_flaws_are_known_by_id_and_follow_what_is_drawn():
    canvas = Canvas(GRAY, shapes=[EIGHT, BOX], labels=LABELS, min_size=5)
    assert {i: len(said) for i, said in canvas.flaws.items()} == {EIGHT.id: 1, BOX.id: 1}
    assert canvas.flaws is canvas.flaws
    canvas.min_size = None
    assert list(canvas.flaws) == [EIGHT.id]
    canvas.delete([EIGHT.id])
    assert canvas.flaws == {}
    canvas.undo()
    assert list(canvas.flaws) == [EIGHT.id]
    canvas.show(None, ())
    assert canvas.flaws == {}
    with pytest.raises(InvalidInput, match="min_size must be a number of pixels above 0"):
        Canvas(GRAY, min_size=0)


def test_a_view_hears_what_is_wrong_with_a_shape_and_when_it_is_mended():
    canvas = Canvas(GRAY, shapes=[EIGHT, BOX], labels=LABELS)
    patches = told(canvas, "patch")
    canvas.min_size = 5
    (patch,) = patches()
    assert patch["shapes"]["ids"] == [BOX.id]
    flaw = from_json(Message, patch["shapes"]["more"]["0"]["flaws"][0])
    assert flaw.startswith("The rectangle is too small")
    canvas.min_size = None
    assert patches()[-1]["shapes"]["more"] == {}


def test_what_few_shapes_have_is_packed_only_for_them():
    both = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="cell", also=("infected",), id="b")
    columns, _ = told_.packed([BOX, both], {BOX.id: ("It is small.",)})
    assert columns.more[0].flaws == ("It is small.",)
    assert columns.more[1].also == ("infected",)


def test_a_label_is_added_and_taken_away_and_the_next_one_becomes_the_first():
    canvas = Canvas(GRAY, shapes=[BOX], labels=LABELS, several_labels=True)
    complaints = []
    canvas.on_error(complaints.append)
    canvas.toggle_label("infected", [BOX.id])
    assert canvas.shapes[0].labels == ("cell", "infected")
    canvas.toggle_label("cell", [BOX.id])
    assert canvas.shapes[0].labels == ("infected",)
    canvas.toggle_label("infected", [BOX.id])
    assert canvas.shapes[0].labels == ()
    canvas.undo()
    assert canvas.shapes[0].labels == ("infected",)
    canvas.toggle_label("line", [BOX.id])
    assert complaints == ["The label 'line' takes polyline, not rectangle."]
    canvas.toggle_label("cell", [BOX.id])
    canvas.set_label("cell", [BOX.id])
    assert canvas.shapes[0].labels == ("cell",)
    canvas.set_label("", [BOX.id])
    assert canvas.shapes[0].labels == ()


def test_a_digit_adds_a_label_only_where_several_are_allowed():
    for several, labels in ((False, ("infected",)), (True, ("cell", "infected"))):
        canvas = Canvas(GRAY, shapes=[BOX], labels=LABELS, several_labels=several)
        label = {"type": "label", "g": 0, "view_id": "v", "n": 1, "ids": [BOX.id], "label": "infected"}
        canvas.receive(label)
        assert canvas.shapes[0].labels == labels
        canvas.receive({**label, "only": True})
        assert canvas.shapes[0].labels == ("infected",)
        groups = {row.group for row in canvas._outbox._keys_now() if row.id.startswith("label:")}
        assert groups == {
            "Add a label to the selection, or take it away" if several else "Label the selection, or what is drawn next"
        }


def test_several_labels_are_pasted_as_far_as_they_fit_here():
    both = Shape(kind="rectangle", points=((1, 1), (9, 9)), label="gone", also=("cell", "infected"))
    canvas = Canvas(GRAY, shapes=[both], labels=["gone", "cell", "infected"], several_labels=True)
    canvas.copy([both.id])
    canvas.show(GRAY, labels=["cell", "infected"], several_labels=True)
    canvas.paste()
    assert canvas.shapes[0].labels == ("cell", "infected")
    canvas.show(GRAY, labels=["cell", "infected"])
    canvas.paste()
    assert canvas.shapes[0].labels == ("cell",)
