"""Agreement and evaluation over real workspaces: what people, versions and imports said, against counts by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import InvalidInput, Refused, WrongCall

NAMES = ("0.png", "1.png", "2.png", "3.png")


def box(x: float, label: str = "cell", **more: Any) -> nb.Shape:
    return nb.Shape.rectangle(x, 10, 20, 20, label=label, **more)


ANA: dict[str, tuple[list[nb.Shape], list[str]]] = {
    "0.png": ([box(10), box(50, "blob"), box(90)], []),
    "1.png": ([box(10), box(50, "blob")], ["dark"]),
    "2.png": ([], []),
    "3.png": ([box(10)], []),
}
#: What ben makes of it; of 3.png he says the same, so that he says nothing of his own.
BEN: dict[str, tuple[list[nb.Shape], list[str]]] = {
    "0.png": ([box(12), box(50, "cell"), box(150)], ["dark"]),
    "1.png": ([box(10), box(50, "blob")], ["dark"]),
    "2.png": ([box(10)], []),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder: Path = tmp_path_factory.mktemp("images")
    for name in NAMES:
        Image.new("RGB", (200, 100)).save(folder / name)
    ws = nb.open(":memory:")
    people = {"ana": ws.members.add("ana"), "ben": ws.members.add("ben", "reviewer")}
    dataset = ws.create_dataset("smears")
    version = dataset.create_version("v1").add_images(folder)
    said_nothing = nb.Annotation(nothing_to_label=True)
    version.add_annotations({"0.png": [box(11), box(50, "blob")], "1.png": said_nothing}, "a model")
    recipe = nb.Recipe(["cell", "blob"], tags=["dark"])
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["ben"])]
    campaign = version.create_campaign("July", recipe, nb.Workflow(steps), existing="restart")
    campaign.launch()
    for login, said in (("ana", ANA), ("ben", BEN)):
        for _ in NAMES:
            task = ws.acting(people[login]).work.next("July")
            shapes, tags = said.get(task.asset, (None, []))
            answer = None if shapes is None else nb.Annotation(shapes=shapes, tags=tags, nothing_to_label=not shapes)
            if login == "ana":
                task.submit(answer)
            else:
                if answer is not None:
                    task.save(answer)
                task.accept()
    yield {"ws": ws, "dataset": dataset, "version": version, "campaign": campaign, "recipe": recipe, "steps": steps}
    ws.close()


def row(frame: pd.DataFrame, **which: Any) -> dict[str, Any]:
    for name, value in which.items():
        frame = frame[frame[name].isna() if value is None else frame[name] == value]
    assert len(frame) == 1, frame
    return dict(frame.iloc[0])


@pytest.mark.parametrize("scope", ["ws", "dataset", "version", "campaign"])
def test_people_agree_as_far_as_is_counted_by_hand(made: dict[str, Any], scope: str) -> None:
    its = row(nb.stats.agreement(made[scope]), a="ana", b="ben")
    # 0.png: two of three in one place, one of them under two names; 1.png: two; 2.png: one more of ben
    assert [its[n] for n in ("assets", "matched", "missed", "extra", "same_label")] == [3, 4, 1, 2, 3]
    assert its["f1"] == pytest.approx(8 / 11)
    assert its["mean_iou"] == pytest.approx((18 / 22 + 3) / 4)
    # coincidences of cell, blob: 4, 1 / 1, 2
    assert its["alpha"] == pytest.approx(1 - 7 * 2 / (64 - 25 - 9))
    assert its["kappa"] == pytest.approx((3 / 4 - (2 * 3 + 2 * 1) / 16) / (1 - 8 / 16))
    # dark: there for ben and for both, and neither
    assert its["tag_alpha"] == pytest.approx(1 - 5 * 2 / (36 - 9 - 9))


def test_labels_are_counted_by_what_both_call_so(made: dict[str, Any]) -> None:
    frame = nb.stats.agreement_labels(made["campaign"])
    cell, blob = row(frame, label="cell"), row(frame, label="blob")
    assert [cell[n] for n in ("matched", "missed", "extra")] == [2, 1, 3]
    assert [blob[n] for n in ("matched", "missed", "extra")] == [1, 1, 0]
    assert cell["f1"] == pytest.approx(4 / 8)
    only = row(nb.stats.agreement(made["campaign"], label="blob"), a="ana")
    assert [only[n] for n in ("matched", "missed", "extra")] == [1, 1, 0]


def test_confusion_has_what_is_missed_and_what_is_extra(made: dict[str, Any]) -> None:
    frame = nb.stats.confusion(made["campaign"])
    found = {
        tuple(None if pd.isna(v) else v for v in key): n
        for *key, n in frame[["label_a", "label_b", "objects"]].itertuples(index=False)
    }
    assert found == {
        ("cell", "cell"): 2, ("blob", "blob"): 1, ("blob", "cell"): 1, ("cell", None): 1, (None, "cell"): 2,
    }  # fmt: skip


def test_all_together_are_as_reliable_as_the_only_two(made: dict[str, Any]) -> None:
    frame, pair = nb.stats.reliability(made["campaign"]), row(nb.stats.agreement(made["campaign"]), a="ana")
    assert row(frame, what="labels", units=4)["alpha"] == pytest.approx(pair["alpha"])
    assert row(frame, what="tag", tag="dark", units=3)["alpha"] == pytest.approx(pair["tag_alpha"])


def test_the_worst_assets_stand_first_and_become_a_campaign(made: dict[str, Any]) -> None:
    table, july = nb.stats.agreement_assets, made["campaign"]
    frame = table(july)
    assert frame["asset"].tolist() == ["2.png", "0.png", "1.png"]
    assert frame["f1"].tolist() == pytest.approx([0.0, 2 / 6, 1.0])
    made_of = table.review(july, "again", made["recipe"], nb.Workflow(made["steps"]), worst=2, threshold=0.5, seed=3)
    assert made_of.plan().chosen == 2
    assert made_of.spec.seed == 3
    with pytest.raises(Refused, match="no asset to look at"):
        table.review(july, "none", made["recipe"], nb.Workflow(made["steps"]), member=[])
    with pytest.raises(InvalidInput, match="one version"):
        table.review(made["ws"], "none", made["recipe"], nb.Workflow(made["steps"]))
    assert "none" not in [campaign.name for campaign in made["ws"].campaigns]


def test_who_asks_a_table_of_pairs_for_the_worst_assets_is_told_where_they_are(made: dict[str, Any]) -> None:
    with pytest.raises(WrongCall, match=r"no argument 'worst'.*agreement_assets\.review\(…, worst=50\)"):
        nb.stats.agreement(made["campaign"], worst=50)  # type: ignore[call-arg]
    with pytest.raises(WrongCall, match=r"no argument 'best'.*tz[^.]*\.$"):
        nb.stats.agreement(made["campaign"], best=50)  # type: ignore[call-arg]


def test_a_stricter_threshold_finds_less(made: dict[str, Any]) -> None:
    its = row(nb.stats.agreement(made["campaign"], threshold=0.9), a="ana")
    assert [its[n] for n in ("matched", "missed", "extra")] == [3, 2, 3]
    for wrong in (0, 1.5, True, "much", None):
        with pytest.raises(InvalidInput, match="threshold is a number above 0"):
            nb.stats.agreement(made["campaign"], threshold=wrong)


def test_an_import_is_a_rater_beside_people(made: dict[str, Any]) -> None:
    frame = nb.stats.agreement(made["version"], source="a model")
    assert {tuple(v) for v in frame[["a", "b"]].to_numpy()} == {("ana", "ben"), ("ana", "a model"), ("ben", "a model")}
    its = row(frame, a="ana", b="a model")
    assert [its[n] for n in ("assets", "matched", "missed", "extra")] == [2, 2, 3, 0]
    with pytest.raises(InvalidInput, match="no source 'b model'"):
        nb.stats.agreement(made["version"], source="b model")


def test_predictions_that_were_imported_are_held_against_people(made: dict[str, Any]) -> None:
    cell = row(nb.stats.evaluation(made["campaign"]), label="cell", size="all")
    assert [cell[n] for n in ("objects", "right", "wrong", "missed")] == [4, 1, 0, 3]
    errors = nb.stats.evaluation_errors(made["campaign"])
    assert sorted(errors["error"]) == ["missed"] * 3 + ["wrong_label"]
    its = row(errors, error="wrong_label")
    assert (its["asset"], its["label"], its["predicted"], its["iou"]) == ("0.png", "cell", "blob", 1.0)


def test_answers_of_copies_count_and_what_came_of_them_does_not(made: dict[str, Any]) -> None:
    ws = made["ws"]
    people = {login: ws.acting(ws.members.add(login)) for login in ("kai", "liv", "mia")}
    version = made["dataset"].create_version("twice").add_images(made["version"].assets.df()["path"].tolist())
    steps = [nb.Step("draw", "annotation", ["kai", "liv"], copies=2), nb.Step("agree", "consensus", ["mia"])]
    campaign = version.create_campaign("Twice", made["recipe"], nb.Workflow(steps))
    campaign.launch()
    for login in ("kai", "liv"):
        while task := people[login].work.next("Twice"):
            alone = login == "liv" and task.asset == "0.png"
            task.submit([box(10), box(90, "blob")] if alone else [box(10)])
    while task := people["mia"].work.next("Twice"):
        task.submit([box(120)])
    sources = ws.sql("select source, origin from annotations where version_id = $1", [version.version_id])
    assert sorted(set(sources["origin"])) == ["answer", "copy"]
    its = row(nb.stats.agreement(version), a="kai", b="liv")
    assert [its[n] for n in ("assets", "matched", "missed", "extra")] == [4, 4, 0, 1]


def test_two_versions_are_compared_asset_by_asset(made: dict[str, Any]) -> None:
    dataset = made["dataset"]
    truth = made["version"].create_child("truth")
    model = dataset.create_version("model").add_images(dataset.versions["v1"].assets.df()["path"].tolist())
    model.add_annotations(
        {"0.png": [box(12, confidence=0.9), box(50, "cell", confidence=0.8), box(180, confidence=0.2)]}, "yolo"
    )
    cell = row(nb.stats.evaluation(model, against=truth), label="cell", size="all")
    assert [cell[n] for n in ("objects", "right", "wrong", "missed")] == [6, 2, 1, 4]
    assert cell["precision"] == pytest.approx(2 / 3)
    assert row(nb.stats.evaluation(model, against=truth, confidence=0.5), label="cell", size="all")["wrong"] == 0
    its = row(nb.stats.agreement(truth, against=model), a="smears / truth", b="smears / model")
    assert [its[n] for n in ("assets", "matched", "missed", "extra")] == [1, 2, 1, 1]
    with pytest.raises(InvalidInput, match="another version"):
        nb.stats.agreement(truth, against=truth)
    with pytest.raises(InvalidInput, match="two versions"):
        nb.stats.agreement(made["campaign"], against=truth)
    with nb.open(":memory:") as other:
        strange = other.create_dataset("x").create_version("v1")
        with pytest.raises(InvalidInput, match=r"in another. Copy it here first: .*clone"):
            nb.stats.agreement(truth, against=strange)


def test_the_rows_behind_a_square_are_the_answers_of_both(made: dict[str, Any]) -> None:
    chart = nb.charts.agreement
    figure = chart(made["campaign"])
    events = chart.events(made["campaign"], figure.data[0].customdata[0][1])
    assert sorted(set(events["rater"])) == ["ana", "ben"]
    assert len(events) == 6
    worst = nb.charts.agreement_assets(made["campaign"]).data[0].customdata[0]
    assert set(nb.charts.agreement_assets.events(made["campaign"], worst)["asset"]) == {"2.png"}


def test_heat_maps_are_the_tables(made: dict[str, Any]) -> None:
    pair = row(nb.stats.agreement(made["campaign"]), a="ana")
    assert [list(z) for z in nb.charts.agreement(made["campaign"]).data[0].z] == [
        [None, pair["f1"]],
        [pair["f1"], None],
    ]
    trace = nb.charts.confusion(made["campaign"]).data[0]
    assert [list(z) for z in trace.z] == [[2, 0, 1], [1, 1, 0], [2, 0, None]]


@pytest.mark.parametrize("most", ["MOST_ANSWERS", "MOST_SHAPES"])
def test_answers_are_read_piece_by_piece(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch, most: str) -> None:
    from nbannotate.stats import agreed, answers, compared

    tables = (nb.stats.agreement, nb.stats.agreement_assets, nb.stats.evaluation)
    whole = [table(made["campaign"]) for table in tables]
    monkeypatch.setattr(answers, "PIECE", 1)
    monkeypatch.setattr(compared, most, 1)
    compared._kept.clear()
    agreed._kept.clear()
    for one, table in zip(whole, tables, strict=True):
        pd.testing.assert_frame_equal(one, table(made["campaign"]))


def test_a_pair_is_compared_once_and_only_what_is_not_needed_is_forgotten(
    made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbannotate.stats import agreed, compared

    read: list[int] = []
    asked = compared._asked
    monkeypatch.setattr(compared, "_asked", lambda q, its: read.append(len(its)) or asked(q, its))
    compared._kept.clear()
    for member in (None, ["ana", "ben"]):
        agreed._kept.clear()
        nb.stats.agreement(made["campaign"], member=member)
    assert read == [6]
    monkeypatch.setattr(compared, "MOST_KEPT", 0)
    agreed._kept.clear()
    with_model = nb.stats.agreement(made["version"], source="a model")  # ana and ben again, each with the model
    assert len(read) == 2
    agreed._kept.clear()
    pd.testing.assert_frame_equal(nb.stats.agreement(made["version"], source="a model"), with_model)
    assert len(read) == 2
