"""The README does not lie: its notebook runs as it stands, and its links lead somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from nbannotate.demo import end_owner

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder as the README assumes one: images, and a model's output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.fromarray(np.full((80, 100, 3), 200, np.uint8)).save(tmp_path / "images" / name)
    model_output = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
        "categories": [{"id": 1, "name": "WBC"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 30, 20], "score": 0.9}],
    }
    (tmp_path / "model_output.json").write_text(json.dumps(model_output))
    yield tmp_path
    end_owner(tmp_path / "blood.duckdb")


def test_the_notebook_in_the_readme_runs(work: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert code.count("ws.serve(port=8866)") == 1
    code = code.replace("ws.serve(port=8866)", "server = ws.serve(port=0)")
    names: dict[str, Any] = {"df": pd.DataFrame({"name": ["a.jpg", "b.jpg"], "stain": ["Giemsa", "Giemsa"]})}
    try:
        exec(compile(code, "README.md", "exec"), names)
        exported = json.loads((work / "smears.json").read_text())
        assert [v["name"] for v in exported["categories"]] == ["WBC", "RBC"]
        assert [v["bbox"] for v in exported["annotations"]] == [[10, 10, 30, 20]]
        assert names["c"].progress.remaining == 2
    finally:
        if "server" in names:
            names["server"].stop()
        if "ws" in names:
            names["ws"].close()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text())
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []
