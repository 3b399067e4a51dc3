"""Agreement is compared once: many answers together as two by two, and what is kept as anew."""

import contextlib
import gc
import itertools
import random
from collections import Counter
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Refused
from nbannotate.rules.agreement.many import Groups, matched
from nbannotate.rules.agreement.pairing import paired
from nbannotate.rules.agreement.reliability import krippendorff_alpha
from nbannotate.shapes import columns, kind
from nbannotate.stats import agreed, compared

TABLES = ("agreement", "agreement_assets", "agreement_labels", "confusion", "reliability")

# --- many at once -----------------------------------------------------------------------------------------------------

sizes, labels = st.sampled_from([4.0, 6.5, 9.0]), st.sampled_from(["a", "b"])
at = st.tuples(st.integers(0, 24).map(lambda n: n / 2), st.integers(0, 12).map(float))


@st.composite
def shapes(draw: Any) -> nb.Shape:
    (x, y), size, label = draw(at), draw(sizes), draw(labels)
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)]
    match draw(st.sampled_from("rrrpppbhemoklts")):
        case "r":
            return nb.Shape.rectangle(x, y, size, size + 1, label=label)
        case "p":
            return nb.Shape(kind="polygon", points=corners[: draw(st.sampled_from([3, 4]))], label=label)
        case "b":  # it crosses itself
            return nb.Shape(kind="polygon", points=[corners[n] for n in (0, 2, 1, 3)], label=label)
        case "h":
            hole = [(px * 0.5 + x / 2 + 1, py * 0.5 + y / 2 + 1) for px, py in corners]
            return nb.Shape(kind="polygon", points=corners + hole, rings=[4, 4], label=label)
        case "e":
            return nb.Shape.ellipse(x + size, y + size, size, size / 2, label=label)
        case "m":
            pixels = np.zeros((24, 24), dtype=bool)
            pixels[int(y) : int(y + size), int(x) : int(x + size)] = True
            return nb.Shape.mask(pixels, label=label)
        case "o":
            return nb.Shape(kind="rotated_rectangle", points=corners, label=label)
        case "k":
            return nb.Shape(kind="keypoints", points=corners, label=label)
        case "l":
            return nb.Shape(kind="polyline", points=corners[:3], label=label)
        case "t":
            return nb.Shape.point(x, y, label=label)
    return nb.Shape(kind="skeleton", points=corners, visibility=[2, 1, 0, 2], label=label)


def rows_of(each: list[nb.Shape]) -> pd.DataFrame:
    """Return shapes as they are asked for: of rectangles the box, of others the points, too."""

    def text(value: Any) -> str | None:
        return msgspec.json.encode(value).decode() if value else None

    said = []
    for s in each:
        x0, y0, x1, y1 = kind(s.kind).bounds(s.points)
        points = None if s.kind == "rectangle" else msgspec.json.encode(s.points).decode()
        more = text(s.rle), text(s.visibility), text(s.rings)
        said.append((s.kind, s.label, points, *more, x0, y0, x1 - x0, y1 - y0))
    names = ["kind", "label", "points", "rle", "visibility", "rings", "x", "y", "width", "height"]
    return pd.DataFrame(said, columns=names)


@pytest.mark.parametrize("at_once", [columns.AT_ONCE, 6])
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(st.lists(shapes(), max_size=6), min_size=2, max_size=5), threshold=st.sampled_from([0.1, 0.5]))
def test_many_answers_are_compared_as_two_are(
    answers: list[list[nb.Shape]], threshold: float, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "AT_ONCE", at_once)
    every = list(itertools.chain(*answers))
    counts = np.array([len(its) for its in answers])
    starts = np.cumsum([0, *counts[:-1]])
    a, b = np.triu_indices(len(answers), 1)
    numbers = np.array([ord(s.label) for s in every], dtype=np.intp)
    made = compared.columns_of(rows_of(every))
    found = matched(made, numbers, Groups(starts, counts), a, b, threshold)
    assert (np.diff(found.pair) >= 0).all()
    for n, (one, other) in enumerate(zip(a, b, strict=True)):
        its = paired(answers[one], answers[other], threshold)
        wanted = [(p.a, p.b, p.alike) for p in its.both] + [(p, -1, 0.0) for p in its.only_a]
        wanted += [(-1, p, 0.0) for p in its.only_b]
        mine = found.pair == n
        i, j = found.a[mine], found.b[mine]
        i, j = np.where(i < 0, -1, i - starts[one]), np.where(j < 0, -1, j - starts[other])
        assert list(zip(i.tolist(), j.tolist(), found.alike[mine].tolist(), strict=True)) == wanted


# --- what is kept -----------------------------------------------------------------------------------------------------


def box(x: float, label: str) -> nb.Shape:
    return nb.Shape.rectangle(x, 10, 20, 20, label=label)


Totals = dict[tuple[str, str], tuple[int, int, int, int]]


def counted(ws: nb.Workspace, campaign: Any) -> tuple[Totals, float]:
    """Return assets, matched, missed and extra of each two members, and alpha of all: asset by asset, pair by pair."""
    said = ws.sql(
        "select asset_id, member, max(annotation_id) as n from annotations where campaign_id = $1 and task_id is not "
        "null and source <> 'consensus' and asset_id in (select asset_id from assets where version_id = $2 and "
        "archived is null) group by 1, 2 order by 1, 2",
        [campaign.campaign_id, campaign.version.version_id],
    )
    found: Totals = {}
    units: Counter[Any] = Counter()
    for _, its in said.groupby("asset_id"):
        answers = [
            [box(x, label) for x, label in ws.sql(
                "select x, label from shape_history where annotation_id = $1 order by position", [int(n)]
            ).itertuples(index=False)]
            for n in its["n"]
        ]  # fmt: skip
        groups: list[set[tuple[int, int]]] = []
        for a, b in itertools.combinations(range(len(answers)), 2):
            pair = paired(answers[a], answers[b])
            new = 1, len(pair.both), len(pair.only_a), len(pair.only_b)
            key = its["member"].iloc[a], its["member"].iloc[b]
            found[key] = tuple(map(sum, zip(found.get(key, (0, 0, 0, 0)), new, strict=True)))  # type: ignore[assignment]
            for one in pair.both:
                shapes_ = {(a, one.a), (b, one.b)}
                joined = [group for group in groups if group & shapes_]
                groups = [group for group in groups if group not in joined] + [shapes_.union(*joined)]
        units += Counter(frozenset(Counter(answers[r][n].label for r, n in group).items()) for group in groups)
    return found, krippendorff_alpha(units)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("images")
    for n in range(6):
        Image.new("RGB", (200, 100)).save(folder / f"{n}.png")
    return folder


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_is_counted_anew_whatever_is_done(seed: int, images: Any) -> None:
    """People annotate copies, reviewers edit and send back, assets go away and come back: kept == anew == by hand."""
    ws, chance = nb.open(":memory:"), random.Random(seed)
    drawers = ("ana", "ben", "chloe")
    people = {login: ws.acting(ws.members.add(login)) for login in drawers}
    people["rev"] = ws.acting(ws.members.add("rev", "reviewer"))
    version = ws.create_dataset("d").create_version("v").add_images(images)
    steps = [nb.Step("draw", "annotation", drawers), nb.Step("check", "review", ["rev"])]
    if seed % 2:
        copied = nb.Step("draw", "annotation", drawers, copies=3, copies_of=0.5)
        steps = [copied, nb.Step("join", "consensus", ["rev"])]
    campaign = version.create_campaign("c", nb.Recipe(["a", "b"], tags=["dark"]), nb.Workflow(steps))
    campaign.launch()

    def annotation() -> nb.Annotation:
        its = [box(chance.choice([0, 5, 30, 60, 64]), chance.choice("ab")) for _ in range(chance.randint(0, 4))]
        return nb.Annotation(shapes=its, tags=chance.choice([[], ["dark"]]), nothing_to_label=not its)

    def tables() -> list[pd.DataFrame]:
        return [getattr(nb.stats, name)(campaign) for name in TABLES]

    for _ in range(12):
        match chance.choice("dddddrrra"):
            case "a":
                name = f"{chance.randrange(6)}.png"
                if name not in version.assets:
                    continue
                asset = version.assets[name]
                with contextlib.suppress(Refused):  # somebody works on it
                    asset.delete() if chance.random() < 0.3 else asset.archive(asset.archived is None)
            case who:
                task = people["rev" if who == "r" else chance.choice(drawers)].work.next("c")
                if task is None:
                    continue
                is_review = task.step == "check"
                if is_review and chance.random() < 0.4:
                    task.rework("look again")
                elif is_review:
                    if chance.random() < 0.7:
                        task.save(annotation())
                    task.accept()
                else:
                    task.submit(annotation())
        kept = tables()
        with pytest.MonkeyPatch.context() as anew:
            anew.setattr(compared, "_kept", {})
            anew.setattr(agreed, "_kept", [])
            fresh = tables()
        for one, other in zip(kept, fresh, strict=True):
            pd.testing.assert_frame_equal(one, other, check_exact=True)
        wanted, alpha = counted(ws, campaign)
        found = kept[0][["a", "b", "assets", "matched", "missed", "extra"]].itertuples(index=False, name=None)
        assert {(a, b): tuple(rest) for a, b, *rest in found} == wanted
        of_labels = kept[4].loc[kept[4]["what"] == "labels", "alpha"]
        assert [*of_labels] == pytest.approx([alpha] * len(of_labels), nan_ok=True)
    ws.close()


def test_nothing_is_kept_of_a_workspace_that_is_gone(images: Any) -> None:
    ws = nb.open(":memory:")
    version = ws.create_dataset("d").create_version("v").add_images(images)
    asked = id(ws.client)
    nb.stats.agreement(version)
    assert asked in compared._kept
    ws.close()
    del ws, version
    gc.collect()
    assert asked not in compared._kept
