"""Window, brightness and contrast: what is painted, what is told to the overlay, what stays from image to image."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from ipycanvas.canvas import _CMD_LIST
from PIL import Image

from nbannotate.canvas import Canvas
from nbannotate.canvas.command_batch import MANAGER
from nbannotate.errors import InvalidInput
from nbannotate.imaging import Still

VIEW = {"k": 1, "x": 0, "y": 0, "w": 232, "h": 132, "dpr": 1, "fit": True}
RAMP = np.tile(np.arange(200, dtype=np.uint16) * 20, (100, 1))  # 0 to 3980
GRAY = np.tile(np.arange(200, dtype=np.uint8), (100, 1))


def ct(pixels=RAMP, **fields):
    given = {
        "offset": -1024.0,
        "unit": "HU",
        "modality": "CT",
        "window": (400.0, 40.0),
        "series": "1.2",
        "exact": False,
    }
    return Still(pixels, **{**given, **fields})


class Browser:
    """Stands where the browser is."""

    def __init__(self, canvas, monkeypatch):
        self.canvas, self.n, self.got, self.painted, self.heard = canvas, 0, [], [], []
        monkeypatch.setattr(canvas._overlay, "send", lambda message, buffers=None: self.got.append((message, buffers)))
        monkeypatch.setattr(MANAGER, "send", self.draw)
        canvas.on_levels(lambda window, adjust: self.heard.append((window, adjust)))
        canvas.on_error(lambda text: self.heard.append(text))

    def draw(self, _, buffers):
        for command in json.loads(bytes(buffers[0])):
            if _CMD_LIST[command[0]] == "putImageData":
                self.painted.append(np.asarray(Image.open(io.BytesIO(bytes(buffers[1])))))

    def say(self, type, **fields):
        self.n += 1
        self.canvas.receive({"type": type, "g": self.canvas.model.generation, "view_id": "v", "n": self.n, **fields})

    def take(self, type):
        return [(m, b) for m, b in self.got if m["type"] == type]

    @property
    def told(self):
        states = [m["state"] if m["type"] == "stage" else m for m, _ in self.got if m["type"] in ("stage", "state")]
        return states[-1]["levels"]


@pytest.fixture
def browser(monkeypatch):
    made = []

    def make(image):
        canvas = Canvas(image)
        made.append(canvas)
        browser = Browser(canvas, monkeypatch)
        browser.say("hello", view=VIEW)
        return browser

    yield make
    for canvas in made:
        canvas.close()


def test_a_ct_image_begins_with_the_window_of_its_header(browser):
    b = browser(ct())
    assert b.canvas.window == (400, 40)
    assert tuple(b.told["deep"]["window"]) == (400, 40)
    assert b.told["deep"]["file"] is True
    names = [p["name"] for p in b.told["deep"]["presets"]]
    assert names == [
        "Brain",
        "Lung",
        "Bone",
        "Abdomen",
        "Mediastinum",
        "Liver",
    ]
    row = b.painted[-1][50]
    assert row[0] == 0  # -1024 HU
    assert row[-1] == 255
    assert row[53] == pytest.approx(127, abs=8)  # 36 HU


def test_a_window_that_was_dragged_is_painted_sharp_and_heard_of(browser):
    b = browser(ct())
    before = len(b.take("rendering"))
    b.say("levels", window=[2000, 400])
    assert b.canvas.window == (2000, 400)
    assert b.heard == [((2000, 400), (0, 1))]
    assert len(b.take("rendering")) == before + 1
    assert b.painted[-1][50][100] == pytest.approx((100 * 20 - 1024 + 600) / 2000 * 255, abs=2)
    assert len(b.take("preview")) == 2
    b.say("levels", window=[2000, 400])
    assert len(b.take("rendering")) == before + 1  # nothing differs, nothing is painted


def test_automatic_all_values_and_as_in_the_file(browser):
    b = browser(ct())
    b.say("levels", how="auto")
    width, level = b.canvas.window
    assert 3880 <= width <= 3980
    assert level == pytest.approx(-1024 + 1990, abs=30)
    b.say("levels", how="full")
    assert b.canvas.window == (3980, 966)
    b.say("levels", how="reset")
    assert b.canvas.window == (400, 40)


def test_a_window_stays_for_the_next_slice_and_brightness_for_the_next_image(browser):
    b = browser(ct(window=None))
    begun = b.canvas.window
    b.canvas.show(ct(RAMP // 2, window=None))
    assert b.canvas.window == begun  # of the same series, so that slices can be compared
    b.say("levels", window=[1500, -600])
    b.canvas.show(ct(RAMP + 5))
    assert b.canvas.window == (1500, -600)
    b.canvas.show(ct(series="1.3"))
    assert b.canvas.window == (1500, -600)  # another CT: somebody has chosen the window
    b.canvas.show(ct(series="1.4", modality="MR", unit=""))
    assert b.canvas.window == (400, 40)
    b.canvas.show(GRAY)
    assert b.canvas.window is None
    b.say("levels", adjust=[0.1, 1.5])
    b.canvas.show(GRAY + 1)
    assert b.canvas.adjust == (0.1, 1.5)
    assert b.painted[-1][50][127] == pytest.approx(0.5 * 1.5 + 127.5 + 25.5, abs=1)


def test_a_window_of_its_own_does_not_stay_for_another_series(browser):
    b = browser(ct())
    b.canvas.show(ct(series="7", window=(80.0, 40.0)))
    assert b.canvas.window == (80, 40)


def test_brightness_and_contrast_of_eight_bits(browser):
    b = browser(GRAY)
    assert (b.canvas.window, b.canvas.adjust) == (None, (0, 1))
    assert b.told == {"adjust": (0, 1), "deep": None}
    b.say("levels", how="auto")
    row = b.painted[-1][50]
    assert row[0] == 0
    assert row[-1] == 255
    b.say("levels", how="reset")
    assert b.canvas.adjust == (0, 1)
    assert b.painted[-1][50].tolist() == list(range(200))


def test_the_browser_gets_the_values_when_it_asks_and_those_of_the_next_image_ahead(browser):
    b = browser(ct())
    assert not b.take("values")
    b.say("values")
    ((message, buffers),) = b.take("values")
    assert message["whole"]
    assert np.array_equal(np.frombuffer(buffers[0], "<u2").reshape(100, 200), RAMP)
    b.canvas.show(ct(RAMP + 1))
    message, buffers = b.take("values")[-1]
    assert message["g"] == b.canvas.model.generation
    assert np.frombuffer(buffers[0], "<u2")[0] == 1
    b.canvas.show(None)
    assert b.told is None
    b.say("values")
    assert len(b.take("values")) == 2


def test_presets_can_be_set(browser):
    b = browser(RAMP)
    assert b.canvas.window_presets == {}
    b.canvas.window_presets = {"T1": (900, 450)}
    assert b.told["deep"]["presets"] == [{"name": "T1", "width": 900, "level": 450}]
    with pytest.raises(InvalidInput, match="width"):
        b.canvas.window_presets = {"T1": (0, 450)}
    b.canvas.window = (900, 450)
    assert tuple(b.told["deep"]["window"]) == (900, 450)
    b.canvas.window = None
    assert b.canvas.window[0] > 3800


@pytest.mark.parametrize(
    "fields",
    [{}, {"window": [0, 1]}, {"window": [-5, 1]}, {"window": [1e300, 1]}, {"adjust": [5, 1]}, {"adjust": [0, 0]},
     {"window": [1]}, {"adjust": "x"}, {"how": 3}],
)  # fmt: skip
@pytest.mark.parametrize("image", [RAMP, GRAY], ids=["deep", "eight"])
def test_levels_that_cannot_be_are_refused_in_a_sentence(browser, fields, image):
    b = browser(image)
    before = b.canvas.window, b.canvas.adjust
    b.say("levels", **fields)
    assert (b.canvas.window, b.canvas.adjust) == before or "adjust" not in fields
    assert isinstance(b.heard[0], str)


def test_pages_cannot_take_the_keys(browser):
    b = browser(GRAY)
    for key in ("c", "shift+w", "shift+a", "shift+r"):
        with pytest.raises(InvalidInput, match="taken"):
            b.canvas.bind(key, "Mine", print)
    for wrong in ((2, 1), (0, 100), "no", None):
        with pytest.raises(InvalidInput):
            b.canvas.adjust = wrong
    with pytest.raises(InvalidInput, match="eight bits"):
        b.canvas.window = (400, 40)
