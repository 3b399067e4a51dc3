"""What a data scientist types in a notebook."""

import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import Conflict, FileMissing, InvalidInput, LoginFailed, NotFound, QueryFailed, Refused
from nbannotate.model import TaskView

FLOW = nb.Workflow([nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
RECIPE = nb.Recipe(["WBC"])


@pytest.fixture
def ws():
    workspace = nb.open(":memory:")
    workspace.members.add("ana", password="password-of-ana")
    workspace.members.add("chloe", role="reviewer")
    return workspace


@pytest.fixture
def version(ws):
    return ws.create_dataset("smears").create_version("v1")


def test_images_of_a_pattern_are_added_in_order_with_their_metadata(version, make_images):
    paths = make_images(3)
    frame = pd.DataFrame(
        {"name": ["img_000.png", "img_002.png"], "day": pd.to_datetime(["2026-01-02", None]), "n": [1, 2]}
    )
    version.add_images(str(paths[0].parent / "*.png"), metadata=frame)
    assets = version.assets.df()
    assert list(assets["name"]) == ["img_000.png", "img_001.png", "img_002.png"]
    assert list(assets["position"]) == [0, 1, 2]
    assert (assets["width"].iloc[0], assets["height"].iloc[0]) == (64, 48)
    assert [a.metadata for a in version.assets] == [{"day": "2026-01-02T00:00:00", "n": 1}, {}, {"n": 2}]


def test_a_folder_of_folders_gives_names_below_it(version, make_images, tmp_path):
    make_images(1, folder="images/left")
    make_images(1, folder="images/right")
    version.add_images(tmp_path / "images")
    assert list(version.assets.df()["name"]) == ["left/img_000.png", "right/img_000.png"]
    assert list(version.assets.df()["folder"]) == ["left", "right"]


def test_a_photo_lying_on_its_side_has_the_size_that_people_see(version, tmp_path):
    image = Image.new("RGB", (60, 40))
    exif = image.getexif()
    exif[274] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    version.add_images(tmp_path / "turned.jpg")
    assert (version.assets.df()["width"][0], version.assets.df()["height"][0]) == (40, 60)


def test_a_file_that_is_no_image_stops_the_import_and_is_named(version, make_images):
    paths = make_images(2)
    bad = paths[0].with_name("bad.png")
    bad.write_text("hello")
    with pytest.raises(InvalidInput, match=r"1 of 3 files .* bad\.png"):
        version.add_images([*paths, bad])
    assert version.assets.df().empty


@pytest.mark.parametrize(
    ("rows", "word"),
    [(["img_000.png", "img_009.png"], "img_009.png"), (["img_000.png", "img_000.png"], "two rows")],
)
def test_metadata_that_fits_no_image_is_refused(version, make_images, rows, word):
    with pytest.raises((InvalidInput, FileMissing), match=word):
        version.add_images(make_images(2), metadata=pd.DataFrame({"name": rows}))
    assert version.assets.df().empty


def test_adding_a_folder_again_takes_what_is_new(version, make_images, capsys):
    paths = make_images(3)
    version.add_images(paths[:2])
    version.add_images(paths)
    assert len(version.assets) == 3
    assert "1 image is new; 2 were in the version already." in capsys.readouterr().out
    version.add_images(paths)
    assert list(version.assets.df()["path"]) == [str(p) for p in paths]


def test_another_image_of_the_same_name_is_refused(version, make_images, tmp_path):
    first = make_images(1)[0]
    version.add_images([first])
    other = tmp_path / "elsewhere" / first.name
    other.parent.mkdir()
    other.write_bytes(first.read_bytes())
    with pytest.raises(Conflict, match="1 asset names"):
        version.add_images([other])
    assert len(version.assets) == 1


def test_a_pattern_without_images_says_where_it_looked(version, tmp_path):
    with pytest.raises(NotFound, match="No image matches"):
        version.add_images(str(tmp_path / "*.jpg"))


def test_the_plan_says_what_launching_does_and_launch_does_it_once(ws, version, make_images):
    c = version.add_images(make_images(3)).create_campaign("July", RECIPE, FLOW, due="2099-01-01")
    plan = c.plan()
    assert [(s.name, s.tasks) for s in plan.steps] == [("draw", 3), ("check", 0)]
    assert not plan.launched
    assert ws.sql("select count(*) as n from tasks")["n"][0] == 0
    assert c.launch().launched
    assert len(c.tasks.df()) == 3
    assert "launched already" in c.launch().warnings[0]
    assert len(c.tasks.df()) == 3
    with pytest.raises(Refused, match="one campaign at a time"):
        version.create_campaign("August", RECIPE, FLOW).launch()


def test_launching_without_images_is_refused_and_the_plan_warns(version):
    c = version.create_campaign("July", RECIPE, FLOW)
    assert "no assets" in c.plan().refusals[0]
    with pytest.raises(Refused, match="no assets"):
        c.launch()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"workflow": nb.Workflow([nb.Step("draw", "annotation", ["nobody"])])}, "no member 'nobody'"),
        (
            {"workflow": nb.Workflow([nb.Step("a", "annotation", ["ana"]), nb.Step("b", "review", ["ana"])])},
            "'ana' is annotator",
        ),
        ({"due": "2020-01-01"}, "due is in the past"),
        ({"due": "tomorrow"}, "due must look like"),
        ({"existing": "whatever"}, "existing must be one of"),
        ({"instructions": "missing.md"}, "missing.md"),
        ({"recipe": ["WBC"]}, "recipe must be"),
    ],
)
def test_a_campaign_with_a_mistake_is_not_stored(ws, version, change, word):
    with pytest.raises((InvalidInput, FileMissing), match=word):
        version.create_campaign(**{"name": "July", "recipe": RECIPE, "workflow": FLOW, **change})
    assert list(ws.campaigns) == []


def test_names_are_unique_and_what_is_missing_is_named(ws, version):
    version.create_campaign("July", RECIPE, FLOW)
    with pytest.raises(Conflict, match="'July'"):
        version.create_campaign("July", RECIPE, FLOW)
    with pytest.raises(Conflict, match="'smears'"):
        ws.create_dataset("smears")
    with pytest.raises(Conflict, match="'v1'"):
        ws.datasets["smears"].create_version("v1")
    with pytest.raises(NotFound, match="'July'"):
        ws.campaigns["June"]
    assert ws.campaigns["July"].spec.workflow == FLOW


def test_tables_are_filtered_by_any_column(ws, version, make_images):
    c = version.add_images(make_images(3)).create_campaign("July", RECIPE, FLOW)
    c.launch()
    ana = nb.Workspace(ws.client.acting(_token(ws)))
    ana.client.call("tasks.next", TaskView, campaign_id=c.campaign_id, step=0)
    assert len(c.tasks.df(assignee="ana")) == 1
    assert len(c.tasks.df(state="in_progress", step="draw")) == 3
    assert len(c.tasks.df(step=1)) == 0
    assert c.issues.df(open=True).empty
    with pytest.raises(InvalidInput, match="no column 'color'"):
        c.tasks.df(color="red")


def _token(ws):
    from nbannotate.model import Session

    return ws.client.call("sessions.open", Session, login="ana", password="password-of-ana").token


def test_sql_gives_a_dataframe_with_proper_types(ws, version, make_images):
    version.add_images(make_images(2))
    frame = ws.sql("select name, width, $1 as x from assets order by 1", [1.5])
    assert frame.to_dict("list") == {"name": ["img_000.png", "img_001.png"], "width": [64, 64], "x": [1.5, 1.5]}
    assert str(ws.sql("select created from members")["created"].dtype).startswith("datetime64")
    assert list(ws.sql("select * from shapes").columns)[:3] == ["annotation_id", "asset_id", "asset"]
    with pytest.raises(QueryFailed, match="nonsense"):
        ws.sql("select nonsense from members")


def test_acting_as_a_member_needs_the_password(tmp_path):
    with pytest.raises(LoginFailed):
        nb.open(":memory:", member="ana", password="wrong-password")


def test_annotations_are_imported_all_or_nothing(ws, version, make_images, tmp_path):
    version.add_images(make_images(1))
    file = tmp_path / "pre.json"
    text = (
        '{"images":[{"id":1,"file_name":"%s","width":64,"height":48}],"categories":[{"id":1,"name":"WBC"}],'
        '"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,10,12]}]}'
    )
    file.write_text(text.replace("%s", "other.png"))
    with pytest.raises(InvalidInput, match=r"'other\.png'"):
        version.read("coco", file)
    assert version.shapes.df().empty
    file.write_text(text.replace("%s", "img_000.png"))
    version.read("coco", file)
    row = version.shapes.df().iloc[0]
    assert (row["label"], row["kind"], row["area"], row["x"], row["y"]) == ("WBC", "rectangle", 120, 1, 2)


def test_nothing_heavy_is_imported_with_the_package(run_python):
    heavy = run_python(
        "import sys, nbannotate; nbannotate.Label; from nbannotate.owner.kernel import connect_kernel\n"
        "print(sorted({'pandas', 'duckdb', 'plotly', 'pyarrow', 'starlette'} & set(sys.modules)))"
    )
    assert heavy.strip() == "[]"


def test_the_public_names_are_twenty_at_most():
    assert len(nb.__all__) <= 22
    assert all(getattr(nb, name) is not None for name in nb.__all__ if name not in ("Annotator",))
