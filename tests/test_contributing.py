"""CONTRIBUTING.md: what it says of adding a shape kind, a format, a statistic and a language, done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nbannotate

PAGE = Path(__file__).resolve().parents[1] / "CONTRIBUTING.md"

BEGIN = """
import sys
from pathlib import Path
import numpy as np
import pandas as pd
from PIL import Image
import nbannotate as nb

folder = Path(sys.argv[1])
for name in ("a.png", "b.png"):
    Image.fromarray(np.full((80, 120, 3), ord(name[0]), np.uint8)).save(folder / name)
ws = nb.open(":memory:")
version = ws.create_dataset("d").create_version("v").add_images(folder)
"""

#: What a page says of a walk, as its user would do it.
DONE = {
    "A shape kind": """
        from nbannotate import shapes
        three = [(10, 10), (50, 10), (30, 40)]
        given = {"asset": "a.png", "kind": "triangle", "label": "wedge", "points": three}
        version.add_annotations(pd.DataFrame([given]), source="me")
        recipe = nb.Recipe(labels=[nb.Label("wedge", kinds=["triangle"])])
        assert shapes.kind("triangle").area(three) == 600
        assert version.shapes.df()["kind"].tolist() == ["triangle"]
        four = given | {"asset": "b.png", "points": [*three, (20, 20)]}
        try:
            version.add_annotations(pd.DataFrame([four]), source="me")
        except nb.errors.InvalidInput as error:
            assert "3" in str(error), error
        else:
            raise AssertionError("a triangle of four corners was taken")
        """,
    "A format": """
        boxes = [
            {"asset": "a.png", "label": "WBC", "x": 10, "y": 20, "width": 30, "height": 40},
            {"asset": "b.png", "label": "RBC", "x": 0.5, "y": 0.25, "width": 3, "height": 4},
        ]
        version.add_annotations(pd.DataFrame(boxes), source="me")
        version.write("lines", folder / "out.boxes")
        again = ws.create_dataset("e").create_version("v").add_images(folder)
        again.read(folder / "out.boxes")
        columns = ["asset", "label", "x", "y", "width", "height"]
        assert again.shapes.df()[columns].equals(version.shapes.df()[columns])
        """,
    "A statistic": """
        found = [("a.png", "WBC", 1), ("a.png", "RBC", 50), ("b.png", "WBC", 1)]
        boxes = [{"asset": a, "label": n, "x": x, "y": 2, "width": 30, "height": 40} for a, n, x in found]
        version.add_annotations(pd.DataFrame(boxes), source="me")
        frame = nb.stats.assets_per_label(version)
        assert frame.values.tolist() == [["RBC", 1], ["WBC", 2]], frame
        assert nb.stats.assets_per_label(version, label="WBC")["assets"].tolist() == [2]
        bars = nb.charts.assets_per_label(version).data[0]
        assert list(bars.y) == [1, 2]
        nb.Dashboard(version).report(folder / "report.html")
        assert "Images per label (images)" in (folder / "report.html").read_text("utf-8")
        """,
    "A language": """
        from nbannotate.texts import tables
        assert tables.languages()["it"] == "Italiano"
        assert tables.choose(None, "it-IT,it;q=0.9,en;q=0.5") == "it"
        said = tables.texts_of("it")
        assert (said("Log in"), said("Log out")) == ("Accedi", "Log out")
        assert said.said("1 image submitted.") == "1 immagine inviata."
        assert said.said("12 images submitted.") == "12 immagini inviate."
        """,
}


def walks() -> dict[str, dict[str, str]]:
    """Return the files of each walk by their paths in the package, as the page shows them."""
    found = {}
    for section in re.split(r"^### ", PAGE.read_text("utf-8").split("## Four walks")[1], flags=re.MULTILINE)[1:]:
        files = re.findall(r"```(?:python|json|ts)\n# src/nbannotate/(\S+).*?\n(.*?)```", section, flags=re.DOTALL)
        found[section.splitlines()[0]] = dict(files)
    return found


@pytest.fixture
def package(tmp_path):
    """Return a function that makes a copy of the package with files added, and runs Python with it."""

    def run(files, *arguments):
        root = tmp_path / "copy"
        shutil.copytree(
            Path(nbannotate.__file__).parent, root / "nbannotate", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name, text in files.items():
            assert not (root / "nbannotate" / name).exists(), f"{name} is there already"
            (root / "nbannotate" / name).write_text(text, "utf-8")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=PAGE.parent, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    return run


@pytest.mark.slow
@pytest.mark.parametrize("walk", DONE)
def test_what_the_page_says_of_a_walk_is_all_that_it_takes(walk, package, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    script = tmp_path / "walk.py"
    lines = DONE[walk].splitlines()
    script.write_text(BEGIN + "\n".join(line.removeprefix(" " * 8) for line in lines) + "\n", "utf-8")
    package(walks()[walk], str(script), str(folder))


def test_every_walk_of_the_page_is_done_here():
    assert set(walks()) == set(DONE)
    assert all(walks().values())
