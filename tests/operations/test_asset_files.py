"""The owner serves images and nothing else, whatever a developer says that an asset is."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import imaging
from nbannotate.errors import InvalidInput, NbannotateError, NotAllowed, NotFound, ReadFailed
from nbannotate.imaging import child, isolated
from nbannotate.imaging.child import Look
from nbannotate.imaging.isolated import Apart, Asked
from nbannotate.operations import asset_files
from nbannotate.store.duckdb.engine import Engine
from nbannotate.workspace import frames


@pytest.fixture
def version():
    return nb.open(":memory:").create_dataset("d").create_version("v")


def add(version, path, width=30, height=20, name="x"):
    rows = pd.DataFrame({"name": [name], "path": [str(path)], "folder": [""], "width": [width], "height": [height],
                         "bytes": [1], "metadata": ["{}"]})  # fmt: skip
    version.workspace.client.upload("assets.add", int, frames.to_parquet(rows), version_id=version.version_id)
    return int(version.assets.df()["asset_id"].iloc[-1])


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "good.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)).save(path)
    return path


def test_a_file_that_is_no_image_is_refused_when_it_is_added(version, tmp_path):
    for path in (Path("/etc/passwd"), tmp_path / "script.png"):
        if path.parent == tmp_path:
            path.write_text("#!/bin/sh\n")
        with pytest.raises(InvalidInput, match="not an image of a known format"):
            add(version, path)
    assert version.assets.df().empty


def test_a_size_that_is_not_that_of_the_file_is_refused(version, picture):
    with pytest.raises(InvalidInput, match="it has 30 x 20 pixels, not 31 x 20"):
        add(version, picture, width=31)
    add(version, picture)


@pytest.mark.parametrize("size", [(30, 20), (0, 0), (10_000, 10_000)])
def test_what_is_no_image_is_not_served_either(version, tmp_path, size):
    path = tmp_path / "later.png"
    asset = add(version, path, *size)  # it is not there yet
    with pytest.raises(NotFound, match="is not where it was"):
        version.workspace.client.source(asset)
    path.symlink_to("/etc/passwd")
    with pytest.raises(ReadFailed, match="not an image of a known format"):
        version.workspace.client.source(asset)


def test_only_regular_files_are_opened(version, tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "loop.png").symlink_to("loop.png")
    for name in ("pipe.png", "folder.png", "loop.png"):
        asset = add(version, tmp_path / name, name=name)
        with pytest.raises(NotFound):
            version.workspace.client.image(asset)


def test_nothing_that_lies_beside_the_workspace_is_served_even_if_it_is_an_image(tmp_path, picture):
    engine = Engine(tmp_path / "work.duckdb", spool=tmp_path / "spool")
    try:
        body = picture.read_bytes()
        places = [
            tmp_path / ".work.duckdb.nbannotate" / "owner.json",
            tmp_path / "work.duckdb.backup",
            engine.spool / "x.png",
        ]
        places[0].parent.mkdir()
        for place in places:
            place.write_bytes(body)
        (tmp_path / "link.png").symlink_to(places[0])
        os.link(places[1], tmp_path / "hard.png")
        for path in (*places, tmp_path / "link.png", tmp_path / "hard.png", tmp_path / "work.duckdb"):
            with pytest.raises(NotAllowed, match="belongs to the workspace"):
                asset_files.body(engine, str(path), "x")
            with pytest.raises(NotAllowed, match="belongs to the workspace"):
                asset_files.check(engine, [("x", str(path), 0, 0)])
        assert asset_files.body(engine, str(picture), "x") == body
    finally:
        engine.close()


def test_what_was_looked_at_is_what_is_served(tmp_path, picture, monkeypatch):
    engine = Engine(":memory:")
    path, body = tmp_path / "asset.png", picture.read_bytes()
    path.write_bytes(body)
    look = isolated.look

    def swapped(asked, key=0):
        found = look(asked, key)
        path.unlink()
        path.symlink_to("/etc/passwd")  # between the look and the reading
        return found

    monkeypatch.setattr(isolated, "look", swapped)
    assert asset_files.body(engine, str(path), "x") == body
    engine.close()


def test_a_frame_is_taken_out_by_the_process_apart(version, tmp_path, monkeypatch):
    pages = [Image.new("L", (30 + i, 20), 40 * i) for i in range(3)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    version.add_images(tmp_path / "scan.tif")
    monkeypatch.setattr(imaging, "extracted", lambda *_: pytest.fail("it is decoded in this process"))
    for i, asset in enumerate(version.assets.df()["asset_id"]):
        still = imaging.read(version.workspace.client.image(int(asset)))
        assert still.pixels.shape == (20, 30 + i)
        assert still.pixels[0, 0] == 40 * i


def test_a_file_that_ends_the_process_is_no_image_and_the_others_are(tmp_path, picture, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, os\n"
        "if 'nbannotate.imaging.child' in ' '.join(sys.orig_argv):\n"
        "    from nbannotate.imaging import files\n"
        "    plain = files.measure\n"
        "    def measure(path, whole=True, name=None):\n"
        "        if name.endswith('.kill'):\n"
        "            os._exit(9)\n"
        "        if name.endswith('.loop'):\n"
        "            while True: pass\n"
        "        return plain(path, whole, name)\n"
        "    files.measure = measure\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = Apart(patience_s=5)
    handles = [os.open(picture, os.O_RDONLY) for _ in range(4)]
    try:
        looks = [Look(suffix) for suffix in (".png", ".kill", ".loop", ".png")]
        seen = process.look([Asked(h, look) for h, look in zip(handles, looks, strict=True)])
        assert [one.sizes for one in seen] == [((30, 20),), (), (), ((30, 20),)]
        assert "too long or too much memory" in seen[1].reason
    finally:
        process.close()
        for handle in handles:
            os.close(handle)


def test_the_process_apart_has_limits_and_no_secrets(monkeypatch, picture):
    monkeypatch.setenv("NBANNOTATE_TOKEN", "secret")
    process = Apart()
    with picture.open("rb") as file:
        assert process.look([Asked(file.fileno(), Look(".png"))])[0].sizes == ((30, 20),)
    pid = process._end.peek()[2][0].pid
    try:
        if not Path(f"/proc/{pid}/environ").exists():
            pytest.skip("the system does not tell")
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert str(child.SPACE) in limits.split("Max address space")[1].split("\n")[0]
        assert "unlimited" not in limits.split("Max cpu time")[1].split("\n")[0]
    finally:
        process.close()


def descriptors():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_many_files_are_looked_at_together(tmp_path, picture, monkeypatch):
    engine, rows = Engine(":memory:"), []
    for i in range(350):
        path = tmp_path / f"{i}.png"
        path.hardlink_to(picture)
        rows.append((path.name, str(path), 30, 20))
    asked = []
    look = isolated.look
    monkeypatch.setattr(isolated, "look", lambda some, key=0: asked.append(len(some)) or look(some, key))
    before = descriptors()
    asset_files.check(engine, rows)
    assert asked == [100, 100, 100, 50]
    assert descriptors() <= before
    with pytest.raises(NbannotateError, match=r"1 of 350 assets.*7\.png"):
        asset_files.check(engine, [(n, p, w + (n == "7.png"), h) for n, p, w, h in rows])
    engine.close()
