"""Agreement: coefficients by published examples, matching by known places and by what must hold for all answers."""

import itertools
import json
import math
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.sets import REAL

import nbannotate as nb
from nbannotate.rules.agreement import detection
from nbannotate.rules.agreement.likeness import NEAR, likeness, oks, oks_of_truth
from nbannotate.rules.agreement.pairing import paired
from nbannotate.rules.agreement.reliability import Units, cohen_kappa, f1, fleiss_kappa, krippendorff_alpha


def tallied(units: Sequence[Sequence[Hashable]]) -> Units:
    """Return how many units have what values."""
    return Counter(frozenset(Counter(unit).items()) for unit in units)


# --- coefficients -----------------------------------------------------------------------------------------------------

#: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): the data of sections A, B and C.
A = ("0100000010", "1110010000")
B = ("aabbdcccedda", "babbbccceddd")
C = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


@pytest.mark.parametrize(("observers", "alpha"), [(A, 0.095), (B, 0.692), (C, 0.743)], ids="ABC")
def test_alpha_is_that_of_krippendorffs_examples(observers: tuple[str, ...], alpha: float) -> None:
    units = [[v for v in unit if v != "."] for unit in zip(*observers, strict=True)]
    assert round(krippendorff_alpha(tallied(units)), 3) == alpha


@pytest.mark.parametrize(
    ("rows", "kappa"),
    [(((25, 13, 12), (12, 2, 16), (3, 15, 2)), -0.092), (((88, 14, 18), (10, 40, 10), (2, 6, 12)), 0.492)],
)
def test_kappa_is_that_of_cohens_tables(rows: Any, kappa: float) -> None:
    """J. Cohen, Educational and Psychological Measurement 20 (1960), tables 1 (in per cent) and 2."""
    table = {(i, j): n for i, row in enumerate(rows) for j, n in enumerate(row)}
    assert round(cohen_kappa(table), 3) == kappa


#: J. L. Fleiss, Psychological Bulletin 76 (1971), table 1: of 30 patients, how many of 6 people said what.
FLEISS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


def test_kappa_is_that_of_fleisss_patients() -> None:
    units = [[d for d, n in enumerate(map(int, row)) for _ in range(n)] for row in FLEISS.split()]
    assert [round(sum(u.count(d) for u in units) / 180, 3) for d in range(5)] == [0.144, 0.144, 0.167, 0.306, 0.239]
    assert round(fleiss_kappa(tallied(units)), 3) == 0.43


values = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1, max_size=12)


@given(values, st.randoms(use_true_random=False))
def test_coefficients_know_no_order_and_are_those_of_a_plain_loop(units: list[list[str]], chance: Any) -> None:
    alpha, kappa = krippendorff_alpha(tallied(units)), fleiss_kappa(tallied(units))
    shuffled = [chance.sample(unit, len(unit)) for unit in chance.sample(units, len(units))]
    assert alpha == pytest.approx(krippendorff_alpha(tallied(shuffled)), nan_ok=True)
    assert kappa == pytest.approx(fleiss_kappa(tallied(shuffled)), nan_ok=True)
    assert alpha == pytest.approx(_alpha_by_loop(units), nan_ok=True)


def _alpha_by_loop(units: list[list[str]]) -> float:
    """1 - observed / expected disagreement, both as means over pairs of values."""
    units = [unit for unit in units if len(unit) > 1]
    every = [v for unit in units for v in unit]
    n = len(every)
    expected = sum(a != b for a, b in itertools.permutations(every, 2)) / max(n * (n - 1), 1)
    observed = sum(sum(a != b for a, b in itertools.permutations(u, 2)) / (len(u) - 1) for u in units) / max(n, 1)
    return 1 - observed / expected if expected else math.nan


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=12), st.integers(2, 4))
def test_the_same_answers_agree_wholly(answers: list[str], raters: int) -> None:
    units = tallied([[v] * raters for v in answers])
    table = {(v, v): answers.count(v) for v in answers}
    wanted = 1.0 if len(set(answers)) > 1 else math.nan
    for found in (krippendorff_alpha(units), fleiss_kappa(units), cohen_kappa(table)):
        assert found == pytest.approx(wanted, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(values)
def test_alpha_and_fleisss_kappa_are_those_of_nltk(units: list[list[str]]) -> None:
    from nltk.metrics.agreement import AnnotationTask

    def task(units: list[list[str]]) -> AnnotationTask:
        return AnnotationTask([(str(p), n, value) for n, unit in enumerate(units) for p, value in enumerate(unit)])

    def differ(units: list[list[str]]) -> bool:  # where all is the same, it is not told apart from chance
        return len({value for unit in units if len(unit) > 1 for value in unit}) > 1

    if differ(units):
        assert krippendorff_alpha(tallied(units)) == pytest.approx(task(units).alpha(), abs=1e-9)
    of_two = [unit[:2] for unit in units if len(unit) > 1]
    if differ(of_two):  # NLTK has Fleiss' kappa as the pi of several people
        assert fleiss_kappa(tallied(of_two)) == pytest.approx(task(of_two).pi(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_cohens_kappa_and_f1_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    from sklearn import metrics

    one, other = zip(*pairs, strict=True)
    table: dict[Any, int] = {}
    for pair in pairs:
        table[pair] = table.get(pair, 0) + 1
    ours = cohen_kappa(table)
    if not math.isnan(ours):
        assert ours == pytest.approx(metrics.cohen_kappa_score(one, other), abs=1e-9)
    for name in "abc":
        both = sum(a == b == name for a, b in pairs)
        mine, theirs = one.count(name) - both, other.count(name) - both
        wanted = metrics.f1_score(one, other, labels=[name], average="macro", zero_division=np.nan)
        assert float(f1(both, mine, theirs)) == pytest.approx(wanted, nan_ok=True)


def test_f1_of_nothing_is_none() -> None:
    assert np.isnan(f1(0, 0, 0))
    assert f1(np.array([2, 0]), np.array([1, 1]), np.array([1, 0])).tolist() == [4 / 6, 0.0]


# --- shapes -----------------------------------------------------------------------------------------------------------


def box(x: float, label: str = "cell", size: float = 10, y: float = 0, **more: Any) -> nb.Shape:
    return nb.Shape.rectangle(x, y, size, size, label=label, **more)


def test_whatever_has_an_inside_is_compared_by_what_both_cover() -> None:
    hole = [(2, 2), (8, 2), (8, 8), (2, 8)]
    ring = nb.Shape(kind="polygon", points=[(0, 0), (10, 0), (10, 10), (0, 10), *hole], rings=[4, 4])
    turned = nb.Shape(kind="rotated_rectangle", points=[(0, 0), (10, 0), (10, 10), (0, 10)])
    i, j, much = likeness([box(0)], [box(5), ring, turned, nb.Shape.ellipse(5, 5, 5, 5), box(30)])
    found = dict(zip(j.tolist(), much.tolist(), strict=True))
    assert i.tolist() == [0, 0, 0, 0]
    assert found == pytest.approx({0: 1 / 3, 1: 0.64, 2: 1.0, 3: math.pi / 4}, abs=2e-3)


def test_points_and_lines_are_compared_by_how_far_they_are_apart() -> None:
    line = nb.Shape(kind="polyline", points=[(0, 0), (100, 0)])
    moved = nb.Shape(kind="polyline", points=[(100, NEAR), (50, NEAR), (0, NEAR)])
    point, near, far = nb.Shape.point(0, 0), nb.Shape.point(3, 4), nb.Shape.point(0, 2 * NEAR)
    i, j, much = likeness([line, point], [moved, near, far])
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert much.tolist() == pytest.approx([0.5, 0.75])


def pose(points: Any, seen: Any = ()) -> nb.Shape:
    return nb.Shape(kind="skeleton", points=points, visibility=seen, label="person")


def test_key_points_are_compared_as_coco_does() -> None:
    a, b = [(0, 0), (100, 0), (100, 50)], [(3, 4), (100, 0), (100, 50)]
    wanted = (math.exp(-25 / (2 * 5000 * (2 * 0.05) ** 2)) + 2) / 3
    assert oks_of_truth(pose(b), pose(a), [0.05] * 3) == pytest.approx(wanted)
    assert oks_of_truth(pose(b), pose(a, [0, 2, 2]), [0.05] * 3) == 1.0
    assert oks(pose(a), pose(a)) == 1.0
    assert oks(pose(a, [2, 2, 0]), pose(a)) == pytest.approx(2 / 3)
    assert oks(pose(a), pose(b)) == oks(pose(b), pose(a))


def test_all_pairs_together_are_most_alike_and_labels_decide_between_the_same() -> None:
    its = paired([box(0), box(4)], [box(4), box(9)], 0.2)
    assert [(p.a, p.b) for p in its.both] == [(1, 0)]  # 1, where both others are 6/14 + 5/15 together
    its = paired([box(0), box(4)], [box(3), box(9)], 0.2)
    assert [(p.a, p.b) for p in its.both] == [(0, 0), (1, 1)]  # 7/13 + 5/15, more than 9/11
    twice = paired([box(0, "a"), box(0, "b")], [box(0, "b"), box(0, "a")])
    assert [(p.a, p.b) for p in twice.both] == [(0, 1), (1, 0)]
    assert paired([box(0)], [box(30)]).only_a == (0,)


boxes = st.lists(
    st.builds(box, st.integers(0, 20), st.sampled_from("ab"), st.integers(4, 12), st.integers(0, 12)), max_size=6
)


@given(boxes, boxes, st.sampled_from([0.1, 0.5, 0.9]), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_pairs_are_the_same_turned_round_and_shuffled(a: Any, b: Any, threshold: float, chance: Any) -> None:
    def seen(one: Any, other: Any) -> tuple[int, float, int]:
        its = paired(one, other, threshold)
        assert all(p.alike >= threshold for p in its.both)
        assert len(its.both) + len(its.only_a) == len(one)
        assert len(its.both) + len(its.only_b) == len(other)
        same = sum(one[p.a].label == other[p.b].label for p in its.both)
        return len(its.both), round(sum(p.alike for p in its.both), 9), same

    assert seen(a, b) == seen(b, a) == seen(chance.sample(a, len(a)), chance.sample(b, len(b)))
    assert seen(a, a) == (len(a), pytest.approx(len(a)), len(a))


# --- predictions ------------------------------------------------------------------------------------------------------


def test_the_surest_prediction_takes_the_object() -> None:
    its = detection.found([box(1, confidence=0.3), box(0, confidence=0.9), box(40, confidence=0.8)], [box(0)], [0.5])
    assert its.places.tolist() == [1, 2, 0]
    assert its.taken[0, 0].tolist() == [0, -1, -1]
    assert detection.counted([its], 0)[0] == detection.Counts(right=1, wrong=2, missed=0)
    assert detection.counted([its], 0, 0.95)[0] == detection.Counts(right=0, wrong=0, missed=1)


def real_boxes(data_set: str) -> Any:
    """Return images, categories and boxes of a real data set, as COCO has them."""
    if data_set == "coco_tiny":
        real = json.loads((REAL / "coco_tiny/annotations/instances_val2017.json").read_bytes())
        boxes = [(a["image_id"], a["category_id"], a["bbox"]) for a in real["annotations"] if not a.get("iscrowd")]
        return real["images"], real["categories"], boxes
    boxes = []
    if data_set == "yolo_coco128":  # as if all images had one size: the centre and the size of boxes are parts of it
        for image, path in enumerate(sorted((REAL / "yolo_coco128/labels_detect").rglob("*.txt")), 1):
            for line in path.read_text().splitlines():
                category, x, y, w, h = map(float, line.split())
                box = [(x - w / 2) * 640, (y - h / 2) * 480, w * 640, h * 480]
                boxes.append((image, int(category) + 1, box))
    else:
        for image, path in enumerate(sorted((REAL / "voc_bccd/BCCD/Annotations").glob("*.xml")), 1):
            for each in ElementTree.parse(path).iter("object"):
                left, top, right, bottom = (
                    float(each.findtext(f"bndbox/{n}")) for n in ("xmin", "ymin", "xmax", "ymax")
                )
                if right > left and bottom > top:
                    category = ["RBC", "WBC", "Platelets"].index(each.findtext("name")) + 1
                    boxes.append((image, category, [left, top, right - left, bottom - top]))
    images, names = sorted({b[0] for b in boxes}), sorted({b[1] for b in boxes})
    return [{"id": n} for n in images], [{"id": n, "name": str(n)} for n in names], boxes


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data sets are not here")
@pytest.mark.parametrize("data_set", ["coco_tiny", "yolo_coco128", "voc_bccd"])
def test_average_precision_is_that_of_pycocotools(data_set: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Boxes of real images, predictions made of them: moved, missed, called otherwise, invented, as sure as others."""
    coco, evaluate = pytest.importorskip("pycocotools.coco"), pytest.importorskip("pycocotools.cocoeval")
    images, categories, boxes = real_boxes(data_set)
    chance = np.random.default_rng(7)
    truth = [
        {"id": n, "image_id": image, "category_id": category, "bbox": box, "iscrowd": 0, "area": box[2] * box[3]}
        for n, (image, category, box) in enumerate(boxes, 1)
    ]
    names = sorted({a["category_id"] for a in truth})
    predicted = []
    for a in truth:
        for _ in range(int(chance.integers(0, 3))):
            x, y, w, h = a["bbox"]
            moved = [x + chance.normal(0, w / 9), y + chance.normal(0, h / 9), w * chance.uniform(0.8, 1.2), h]
            name = a["category_id"] if chance.random() < 0.8 else int(chance.choice(names))
            score = round(float(chance.random()), 1)
            predicted.append({"image_id": a["image_id"], "category_id": name, "bbox": moved, "score": score})
    theirs = coco.COCO()
    theirs.dataset = {"images": images, "categories": categories, "annotations": truth}
    theirs.createIndex()
    run = evaluate.COCOeval(theirs, theirs.loadRes([dict(p) for p in predicted]), "bbox")
    run.evaluate()
    run.accumulate()
    precision = run.eval["precision"][:, :, :, :, -1].mean(axis=1)  # thresholds, labels, sizes

    def made(each: Any, image: int, name: int) -> list[nb.Shape]:
        its = [a for a in each if a["image_id"] == image and a["category_id"] == name]
        return [nb.Shape.rectangle(*a["bbox"], confidence=a.get("score")) for a in its]

    assert len(truth) > 100
    for k, name in enumerate(run.params.catIds):
        its = [detection.found(made(predicted, i, name), made(truth, i, name)) for i in run.params.imgIds]
        wanted = np.where(precision[:, k] < 0, np.nan, precision[:, k]).T
        np.testing.assert_allclose(detection.average_precisions(its), wanted, atol=1e-9)
