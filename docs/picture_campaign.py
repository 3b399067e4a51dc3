"""Five weeks of a campaign for the pictures of the dashboard: real images, real operations, and a clock that is set."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import color, filters, io, measure
from skimage.data import data_dir

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Issue, Session, Stretch, TaskView
from nbannotate.operations import dispatch
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.store.duckdb.engine import Engine

PASSWORD = "a picture of it"
ROLES = {"mara": "manager", "ana": "annotator", "ben": "annotator", "carl": "annotator", "emma": "annotator",
         "chloe": "reviewer", "dora": "reviewer", "eric": "reviewer"}  # fmt: skip
#: How far beside they draw, in pixels; what they miss and mistake; seconds an image and a shape.
HANDS = {"ana": (1.5, 0.03, 0.04, 40, 9), "ben": (4, 0.25, 0.08, 15, 5), "carl": (2.5, 0.06, 0.3, 30, 8),
         "emma": (2, 0.05, 0.1, 25, 7)}  # fmt: skip
WIDE, HIGH, COLUMNS, ROWS = 300, 327, 10, 8


def pieces(folder: Path) -> list[Path]:
    """Write parts of the Hubble deep field that scikit-image ships."""
    folder.mkdir()
    with Image.open(Path(data_dir) / "hubble_deep_field.jpg") as photo:
        for i in range(COLUMNS * ROWS):
            x, y = i % COLUMNS * 100, i // COLUMNS * 109
            photo.crop((x, y, x + 100, y + 109)).resize((WIDE, HIGH)).save(folder / f"sky_{i + 1:02}.png")
    return sorted(folder.iterdir())


def look(path: Path, least: int, limit: float) -> list[nb.Shape]:
    """Return a box around each galaxy."""
    gray = filters.gaussian(color.rgb2gray(io.imread(path)), 2)
    found = []
    for region in measure.regionprops(measure.label(gray > limit), gray):
        top, left, bottom, right = region.bbox
        if region.area >= least and min(right - left, bottom - top) >= 8:
            label = "faint" if region.intensity_max < 0.3 else "long" if region.eccentricity > 0.75 else "round"
            sure = round(float(min(1, 0.4 + region.intensity_max * 0.6)), 2)
            found.append(nb.Shape.box(left, top, right, bottom, label=label, confidence=sure))
    return found


class Clock:
    """The time of the workspace, as it is set; working days from nine o'clock on."""

    def __init__(self, begin: dt.datetime) -> None:
        self.now = begin

    def __call__(self) -> dt.datetime:
        """Return it."""
        return self.now


def drawn(who: str, truth: list[nb.Shape], chance: random.Random) -> tuple[nb.Shape, ...]:
    """Return what somebody draws of what is there."""
    beside, misses, mistakes, *_ = HANDS[who]
    found = []
    for shape in truth:
        if chance.random() < misses:
            continue
        beside = min(beside, 3)
        points = np.add(shape.points, [[chance.uniform(-beside, beside) for _ in "xy"] for _ in range(2)])
        label = chance.choice(["faint", "round"]) if chance.random() < mistakes else shape.label
        found.append(nb.Shape.box(*points.clip(0, (WIDE, HIGH)).ravel(), label=label))
    return tuple(found)


def build(path: Path) -> None:
    """Write the workspace: 80 images, four people who draw (some images twice), two who decide and review."""
    chance = random.Random(4)
    clock = Clock(dt.datetime.now(dt.UTC).replace(tzinfo=None, hour=7, minute=0) - dt.timedelta(days=33))
    kept, dispatch.utc_now = dispatch.utc_now, clock
    engine = Engine(path, path.with_suffix(".spool"))
    try:
        first_member(engine)
        token = secrets.token_urlsafe(32)
        ws = nb.Workspace(MemoryClient(Dispatcher(engine, token, lambda event: None), token))
        images = pieces(path.parent / "images")
        _work(ws, images, clock, chance)
    finally:
        dispatch.utc_now = kept
        engine.close()


def _work(ws: Any, images: list[Path], clock: Clock, chance: random.Random) -> None:
    for login, role in ROLES.items():
        ws.members.add(login, role, password=PASSWORD)
    version = ws.create_dataset("deep sky").create_version("v1").add_images(images)
    truth = {p.name: look(p, 60, 0.2) for p in images}
    guesses = {p.name: look(p, 40, 0.18) for p in images}
    version.add_annotations(guesses, source="model")
    recipe = nb.Recipe(
        [nb.Label("round", color="#0072b2"), nb.Label("long", color="#e69f00"), nb.Label("faint", color="#cc79a7")]
    )
    steps = nb.Workflow(
        [
            nb.Step("draw", "annotation", list(HANDS), copies=2, copies_of=0.35),
            nb.Step("agree", "consensus", ["chloe"]),
            nb.Step("check", "review", ["dora", "eric"]),
        ]
    )
    campaign = version.create_campaign("Deep sky", recipe, steps, existing="restart", seed=2)
    campaign.launch()
    begin = clock.now
    for day in range(33):
        if (begin + dt.timedelta(days=day)).weekday() > 4:
            continue
        for who in [*HANDS, "chloe", "dora", "eric"]:
            after = 0 if who in HANDS else 4 if who == "chloe" else 6
            clock.now = begin + dt.timedelta(days=day, hours=after, minutes=chance.randrange(0, 90))
            session = ws.client.call("sessions.open", Session, login=who, password=PASSWORD)
            client = ws.client.acting(session.token)
            for step in [0 if who in HANDS else 1 if who == "chloe" else 2]:
                for _ in range(chance.choice([0, 1, 1, 2] if step == 0 else [1, 2, 2, 3])):
                    _one(client, campaign.campaign_id, who, step, truth, clock, chance)


def _one(client: Any, campaign: int, who: str, step: int, truth: Any, clock: Clock, chance: random.Random) -> None:
    """Let somebody do one task."""
    view = client.call("tasks.next", TaskView | None, campaign_id=campaign, step=step)
    if view is None:
        return
    right = truth[view.task.asset]
    if step == 0:
        shapes, each, base = drawn(who, right, chance), HANDS[who][4], HANDS[who][3]
    elif step == 1:
        shapes, each, base = tuple(s.replace(confidence=None) for s in right), 4, 20
    else:
        shapes, each, base = view.annotation.shapes, 2, 12
    spans, labels = [], {}
    for label in {s.label for s in shapes} or {"round"}:
        labels[label] = each * sum(s.label == label for s in shapes) * chance.uniform(0.6, 1.2)
    spent = base * chance.uniform(0.6, 1.8)
    for label, seconds in [(None, spent), *labels.items()]:
        end = clock.now + dt.timedelta(seconds=max(1.0, seconds))
        part = {} if label is None else {label: (end - clock.now).total_seconds() * 0.8}
        spans.append(Stretch(clock.now, end, True, sum(part.values()), part))
        clock.now = end
    given = {"task_id": view.task.task_id, "revision": view.revision, "seconds": tuple(spans)}
    if step == 2 and chance.random() < 0.16:
        zone = (10.0, 10.0, 90.0, 90.0) if chance.random() < 0.4 else None
        client.call("issues.create", Issue, task_id=view.task.task_id, text="One is missing here.", zone=zone)
        client.call("tasks.rework", Closed, **given)
    elif step == 2 and chance.random() < 0.3:
        client.call("tasks.submit", Closed, annotation=Annotation(shapes=_mended(shapes, right)), **given)
    else:
        said = view.annotation if step == 2 else Annotation(shapes=shapes, nothing_to_label=not shapes)
        client.call("tasks.submit", Closed, annotation=said, **given)
    clock.now += dt.timedelta(minutes=chance.randrange(1, 25))


def _mended(shapes: tuple[nb.Shape, ...], right: list[nb.Shape]) -> tuple[nb.Shape, ...]:
    """Return shapes with the labels of what is there, and what is missing."""

    def apart(a: nb.Shape, b: nb.Shape) -> float:
        return float(np.abs(np.subtract(a.points, b.points)).sum())

    named = tuple(s.replace(label=min(right, key=lambda r: apart(r, s)).label) for s in shapes) if right else shapes
    missed = [r for r in right if min((apart(r, s) for s in shapes), default=99.0) > 40]
    return (*named, *(nb.Shape.box(*np.ravel(r.points).tolist(), label=r.label) for r in missed))
