"""The documentation does not lie: each of its Python snippets runs as it stands, as the role that its page is for."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.remote.fixtures import far, moto_port  # noqa: F401  fixtures
from tests.remote.stores import Bucket

import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.shapes.mask import mask
from nbannotate.shapes.rle import Region

DOCS = Path(__file__).parents[2] / "docs"
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
PASSWORD = "a long password"
SHAPE = nb.Shape(kind="polygon", points=((1, 1), (40, 4), (20, 30)), label="cell")


def people(ws: Any) -> Any:
    """Add everybody whom the documentation names; return a dataset with a version of the images there are."""
    roles = {"ana": "annotator", "ben": "annotator", "carl": "annotator", "chloe": "reviewer"}
    roles |= {"dev": "developer", "mara": "manager"}
    for login, role in roles.items():
        ws.members.add(login, role=role, password=PASSWORD)
    return ws.create_dataset("blood").create_version("v1").add_images("images/*.jpg")


def campaign(version: Any, name: str = "July") -> Any:
    draw = nb.Step("draw", "annotation", {"ana": 2, "ben": 1}, attribution="weighted")
    check = nb.Step("check", "review", ["chloe"], statuses=["for expert review"])
    made = version.create_campaign(name, nb.Recipe(["WBC", "RBC"], ["blurred"]), nb.Workflow([draw, check]))
    made.launch()
    return made


# What a page assumes to be there: each function returns the names that its snippets use.


def nothing(ws: Any) -> dict[str, Any]:
    return {}


def workspace(ws: Any) -> dict[str, Any]:
    return {"ws": ws}


def at_work(ws: Any) -> dict[str, Any]:
    campaign(people(ws))
    return {"ws": ws}


def a_version(ws: Any) -> dict[str, Any]:
    version = people(ws)
    predicted = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 80, "height": 60}],
        "categories": [{"id": 1, "name": "WBC"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 30, 20], "score": 0.9}],
    }
    Path("model_output.json").write_text(json.dumps(predicted))
    return {"version": version, "v1": version}


def known(ws: Any) -> dict[str, Any]:
    version = people(ws)
    answers = version.dataset.create_version("known").add_images(sorted(Path("images").glob("*.jpg"))[:1])
    shape = nb.Shape.box(10, 10, 40, 30, label="WBC")
    answers.add_annotations({answers.assets.df()["name"][0]: [shape]}, source="expert")
    answers.publish()
    return {"version": version}


def trained(ws: Any) -> dict[str, Any]:
    return {"ws": ws, **a_version(ws)}


def labelled(ws: Any) -> dict[str, Any]:
    version = people(ws)
    box = nb.Shape.rectangle(1, 1, 9, 9)
    stages = [box.replace(label="WBC", id=f"s{i}", attributes={"stage": v}) for i, v in enumerate(["early", "unsure"])]
    drawn = [box.replace(label=label, id=label) for label in ("RBC", "WBC", "Platelets")]
    version.add_annotations({"a.jpg": [*drawn, *stages]}, source="a model")
    return {"version": version}


def running(ws: Any) -> dict[str, Any]:
    return {"ws": ws, "campaign": campaign(people(ws))}


def drawing(ws: Any) -> dict[str, Any]:
    from nbannotate.shapes.base import Kind

    return {"array": np.zeros((60, 80, 3), np.uint8), "other_array": np.ones((60, 80, 3), np.uint8), "Kind": Kind}


def writing(ws: Any) -> dict[str, Any]:
    version = people(ws)
    dataset = ws.datasets["blood"]
    made = campaign(version, "First")
    Path("july.yaml").write_text(made.to_yaml())
    steps = nb.Workflow([nb.Step("draw", "annotation", ["ana"], statuses=["for expert review"])])
    again = dataset.create_version("again").add_images("images/*.jpg")
    again.create_campaign("Take again", nb.Recipe(["RBC"]), steps)
    table = pd.DataFrame({"name": ["a.png", "b.png"], "series": ["s", "s"], "z": [1.0, 2.0]})
    return {"dataset": dataset, "campaign": made, "look": steps, "workflow": steps, "version": version, "table": table}


def slices(ws: Any) -> dict[str, Any]:
    people(ws)
    Path("series").mkdir()
    for i in range(60):
        Image.new("L", (64, 48), i).save(f"series/{i:03}.png")
    series = ws.create_dataset("MR").create_version("v1").add_images("series/", sequence="folder")
    series.create_campaign(
        "MR series", nb.Recipe(["cell"]), nb.Workflow([nb.Step("draw", "annotation", ["root"])])
    ).launch()
    return {"ws": ws, "tumor": SHAPE}


def shapes(ws: Any) -> dict[str, Any]:
    array = np.zeros((60, 80), bool)
    array[10:30, 20:40] = True
    return {"shape": SHAPE, "x": 5.0, "y": 5.0, "array": array, "width": 80, "height": 60}


def viewed(ws: Any) -> dict[str, Any]:
    version = people(ws)
    version.add_annotations({"a.jpg": [SHAPE]}, source="model")
    array = np.zeros((60, 80, 3), np.uint8)
    region = np.zeros((60, 80), bool)
    region[3:9, 3:9] = True
    drawn = [SHAPE, mask(Region(0, 0, region), region.shape, label="cell")]
    return {
        "ws": ws, "array_a": array, "array_b": array, "shapes_of_a": drawn, "shapes_of_b": [], "drawn": drawn,
        "predicted": [SHAPE], "shape": SHAPE, "images": ["smear.jpg"], "recipe": nb.Recipe(["cell"]),
    }  # fmt: skip


def two_versions(ws: Any) -> dict[str, Any]:
    version = people(ws)
    version.add_annotations({"a.jpg": [SHAPE, nb.Shape.rectangle(1, 1, 20, 9, label="WBC")]}, source="model")
    child = version.create_child("v2")
    child.add_annotations({"a.jpg": [SHAPE]}, source="model")
    table = pd.DataFrame({"asset": ["a.jpg"], "label": ["cell"], "x": [1], "y": [1], "width": [30], "height": [20]})
    return {"ws": ws, "dataset": ws.datasets["blood"], "predictions": table}


def answered(ws: Any) -> dict[str, Any]:
    """Two versions, and a completed campaign in which chloe changed what ana said."""
    names = two_versions(ws)
    dataset = names["dataset"]
    version = dataset.create_version("checked").add_images("images/*.jpg")
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])]
    made = version.create_campaign("July", nb.Recipe(["WBC", "cell"]), nb.Workflow(steps))
    made.launch()
    ana, chloe = ws.acting("ana", PASSWORD), ws.acting("chloe", PASSWORD)
    while task := ana.work.next("July"):
        task.submit([SHAPE])
    while task := chloe.work.next("July"):
        task.save([SHAPE, nb.Shape.rectangle(1, 1, 20, 9, label="WBC")])
        task.accept()
    return {"ws": ws, "dataset": dataset, "campaign": made}


def windowed(ws: Any) -> dict[str, Any]:
    version = people(ws)
    return {"version": version, "canvas": nb.Canvas(np.full((60, 80), 300, np.uint16))}


#: The role that a page is for, and what it assumes.
PAGES: dict[str, tuple[str, Callable[[Any], dict[str, Any]]]] = {
    "again": ("owner", workspace),
    "agreement": ("owner", answered),
    "annotating": ("annotator", at_work),
    "campaigns": ("owner", a_version),
    "canvas": ("owner", drawing),
    "choosing": ("owner", nothing),
    "consensus": ("owner", a_version),
    "data": ("owner", a_version),
    "diff": ("owner", two_versions),
    "forecast": ("developer", running),
    "gold": ("owner", known),
    "images": ("owner", windowed),
    "labels": ("owner", labelled),
    "managing": ("manager", at_work),
    "notices": ("annotator", at_work),
    "python": ("owner", nothing),
    "recipes": ("owner", writing),
    "sequences": ("owner", slices),
    "shapes": ("owner", shapes),
    "sql": ("developer", running),
    "statistics": ("developer", running),
    "tables": ("developer", running),
    "training": ("owner", trained),
    "versions": ("owner", a_version),
    "viewer": ("developer", viewed),
}

#: Each cell of a page is run twice, but of these: they change names or labels, delete, add a person, exclude slices
#: for good.
ONCE = {"again", "agreement", "campaigns", "labels", "sequences"}


def acting(names: dict[str, Any], ws: Any, role: str) -> dict[str, Any]:
    """Return the names as a member of a role has them."""
    login = {"annotator": "ana", "manager": "mara", "developer": "dev"}[role]
    theirs = ws.acting(login, PASSWORD)
    own = {"ws": lambda: theirs, "campaign": lambda: theirs.campaigns["July"]}
    return {name: own[name]() if name in own else value for name, value in names.items()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the files that the documentation names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")
    for folder in ("images", "scans", "inbox", "study"):
        Path(folder).mkdir()
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8))
    for name in ("smear.jpg", "a.jpg", "b.jpg", "images/a.jpg", "images/smear_017.jpg", "scans/a.png", "scans/b.png"):
        picture.save(name)
    picture.save("inbox/c.jpg")
    picture.save("stack.tif", save_all=True, append_images=[picture])
    picture.save("atlas.pdf")
    Path("guide.md").write_text("# Guide\n")
    yield tmp_path
    end_owner(tmp_path / "blood.duckdb")


@pytest.fixture
def a_bucket(moto_port: int, far: None, monkeypatch: pytest.MonkeyPatch) -> Bucket:  # noqa: F811
    """Return the bucket of which the documentation speaks."""
    made = Bucket(moto_port, "bucket")
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    return made


def snippets(page: str) -> list[str]:
    return SNIPPET.findall((DOCS / f"{page}.md").read_text("utf-8"))


def test_every_page_with_snippets_says_whom_it_is_for() -> None:
    assert {p.stem for p in DOCS.glob("*.md") if snippets(p.stem)} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_of_a_page_run(page: str, here: Path, request: pytest.FixtureRequest) -> None:
    role, assumes = PAGES[page]
    if page == "images":
        shared_data = request.getfixturevalue("shared_data")
        shutil.copytree(shared_data / "dicom_ct3_window", "study", dirs_exist_ok=True)
        shutil.copy(next((shared_data / "video").glob("*.avi")), "street.mp4")
        request.getfixturevalue("a_bucket").put("study/far/1.png", Path("scans/a.png").read_bytes())
    with contextlib.closing(nb.open("blood.duckdb" if page == "annotating" else ":memory:")) as ws:
        names = {"nb": nb, **assumes(ws)}
        if role != "owner":
            names = acting(names, ws, role)
        for number, code in enumerate(snippets(page)):
            code = code.replace('password="…"', f"password={PASSWORD!r}")
            for _ in range(1 if page in ONCE else 2):
                exec(compile(code, f"{page}.md, snippet {number + 1}", "exec"), names)
        if page == "python":  # both rounds of Ana's image, once each although every cell ran twice
            assert sorted(names["answers"]["label"]) == ["RBC", "WBC", "WBC"]
        if page == "annotating":
            names["ws"].close()
