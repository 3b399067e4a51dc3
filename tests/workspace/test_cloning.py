"""Copies of versions and datasets, in the same workspace and in another one."""

import contextlib
import io
import tempfile
import zipfile
from pathlib import Path

import duckdb
import pytest

import nbannotate as nb
from nbannotate.errors import Conflict, InvalidInput
from nbannotate.operations.registry import Context
from nbannotate.workspace import export


def box(label, x=1, **more):
    return nb.Shape.rectangle(x, 2, 20.25, 20, label=label, **more)


def said(version):
    """Return who said what, where from and when."""
    table = version.annotations.df().sort_values("asset")
    return table[["asset", "member", "source", "origin", "created"]].to_numpy().tolist()


@pytest.fixture
def ws():
    with contextlib.closing(nb.open(":memory:")) as workspace:
        yield workspace


@pytest.fixture
def version(ws, make_images):
    version = ws.create_dataset("smears", "# Blood").create_version("v1").add_images(make_images(4))
    mask = nb.Shape.polygon([(1, 1), (40, 1), (40, 40), (5, 5), (9, 5), (9, 9)], label="cat", group="g", track="7")
    version.add_annotations(
        {
            "img_000.png": nb.Annotation(shapes=(box("cat", attributes={"n": 1.5}, confidence=1 / 3), mask)),
            "img_001.png": nb.Annotation(tags=("dark",), tag_attributes={"dark": {"how": 2}}),
            "img_002.png": nb.Annotation(nothing_to_label=True),
        },
        source="model",
    )
    return version


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_copy_holds_what_the_version_holds_and_has_its_hash(version, ws, elsewhere):
    version.assets["img_003.png"].archive()
    with contextlib.closing(nb.open(":memory:")) as other:
        copy = version.clone("copy", to=other if elsewhere else None)
        assert (copy.workspace is other, copy.dataset.name, copy.name, copy.state) == (elsewhere, "copy", "v1", "draft")
        assert copy.dataset.readme == "# Blood"
        assert copy.publish().content_hash == version.publish().content_hash
        assert copy.assets["img_000.png"].path == version.assets["img_000.png"].path
        assert copy.assets["img_003.png"].archived is not None
        assert said(copy) == said(version)
        published = version.clone("again", to=other)
        assert (published.state, bool(published.verify())) == ("published", True)


def test_a_copy_without_annotations_has_the_images_alone(version):
    copy = version.clone("bare", annotations=False)
    assert (len(copy.assets), len(copy.annotations)) == (4, 0)


def test_a_whole_dataset_is_copied_with_its_lineage_and_children_share_again(version, ws, make_images):
    v2 = version.publish().create_child("v2")
    v2.add_annotations({"img_000.png": nb.Annotation(shapes=(box("dog"),))}, source="later")
    v2.assets["img_001.png"].delete("img_001.png")
    (more,) = make_images(1, folder="more")
    v2.add_images(more.rename(more.with_name("more.png")))
    bare = version.create_child("bare", annotations=False)
    bare.add_annotations({"img_003.png": nb.Annotation(shapes=(box("bird"),))}, source="later")
    v2.create_child("v3")
    with contextlib.closing(nb.open(":memory:")) as other:
        copy = version.dataset.clone("all", to=other)
        columns = ["name", "parent", "generation", "state", "assets", "content_hash"]
        assert copy.lineage.df()[columns].equals(version.dataset.lineage.df()[columns])
        for name in ("v1", "v2", "bare", "v3"):
            mine, its = version.dataset.versions[name], copy.versions[name]
            assert mine.assets.df()["name"].tolist() == its.assets.df()["name"].tolist()
            if mine.state == "draft":
                mine.publish(), its.publish()
            assert mine.content_hash == its.content_hash, name
        with other.client.dispatcher.engine.read() as tx:
            assert tx.value("select count(*) from data.annotations") == 5, "three of v1, one each of v2 and bare"


def test_what_fails_leaves_no_copy(version, ws):
    with pytest.raises(Conflict):
        version.clone("smears")
    assert [d.name for d in ws.datasets] == ["smears"]
    with contextlib.closing(nb.open(":memory:")) as other:
        Path(version.assets["img_001.png"].path).write_bytes(b"no image any more")
        with pytest.raises(InvalidInput, match="img_001"):
            version.clone("copy", to=other)
        assert list(other.datasets) == []


@pytest.fixture
def worked(version, ws):
    """Add splits, another name of a label, metadata, and an answer of ana's."""
    version.split(train=0.5, val=0.5, test=0, seed=1)
    version.labels.rename("cat", "lynx")
    version.labels.reorder(["lynx"])
    version.update_metadata("img_001.png", {"site": "Bern"})
    flow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    ana = ws.members.add("ana")
    version.create_campaign("July", nb.Recipe(["lynx", nb.Label("dog", color="#123456")]), flow).launch()
    ws.acting(ana).work.next("July").submit(nb.Annotation(shapes=[box("dog")]))
    return version


def test_a_copy_in_the_workspace_is_said_by_who_said_it_when_they_did(worked):
    copy = worked.clone("copy")
    assert said(copy) == said(worked)
    assert {row[1] for row in said(copy)} == {"root", "ana"}
    assert copy.splits.how == worked.splits.how
    assert copy.metadata().equals(worked.metadata())
    assert export.labels(copy) == export.labels(worked)
    bare = copy.clone("bare", annotations=False)
    assert (len(bare.annotations), bare.splits.how) == (0, worked.splits.how)
    assert bare.metadata().equals(worked.metadata())


def test_a_copy_elsewhere_keeps_members_by_login_and_the_login_of_others_in_the_source(worked):
    with contextlib.closing(nb.open(":memory:")) as other:
        strange = worked.clone("copy", to=other)
        assert [row[2] for row in said(strange) if row[3] == "answer"] == ["annotation (ana)"]
        assert [row[4] for row in said(strange)] == [row[4] for row in said(worked)]
        other.members.add("ana")
        assert said(worked.clone("again", to=other)) == said(worked)
        manager = other.acting(other.members.add("max", role="manager"))
        mine = worked.clone("mine", to=manager)
        assert {(row[1], row[2], row[3]) for row in said(mine)} == {("max", "smears / v1", "import")}
        assert mine.splits.how == worked.splits.how


def files(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.mark.parametrize("format", ["coco", "cvat", "voc", "yolo", "label-studio", "labelme", "supervisely"])
def test_a_copy_is_written_as_the_version_is(version, tmp_path, format):
    version.write(format, tmp_path / "first", lossy=True)
    read = version.dataset.create_version("read").add_images([a.path for a in version.assets])
    read.read(format, tmp_path / "first")
    read.set_split({"img_000.png": "train", "img_001.png": "val"})
    child = read.create_child("child")
    child.add_annotations({"img_003.png": [box("cat")]}, source="hand")
    for which in (read, child):
        which.write(format, tmp_path / f"{which.name}-1", lossy=True)
        with contextlib.closing(nb.open(":memory:")) as other:
            for name, to in (("here", None), ("there", other)):
                copy = which.clone(f"{which.name} {name}", to=to)
                copy.write(format, tmp_path / f"{which.name}-2-{name}", lossy=True)
                assert files(tmp_path / f"{which.name}-2-{name}") == files(tmp_path / f"{which.name}-1")


def test_the_versions_of_a_copied_dataset_have_their_splits_and_names_of_files(version, tmp_path):
    version.split(train=0.5, val=0.5, test=0, seed=1)
    version.write("coco", tmp_path / "a.json", lossy=True)
    child = version.create_child("child")
    child.read("coco", tmp_path / "a.json")
    child.set_split("img_000.png", None)
    copy = version.dataset.clone("all")
    for name in ("v1", "child"):
        mine, its = version.dataset.versions[name], copy.versions[name]
        assert its.splits.df().equals(mine.splits.df())
        for which, one in (("1", mine), ("2", its)):
            one.write("coco", tmp_path / f"{name}-{which}.json", lossy=True)
        assert (tmp_path / f"{name}-1.json").read_bytes() == (tmp_path / f"{name}-2.json").read_bytes()


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_child_that_took_an_asset_back_has_it_in_the_copy_too(version, elsewhere):
    version.assets["img_001.png"].archive()
    child = version.create_child("child")
    child.assets["img_001.png"].archive(False)
    child.assets["img_002.png"].archive()
    with contextlib.closing(nb.open(":memory:")) as other:
        copy = version.dataset.clone("all", to=other if elsewhere else None)
        for one in (version, child):
            its = copy.versions[one.name]
            assert its.assets.df()[["name", "archived"]].equals(one.assets.df()[["name", "archived"]])
        single = child.clone("single", to=other if elsewhere else None)
        assert single.assets.df()[["name", "archived"]].equals(child.assets.df()[["name", "archived"]])


@pytest.mark.parametrize("elsewhere", [False, True])
def test_how_labels_were_changed_comes_along_and_is_taken_back_there(version, elsewhere):
    version.labels.rename("cat", "lynx")
    child = version.create_child("child")
    version.labels.combine(["lynx"], into="feline")  # after the child was made
    with contextlib.closing(nb.open(":memory:")) as other:
        to = other if elsewhere else None
        copy = version.dataset.clone("all", to=to)
        for one in (version, child):
            for its in (copy.versions[one.name], one.clone(f"single {one.name}", to=to)):
                assert its.labels.mapping == one.labels.mapping
                assert its.labels.df().equals(one.labels.df())
        its = copy.versions["v1"]
        assert its.labels.undo().assets == 1
        assert its.labels.df()["label"].tolist() == ["lynx"]
        assert its.labels.undo().assets == 1
        assert its.labels.df()["label"].tolist() == ["cat"]
        assert its.annotations.df()["shapes"].tolist() == version.annotations.df()["shapes"].tolist()
        assert version.labels.df()["label"].tolist() == ["feline"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_copy_has_the_times_of_versions_splits_and_assets(worked, elsewhere):
    child = worked.create_child("child")
    child.split(train=1, val=0, test=0, seed=2)
    with contextlib.closing(nb.open(":memory:")) as other:
        to = other if elsewhere else None
        copy = worked.dataset.clone("all", to=to)
        assert copy.lineage.df()[["name", "created"]].equals(worked.dataset.lineage.df()[["name", "created"]])
        for one in (worked, child):
            for its in (copy.versions[one.name], one.clone(f"single {one.name}", to=to)):
                assert its.assets.df()[["name", "added"]].equals(one.assets.df()[["name", "added"]])
                assert its.splits.df().equals(one.splits.df())
                assert export.labels(its) == export.labels(one)
                assert its.labels.df().equals(one.labels.df())
                assert its.clone(f"again {its.name} {its.version_id}").labels.df().equals(one.labels.df())


def packed(version, change):
    """Return what another workspace is given of a version, with one table changed."""
    source = version.workspace.client.fetch("clones.contents", dataset_id=version.dataset.dataset_id)
    with zipfile.ZipFile(io.BytesIO(source)) as given:
        tables = {name: given.read(name) for name in given.namelist()}
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as into:
        for name, table in change(tables).items():
            into.writestr(name, table)
    return result.getvalue()


def edited(name, edit):
    """Return a change of one table, ``t``, by SQL; ``versions`` are those that come."""

    def change(tables):
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            file, after = Path(folder) / "a.parquet", Path(folder) / "b.parquet"
            file.write_bytes(tables[name])
            connection.execute(f"create table t as select * from read_parquet('{file}')")
            (Path(folder) / "v.parquet").write_bytes(tables["versions"])
            connection.execute(f"create table versions as select * from read_parquet('{folder}/v.parquet')")
            connection.execute(edit)
            connection.execute(f"copy t to '{after}' (format parquet)")
            return tables | {name: after.read_bytes()}

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tables: tables | {"more": b""}, "no copy of a version"),
        (lambda tables: {n: t for n, t in tables.items() if n != "shapes"}, "no copy of a version"),
        (edited("layer_heads", "update t set asset_id = 1"), "layer_heads do not fit"),
        (edited("revisions", "update t set annotation_id = 1"), "do not fit"),
        (edited("versions", "update t set state = 'secret'"), "versions do not fit"),
        (edited("versions", "update t set name = ''"), "Version name"),
        (edited("shapes", "update t set points = '[[500,500],[600,600]]' where kind = 'rectangle'"), "img_000"),
        (edited("assets", "update t set name = 'img_000.png'"), "two assets 'img_000.png'"),
        (edited("assets", "update t set metadata = '[]'"), "metadata is a JSON object"),
        (edited("foreign", "insert into t select 1, 'coco', 'image', 'a', '1', 1, null, null, 1"), "foreign do not"),
        (edited("foreign", "insert into t select version_id, 'x', 'image', 'a', '{', 1, null, null, 1 from versions"),
         "is not JSON"),
    ],
)  # fmt: skip
def test_what_another_workspace_gives_is_checked_and_leaves_nothing(version, change, said):
    with contextlib.closing(nb.open(":memory:")) as other:
        with pytest.raises(InvalidInput, match=said):
            other.client.upload("clones.receive", nb.model.Dataset, packed(version, change), name="x", source="y")
        assert list(other.datasets) == []
        engine = other.client.dispatcher.engine
        rows = engine._writer.execute(
            "select (select count(*) from data.staged), (select count(*) from data.assets), "
            "(select count(*) from data.annotations), (select count(*) from data.layer_heads)"
        ).fetchone()
        assert (rows, engine.staging) == ((0, 0, 0, 0), set())
        assert other.client.upload(
            "clones.receive", nb.model.Dataset, packed(version, lambda tables: tables), name="x", source="y"
        ).name == "x"  # fmt: skip


@pytest.mark.parametrize("elsewhere", [False, True])
def test_how_far_a_copy_is_can_be_asked(version, monkeypatch, elsewhere):
    told = []
    monkeypatch.setattr(Context, "report", lambda self, key, *what: told.append((bool(key), *what)))
    with contextlib.closing(nb.open(":memory:")) as other:
        version.clone("copy", to=other if elsewhere else None)
    checked = [(True, "checking what was said", 0, 3)] if elsewhere else []
    assert told == [(True, "copying assets", 0, 4), (True, "copying annotations", 0, 3), *checked]


def test_nothing_of_a_copy_is_left_when_it_is_deleted(worked, ws):
    count = (
        "select (select count(*) from data.kept_recipes), (select count(*) from data.assets), "
        "(select count(*) from data.label_changes), (select count(*) from data.foreign_ids), "
        "(select count(*) from data.layer_heads), (select count(*) from data.splits)"
    )
    engine = ws.client.dispatcher.engine
    before = engine._writer.execute(count).fetchone()
    whole, single = worked.dataset.clone("whole"), worked.clone("single").dataset
    assert engine._writer.execute(count).fetchone()[0] == 2
    for copy in (whole, single):
        copy.delete(copy.name)
    assert engine._writer.execute(count).fetchone() == before
