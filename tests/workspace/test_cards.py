"""What handles show in a notebook: cheap questions, thumbnails that wait for nobody, and what to type next."""

from __future__ import annotations

import base64
import io
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.cards import card_of
from nbannotate.errors import NbannotateError
from nbannotate.workspace.cards import thumbnails
from nbannotate.workspace.cards.thumbnails import Wanted, strip

BOX = nb.Shape(kind="rectangle", points=((10, 10), (40, 30)), label="WBC")


def html(thing: Any) -> str:
    return thing._repr_mimebundle_()["text/html"]


def pictures(page: str) -> list[Image.Image]:
    found = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(text))) for text in found]


def wanted(path: Path | str, width: int = 64, height: int = 48) -> Wanted:
    return Wanted(Path(path).name, lambda: str(path), width, height)


def why(one: Wanted) -> str:
    (picture,) = strip([one], 2).pictures
    return picture.missing


def test_a_version_shows_its_first_images_with_their_shapes(team):
    t = team(9, annotated=lambda v: v.add_annotations({"img_007.png": [BOX]}, source="model"))
    page = html(t.version)
    assert len(pictures(page)) == 6
    assert max(p.width for p in pictures(page)) < 250
    assert page.index("img_007.png") < page.index("img_000.png"), "what has shapes comes first"
    assert page.count("<path") == 1
    assert "and 3 more" in page
    assert "<b>9</b> assets" in page
    assert "1 shape" in t.version._repr_mimebundle_()["text/plain"]


def test_a_task_shows_its_image_and_what_can_be_done(team):
    t = team(1)
    page = html(t.workspace.as_member("ana").work.next("July"))
    (picture,) = pictures(page)
    assert picture.width <= 64, "never larger than it is"
    assert "task.submit(shapes)" in page


def test_what_is_to_be_typed_next_works(team):
    t = team(2)
    names = {
        "ws": t.workspace, "campaign": t.campaign, "version": t.version, "dataset": t.version.dataset, "nb": nb,
    }  # fmt: skip
    things = [
        t.workspace,
        t.version,
        t.version.dataset,
        t.campaign,
        t.campaign.tasks,
        t.version.assets,
        t.workspace.members,
    ]
    typed = [line for thing in things for line in card_of(thing).next]
    tried = [line for line in typed if "…" not in line and not re.search(r"serve|launch|write|publish|Viewer", line)]
    assert len(tried) > 6
    for line in tried:
        eval(line, names)


def test_a_file_that_is_not_there_is_said(team):
    t = team(2)
    for path in t.version.assets.df()["path"]:
        Path(path).unlink()
    page = html(t.version)
    assert page.count("not where it was") == 2
    assert "img_000.png" in page


def test_what_is_no_image_or_too_large_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "text.png").write_text("no image")
    os.mkfifo(tmp_path / "pipe.png")
    Image.new("L", (64, 48)).save(tmp_path / "good.png")
    assert why(wanted(tmp_path / "text.png"))
    assert why(wanted(tmp_path / "pipe.png")) == "no file"
    assert why(wanted(tmp_path)) == "no file"
    assert why(wanted(tmp_path / "good.png", 100_000, 100_000)) == "100,000 × 100,000 pixels"
    assert why(wanted(tmp_path / "good.png", 0, 0)) == "cannot be opened"
    assert why(wanted(tmp_path / "good.png")) == ""
    monkeypatch.setattr(thumbnails, "LARGEST_BYTES", 10)
    assert why(wanted(tmp_path / "good.png")) == "too large"


def test_what_takes_long_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    never = threading.Event()
    monkeypatch.setattr(thumbnails, "PATIENCE_S", 0.01)

    def hang() -> str:
        never.wait()
        return ""

    try:
        assert why(Wanted("slow.png", hang, 64, 48)) == "not read in time"
    finally:
        never.set()


@pytest.mark.parametrize(
    "pixels",
    [
        np.linspace(0, 60_000, 48 * 64).reshape(48, 64).astype(np.uint16),
        np.zeros((48, 64), bool),
        np.zeros((48, 64, 4), np.uint8),
    ],
    ids=["16 bits", "1 bit", "alpha"],
)
def test_images_of_other_depths_are_shown(pixels: np.ndarray, tmp_path: Path):
    Image.fromarray(pixels).save(tmp_path / "a.png")
    page = strip([wanted(tmp_path / "a.png")], 2).html()
    (picture,) = pictures(page)
    assert picture.mode == "RGB"
    if pixels.dtype == np.uint16:
        assert np.ptp(np.asarray(picture)) > 200, "a window was chosen"


def test_showing_asks_little_and_writes_nothing(team, monkeypatch: pytest.MonkeyPatch):
    t = team(3)
    ws, client = t.workspace, t.workspace.client
    events = len(ws.events)
    asked: list[str] = []
    for name in ("call", "query"):
        real = getattr(type(client), name)

        def counted(self, what, *rest, _real=real, **more):
            asked.append(what)
            return _real(self, what, *rest, **more)

        monkeypatch.setattr(type(client), name, counted)
    handles = [ws, t.version.dataset, t.version, t.campaign, t.campaign.tasks, t.version.assets, ws.events, ws.members]
    for handle in handles:
        asked.clear()
        html(handle)
        assert len(asked) <= 10, (handle, asked)
        asked.clear()
        repr(handle)
        assert len(asked) <= 2, (handle, asked)
    monkeypatch.undo()
    assert len(ws.events) == events


def test_who_may_not_see_all_is_shown_the_rest(team):
    t = team(2)
    hers = t.workspace.as_member("ana")
    workspace = nb.Workspace(t["ana"])
    assert "<b>1</b> job" in html(workspace)
    assert "cannot be" not in html(workspace)
    assert "1 job" in hers.work._repr_mimebundle_()["text/plain"]


def test_an_owner_that_is_gone_is_said_in_the_card(team, monkeypatch: pytest.MonkeyPatch):
    t = team(1)

    def gone(*_: Any, **__: Any) -> None:
        raise NbannotateError("The owner is <gone>.")

    monkeypatch.setattr(type(t.workspace.client), "call", gone)
    monkeypatch.setattr(type(t.workspace.client), "query", gone)
    for thing in (t.workspace, t.version, t.campaign, t.campaign.tasks, t.workspace.members):
        bundle = thing._repr_mimebundle_()
        assert "The owner is &lt;gone&gt;." in bundle["text/html"]
        assert "\n" not in bundle["text/plain"]


def test_shapes_of_every_kind_are_drawn():
    mask = np.zeros((48, 64), bool)
    mask[5:20, 5:30] = True
    drawn = [
        BOX, nb.Shape.polygon([(1, 1), (30, 2), (20, 40)]), nb.Shape.mask(mask), nb.Shape.point(3, 4),
        nb.Shape.polyline([(1, 1), (9, 9)]), nb.Shape.ellipse(10, 10, 30, 20), nb.Shape.keypoints([(1, 1), (5, 5)]),
    ]  # fmt: skip
    page = html(nb.Annotation(shapes=drawn))
    assert page.count("<path") == len(drawn)
    assert 'd=""' not in page


def test_thousands_of_points_stay_small():
    around = np.linspace(0, 2 * np.pi, 5_000)
    circle = nb.Shape.polygon(np.stack([200 + 90 * np.cos(around), 200 + 90 * np.sin(around)], 1))
    assert len(html(nb.Annotation(shapes=[circle] * 300))) < 20_000
