"""What people said stays what counts when a model's output comes in, and earlier revisions come back."""

import json
import threading

import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput, NotFound, Refused
from nbannotate.model import Annotation, Saved, Shape, TaskView
from nbannotate.store import importing, staging

HAND = Annotation(shapes=(Shape(kind="rectangle", points=((1, 2), (20, 30)), label="WBC", id="hand"),))
MODEL = Annotation(shapes=(Shape(kind="rectangle", points=((5, 5), (9, 9)), label="RBC", id="model", confidence=0.5),))


@pytest.fixture(params=["of rows", "of a layer"])
def t(team, request, monkeypatch):
    """Four images: ana submitted the first, has a draft on the second; nobody saw the two others.

    What comes in is as a small import, of which each row is given to the version, and as a large one, which is a layer.
    """
    if request.param == "of a layer":
        monkeypatch.setattr(importing, "FEW", 0)
    made = team(count=4, steps=[nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    work = made.workspace.acting("ana", made.passwords["ana"]).work
    work.next("July").submit(HAND.shapes, seconds=0)
    work.next("July").save(HAND)
    return made


def everywhere(t):
    return dict.fromkeys(t.version.assets.df()["name"], MODEL)


def latest(t, version=None):
    """Return the ids of the shapes that stand now, by image."""
    return (version or t.version).shapes.df().groupby("asset")["shape_id"].agg(list).to_dict()


def events(t, operation):
    rows = t.workspace.sql("select detail from events where operation = $1 order by event_id", [operation])
    return [json.loads(detail) for detail in rows["detail"]]


def test_a_models_output_leaves_out_what_people_work_on_and_says_so(t):
    done = t.version.add_annotations(everywhere(t), source="model.json")
    assert (done.assets, done.left_out, done.first, done.overwritten) == (2, 2, "img_000.png", 0)
    assert "2 assets were left out: people have worked on them (first: img_000.png)" in repr(done)
    assert latest(t) == {"img_000.png": ["hand"], "img_002.png": ["model"], "img_003.png": ["model"]}
    assert events(t, "annotations.add")[-1]["left_out"] == 2


def test_the_reviewer_and_the_annotator_still_see_what_ana_drew(t):
    t.version.add_annotations(everywhere(t), source="model.json")
    view = t["chloe"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=1)
    assert (view.task.asset, [s.id for s in view.annotation.shapes]) == ("img_000.png", ["hand"])
    view = t["ana"].call("tasks.next", TaskView, campaign_id=t.campaign.campaign_id, step=0)
    assert (view.task.asset, [s.id for s in view.annotation.shapes]) == ("img_001.png", ["hand"])


def test_reading_a_file_again_changes_nothing_that_is_done(t, tmp_path):
    t.version.add_annotations(everywhere(t), source="model.json")
    work = t.workspace.acting("ana", t.passwords["ana"]).work
    while (task := work.next("July")) is not None:
        task.submit(HAND.shapes, seconds=0)
    review = t.workspace.acting("chloe", t.passwords["chloe"]).work
    while (task := review.next("July")) is not None:
        task.submit(task.annotation, seconds=0)
    file = tmp_path / "model.json"
    file.write_text(json.dumps({
        "images": [{"id": i, "file_name": n} for i, n in enumerate(t.version.assets.df()["name"])],
        "annotations": [{"id": 1, "image_id": 0, "category_id": 1, "bbox": [1, 1, 5, 5]}],
        "categories": [{"id": 1, "name": "RBC"}],
    }))  # fmt: skip
    reading = t.version.read("coco", file)
    (left,) = [v for v in reading.left_out if v.what == "assets"]
    assert (left.count, left.first) == (1, "img_000.png")
    assert "people have worked on them" in repr(reading)
    t.version.write("coco", tmp_path / "out.json", state="done")
    written = json.loads((tmp_path / "out.json").read_text())
    assert {s for a in written["annotations"] for s in a["nbannotate"]["shape_ids"]} == {"hand"}
    assert {i["nbannotate"]["origin"] for i in written["images"]} == {"answer"}


def test_an_image_that_was_accepted_as_the_model_said_is_left_out_too(team):
    t = team(
        count=1, existing="review",
        annotated=lambda v: v.add_annotations({"img_000.png": MODEL}, source="first model"),
    )  # fmt: skip
    task = t.workspace.acting("chloe", t.passwords["chloe"]).work.next("July")
    task.submit(task.annotation, seconds=0)
    assert t.version.annotations.df()["origin"].tolist() == ["import"]
    assert t.version.add_annotations({"img_000.png": HAND}, source="second model").left_out == 1


def test_overwriting_is_asked_for_has_an_event_and_is_taken_back(t):
    t.version.add_annotations(everywhere(t), source="first.json")
    before = latest(t)
    done = t.version.add_annotations(everywhere(t), source="model.json", on_conflict="replace")
    assert (done.assets, done.left_out, done.overwritten) == (4, 0, 2)
    assert "restore" in repr(done)
    assert events(t, "annotations.add")[-1]["overwritten"] == 2
    assert latest(t)["img_000.png"] == ["model"]
    revisions = len(t.version.annotations.df(history=True))
    assert t.version.restore(source="model.json") == 3
    assert latest(t) == before | {"img_001.png": ["model"]}  # it had nothing before but a draft
    assert events(t, "annotations.restore")[-1]["assets"] == 3
    assert len(t.version.annotations.df(history=True)) == revisions + 3
    first = t.version.annotations.df().set_index("asset").loc["img_000.png"]
    assert (first["origin"], first["member"]) == ("answer", "ana")
    assert t.version.add_annotations(everywhere(t), source="third.json").left_out == 2


def test_one_revision_comes_back_by_its_id(t):
    t.version.add_annotations(everywhere(t), source="model.json", on_conflict="replace")
    history = t.version.annotations.df(history=True)
    assert history["origin"].tolist() == ["answer", "import", "import", "import", "import"]
    assert history["is_latest"].tolist() == [False, True, True, True, True]
    earlier = history["annotation_id"][0]
    assert t.version.restore(earlier) == 1
    assert latest(t)["img_000.png"] == ["hand"]
    stands = t.version.annotations.df()["annotation_id"]
    assert t.version.restore(stands) == 0


def test_what_cannot_come_back_is_a_sentence_and_changes_nothing(t):
    t.version.add_annotations(everywhere(t), source="model.json", on_conflict="replace")
    history = t.version.annotations.df(history=True)["annotation_id"]
    with pytest.raises(NotFound, match="history=True"):
        t.version.restore([history[0], 1])
    with pytest.raises(InvalidInput, match="same asset"):
        t.version.restore(history[:2])
    with pytest.raises(InvalidInput, match="either"):
        t.version.restore()
    assert len(t.version.annotations.df(history=True)) == len(history)
    t.campaign.complete("enough")
    child = t.version.publish().create_child("v2")
    with pytest.raises(Refused, match="published"):
        t.version.restore(history[0])
    assert child.annotations.df()["origin"].tolist() == t.version.annotations.df()["origin"].tolist()


def test_an_answer_stays_one_in_a_child_and_is_told_apart_in_sql_and_exports(t, tmp_path):
    t.version.add_annotations(everywhere(t), source="model.json")
    child = t.version.create_child("v2")
    assert child.add_annotations(everywhere(t), source="other.json").left_out == 1
    rows = t.workspace.sql(
        "select origin, count(*) as n from shapes where version_id = $1 group by 1 order by 1", [child.version_id]
    )
    assert rows.values.tolist() == [["answer", 1], ["import", 3]]
    child.write("coco", tmp_path / "answers.json", origin="answer")
    written = json.loads((tmp_path / "answers.json").read_text())
    assert (len(written["images"]), len(written["annotations"])) == (4, 1)
    with pytest.raises(InvalidInput, match="origin"):
        child.write("coco", tmp_path / "answers.json", origin="people")


def test_nobody_sees_an_import_before_its_end_and_work_that_begins_meanwhile_counts(t, monkeypatch):
    monkeypatch.setattr("nbannotate.operations.annotations.PIECE_ASSETS", 1)
    stage, seen = importing.stage, []

    def slowly(*arguments):
        stage(*arguments)
        seen.append(len(t.workspace.sql("select * from annotations")) + len(t.workspace.sql("select * from shapes")))
        if len(seen) == 1:  # in the middle of it, ana begins to work on an image that was free
            view = t["ana"].call("tasks.pull", TaskView, campaign_id=t.campaign.campaign_id, step=0)
            t["ana"].call("tasks.save", Saved, task_id=view.task.task_id, annotation=HAND, revision=0, seconds=0.0)

    monkeypatch.setattr(importing, "stage", slowly)
    done = t.version.add_annotations(everywhere(t), source="model.json")
    assert seen == [2, 2]
    assert (done.assets, done.left_out) == (1, 3)
    assert set(latest(t)) == {"img_000.png", "img_003.png"}
    assert nothing_is_staged(t)


def nothing_is_staged(t):
    engine = t.workspace.client.dispatcher.engine
    with engine.read() as tx:
        batches = staging.left(tx)
        orphans = tx.value(
            "select count(*) from data.annotations "
            "where version_id not in (select layer_id from data.version_layers where own)"
        )
        shapes = tx.value(
            "select count(*) from data.shapes where annotation_id not in (select annotation_id from data.annotations)"
        )
    return (batches, orphans, shapes, engine.staging) == ([], 0, 0, set())


def test_an_import_that_fails_at_its_last_image_leaves_nothing(t, monkeypatch):
    monkeypatch.setattr("nbannotate.operations.annotations.PIECE_ASSETS", 1)
    outside = Shape(kind="rectangle", points=((500, 500), (600, 600)), label="RBC")
    given = everywhere(t) | {"img_003.png": Annotation(shapes=(outside,))}
    with pytest.raises(InvalidInput, match=r"img_003\.png"):
        t.version.add_annotations(given, source="model.json")
    assert set(latest(t)) == {"img_000.png"}
    assert nothing_is_staged(t)


def test_two_imports_at_once_both_arrive(t):
    def add(number):
        t.version.add_annotations({f"img_00{number}.png": MODEL}, source=f"model {number}")

    threads = [threading.Thread(target=add, args=(n,)) for n in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(latest(t)) == {"img_000.png", "img_002.png", "img_003.png"}


def test_whoever_wants_an_error_where_people_have_worked_gets_one_and_nothing_comes_in(t):
    with pytest.raises(Conflict, match=r"worked on 2 of these images: 'img_000.png'"):
        t.version.add_annotations(everywhere(t), source="model.json", on_conflict="error")
    assert t.version.annotations.df()["origin"].tolist() == ["answer"]
    untouched = {"img_002.png": MODEL, "img_003.png": MODEL}
    assert t.version.add_annotations(untouched, source="model.json", on_conflict="error").assets == 2


def test_names_that_are_no_assets_are_an_error_or_counted(t, tmp_path):
    some = {"img_003.png": MODEL, "elsewhere.png": MODEL}
    with pytest.raises(InvalidInput, match="missing='skip'"):
        t.version.add_annotations(some, source="model")
    done = t.version.add_annotations(some, source="model", missing="skip")
    assert (done.assets, done.missing, done.first_missing) == (1, 1, "elsewhere.png")
    assert "1 names are no assets (first: elsewhere.png)" in repr(done)
    assert events(t, "annotations.add")[-1]["missing"] == 1
    file = tmp_path / "model.json"
    file.write_text(json.dumps({
        "images": [{"id": 1, "file_name": "img_002.png"}, {"id": 2, "file_name": "elsewhere.png"}],
        "annotations": [{"id": i, "image_id": i, "category_id": 1, "bbox": [1, 1, 5, 5]} for i in (1, 2)],
        "categories": [{"id": 1, "name": "RBC"}],
    }))  # fmt: skip
    with pytest.raises(InvalidInput, match=r"'elsewhere.png'"):
        t.version.read("coco", file, missing="error")
    assert "they are no assets of this version (first: elsewhere.png)" in repr(t.version.read("coco", file))


def test_a_cell_that_imports_runs_twice_and_says_nothing_twice(t):
    def cell():
        shape = nb.Shape(kind="rectangle", points=((5, 5), (9, 9)), label="RBC", confidence=0.5)  # a new id each time
        said = {name: Annotation(shapes=(shape,), tags=("blurred",)) for name in t.version.assets.df()["name"]}
        return t.version.add_annotations(said, source="model")

    assert (cell().assets, cell().assets) == (2, 0)
    again = cell()
    assert (again.unchanged, again.first_unchanged, again.left_out) == (2, "img_002.png", 2)
    assert "2 were said just so already" in repr(again)
    assert len(t.version.annotations.df(history=True)) == 3
    other = {"img_002.png": MODEL}
    assert t.version.add_annotations(other, source="model").assets == 1
    assert t.version.add_annotations(other, source="another model").assets == 1


def test_the_old_name_of_replacing_says_the_new_one(t):
    with pytest.warns(FutureWarning, match=r"on_conflict='replace'"):
        done = t.version.add_annotations(everywhere(t), source="model", overwrite=True)
    assert done.overwritten == 2
    with pytest.warns(FutureWarning, match=r"on_conflict='skip'"):
        t.version.add_annotations(everywhere(t), source="other", overwrite=False)
    with pytest.raises(InvalidInput, match="on_conflict must be one of"):
        t.version.add_annotations(everywhere(t), source="model", on_conflict="overwrite")
