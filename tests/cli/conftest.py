"""A workspace to run commands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.cli import main
from nbannotate.demo import end_owner


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace with a dataset of two images and a launched campaign; its owner process ends with the test."""
    monkeypatch.setenv("NBANNOTATE_OWNER_IDLE", "60")
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((40, 60), 128, np.uint8)).save(tmp_path / name)
    path = tmp_path / "work.duckdb"
    ws = nb.open(path)
    ws.members.add("ana", role="annotator")
    version = ws.create_dataset("smears").create_version("v1").add_images(str(tmp_path / "*.png"))
    flow = nb.Workflow((nb.Step("draw", kind="annotation", assignees=("ana",)),))
    version.create_campaign("July", nb.Recipe(labels=(nb.Label("cell"),)), flow).launch()
    ws.close()
    yield path
    end_owner(path)


def mistake(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command that must fail, and return its one sentence."""
    assert main([str(a) for a in arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.strip().splitlines()
    assert line.startswith("nbannotate: ")
    return line.removeprefix("nbannotate: ")
