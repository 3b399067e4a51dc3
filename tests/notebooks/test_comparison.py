"""The comparison does not lie: our program does all eight jobs, and the page says what is counted."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb

DOCS = Path(__file__).parents[2] / "docs"


def made() -> Any:
    """Return the script that writes the page, as a module."""
    spec = importlib.util.spec_from_file_location("make_comparison", DOCS / "make_comparison.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes() -> None:
    assert (DOCS / "eight_jobs.md").read_text("utf-8") == made().text()


@pytest.mark.parametrize("tool", made().TOOLS)
def test_each_tool_has_every_job_and_says_what_it_cannot_do(tool: str) -> None:
    module = made()
    cells = module.cells(module.program(tool).read_text("utf-8"))
    assert set(cells) == {"given", *module.JOBS}
    assert all(cell.lines or cell.note for cell in cells.values())


def test_lines_and_calls_are_those_of_the_code_alone() -> None:
    code = '''"""What it is."""

# %% given
import math

# %% load
# Said of it.
x = math.floor(
    abs(1),
)  # two calls, three lines
# not counted

y = x.real

# %% launch
# Not there.
'''
    cells = made().cells(code)
    assert cells["given"] == ("", 0, 0)
    assert cells["load"] == ("Said of it.", 4, 2)
    assert cells["launch"] == ("Not there.", 0, 0)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A folder with four images and what a model says of them; it doubts three. Their names are returned."""
    monkeypatch.chdir(tmp_path)
    Path("images").mkdir()
    names = ["a.png", "b.png", "c.png", "d.png"]
    for name in names:
        Image.fromarray(np.full((80, 100, 3), 200, np.uint8)).save(Path("images") / name)
    cells = [(n, "cell", sure, 10, 10, 30, 20) for n, sure in zip(names, (0.5, 0.9, 0.4, 0.3), strict=True)]
    columns = ["image", "label", "confidence", "x", "y", "width", "height"]
    predicted = pd.DataFrame([*cells, ("a.png", "platelet", 0.8, 50, 50, 10, 10)], columns=columns)
    predicted.to_csv("predicted.csv", index=False)
    return names


def test_ours_does_all_eight_jobs(here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ws = nb.open(":memory:")
    for login, role in {"ana": "annotator", "ben": "annotator", "chloe": "reviewer"}.items():
        ws.members.add(login, role=role, password="a long password")
    monkeypatch.setattr(nb, "open", lambda path: ws)
    code = made().program("nbannotate").read_text("utf-8")
    before, after = code.split("# %% follow")
    names: dict[str, Any] = {}
    exec(compile(before, "with_nbannotate.py", "exec"), names)
    assert names["july"].progress.remaining == 3
    for login in ("ana", "ben", "chloe"):
        for task in names["july"].as_member(login):
            task.submit()
    exec(compile(after, "with_nbannotate.py", "exec"), names)
    assert dict(zip(names["progress"]["member"], names["progress"]["done"], strict=True)) == {
        "ana": 2,
        "ben": 1,
        "chloe": 3,
    }
    assert sorted(names["answers"]["asset"]) == ["a.png", "a.png", "c.png", "d.png"]
    assert names["measured"].stats[0] == pytest.approx(1)
    ws.close()
