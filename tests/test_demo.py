"""The demo: built with one command, the same when started again, ended whole with Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import psutil
import pytest
import requests
from PIL import Image

import nbannotate as nb
from nbannotate import demo
from nbannotate.errors import InvalidInput
from nbannotate.model import Job

pytestmark = pytest.mark.slow
pytest.importorskip("skimage", reason="the demo takes its images from scikit-image")


def left_over(folder: Path, patience_s: float = 60.0) -> list[str]:
    """The command lines of processes that work in a folder, after those that are just ending had time to."""
    until = time.monotonic() + patience_s
    while True:
        processes = psutil.process_iter(["cmdline"])
        found = [" ".join(p.info["cmdline"]) for p in processes if str(folder) in str(p.info["cmdline"])]
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.05)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[demo.Demo, list[str]]]:
    """A demo, and what was said while it was built."""
    folder = tmp_path_factory.mktemp("demo") / "nbannotate-demo-here"  # as the command calls its own
    said: list[str] = []
    made = demo.build(folder, said.append)
    yield made, said
    demo.end_owner(made.path)
    assert left_over(folder) == []


def test_the_demo_says_what_it_does(built: tuple[demo.Demo, list[str]]) -> None:
    _, said = built
    assert len(said) >= 3
    assert all(sentence.endswith(".") for sentence in said)


def test_the_images_are_real_and_of_different_kinds(built: tuple[demo.Demo, list[str]]) -> None:
    made, _ = built
    files = sorted((made.path.parent / "images").iterdir())
    assert 12 <= len(files) <= 24
    assert {f.suffix for f in files} == {".png", ".jpg"}
    for file in files:
        with Image.open(file) as image:
            image.load()
            assert min(image.size) >= 500
            assert max(high - low for low, high in image.convert("RGB").getextrema()) > 60


def test_what_the_computation_finds_lies_in_the_images(built: tuple[demo.Demo, list[str]]) -> None:
    made, _ = built
    ws = nb.open(made.path)
    shapes = ws.sql("select s.*, a.width as w, a.height as h from shapes s join assets a on a.asset_id = s.asset_id")
    ws.close()
    assert set(shapes["label"]) == {"coin", "nucleus", "galaxy", "cell", "optic disc"}
    assert shapes.groupby("label").size()["coin"] >= 20
    assert shapes["confidence"].between(0, 1).all()
    for row in shapes.itertuples():
        assert all(0 <= x <= row.w and 0 <= y <= row.h for x, y in json.loads(row.points))


def test_ana_and_chloe_have_work_and_something_is_done_already(built: tuple[demo.Demo, list[str]]) -> None:
    made, _ = built
    passwords = {v.login: v.password for v in made.logins}
    ws = nb.open(made.path)
    progress = ws.campaigns[demo.CAMPAIGN].progress
    ws.close()
    assert (progress.total, progress.done, progress.open_issues) == (16, 2, 1)
    jobs = {}
    for login in ("ana", "chloe"):
        member = nb.open(made.path, member=login, password=passwords[login])
        (jobs[login],) = member.client.call("tasks.mine", list[Job])
        member.close()
    assert jobs["ana"].returned == 1
    assert jobs["ana"].waiting == 11
    assert jobs["chloe"].remaining == 2


def test_a_second_start_goes_on_with_the_same_demo(built: tuple[demo.Demo, list[str]]) -> None:
    made, _ = built
    again = demo.build(made.path.parent, lambda sentence: None)
    assert again.again
    assert again.logins == made.logins
    assert (made.path.parent / "logins.json").stat().st_mode & 0o077 == 0


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(InvalidInput, match="holds other files"):
        demo.build(tmp_path, lambda sentence: None)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """What a process prints, line by line, for a minute at most between two lines."""
    queue: Queue[str | None] = Queue()

    def pump() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            queue.put(line)
        queue.put(None)

    threading.Thread(target=pump, daemon=True).start()
    while (line := queue.get(timeout=90)) is not None:
        yield line


def test_the_served_demo_prints_a_url_and_logins_and_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    process = subprocess.Popen(
        [sys.executable, "-m", "nbannotate.cli", "demo", "--folder", str(folder), "--untouched", "--port", "18866"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        printed = ""
        for line in lines_of(process):
            printed += line
            if "Ctrl-C ends it" in line:
                break
        found = re.search(r"Open (http://\S+) and log in", printed)
        assert found, printed
        for login in ("mara", "ana", "chloe"):
            assert re.search(rf"^  {login} +\S{{8,}} +\w+$", printed, re.MULTILINE)
        page = requests.get(found[1], timeout=30)
        assert page.status_code == 200
        assert "/login" in page.url
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
            demo.end_owner(folder / demo.FILE)
    assert left_over(folder) == []
    assert not requests_answered(found[1])


def requests_answered(url: str) -> bool:
    """Whether anything still answers at an address."""
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return False
    return True
