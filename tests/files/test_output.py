"""Output destroys nothing: not the workspace under any of its names, not images, not what a link only points to."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

import nbannotate as nb
from nbannotate import cli
from nbannotate.errors import CannotWrite
from nbannotate.files import output

pytestmark = pytest.mark.usefixtures("owners_end")


@pytest.fixture
def version(make_images):
    """A version in memory with two images."""
    workspace = nb.open(":memory:")
    yield workspace.create_dataset("d").create_version("v").add_images(make_images(2))
    workspace.close()


def link(target: Path, place: Path) -> Path:
    place.symlink_to(target)
    return place


def hard(target: Path, place: Path) -> Path:
    place.hardlink_to(target)
    return place


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "old.json").write_text("old")
    output.replace(link(Path("old.json"), tmp_path / "latest.json"), b"new")
    output.replace(link(Path("not_there_yet.json"), tmp_path / "next.json"), b"next")
    assert (tmp_path / "latest.json").is_symlink()
    assert (tmp_path / "old.json").read_text() == "new"
    assert (tmp_path / "not_there_yet.json").read_text() == "next"
    assert {p.name for p in tmp_path.iterdir()} == {"old.json", "latest.json", "next.json", "not_there_yet.json"}


def test_who_may_read_a_file_may_read_it_afterwards(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("old")
    file.chmod(0o640)
    output.replace(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_pipe_is_written_into_and_stays(tmp_path):
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    with pytest.raises(CannotWrite, match="is anybody reading"):
        output.replace(pipe, b"x")
    reader = os.open(pipe, os.O_RDWR)  # its own writer: never at its end before the other one came
    thread = threading.Thread(target=lambda: output.replace(pipe, b"x" * 200_000))
    thread.start()
    while part := os.read(reader, 1 << 16):
        got.append(part)
        if sum(map(len, got)) == 200_000:
            break
    thread.join()
    os.close(reader)
    assert sum(map(len, got)) == 200_000
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    output.replace("/dev/null", b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("to_file", [False, True], ids=["pipe", "file"])
def test_standard_output_is_written_to_whatever_it_is(tmp_path, name, to_file):
    code = f"from nbannotate.files import output; print('a'); output.replace({name!r}, b'b\\n'); print('c')"
    out = tmp_path / "out"
    if to_file:
        with out.open("wb") as file:
            subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
        said = out.read_text()
    else:
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert said == "a\nb\nc\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == (["out"] if to_file else [])


def test_folders_and_loops_of_links_are_refused_in_a_sentence(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    for path, why in (
        (tmp_path, "is a folder"),
        (tmp_path / "loop", "cannot be written"),
        (tmp_path / "a\0", "cannot be written"),
    ):
        with pytest.raises(CannotWrite, match=why):
            output.replace(path, b"x")


def test_no_database_is_replaced(tmp_path):
    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    with pytest.raises(CannotWrite, match="is a DuckDB database"):
        output.replace(tmp_path / "other.duckdb", b"x")


HIDDEN = ".work.duckdb.nbannotate/owner.json"
WAYS = {
    "itself": lambda file, folder: file,
    "a link": lambda file, folder: link(file, folder / "other.json"),
    "a link to a link": lambda file, folder: link(link(file, folder / "one"), folder / "other.json"),
    "a hard link": lambda file, folder: hard(file, folder / "other.json"),
    "with dots": lambda file, folder: file.parent / ".." / file.parent.name / file.name,
    "through a linked folder": lambda file, folder: link(file.parent, folder / "linked") / file.name,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", ["img_000.png", "work.duckdb", "work.duckdb.wal", HIDDEN])
def test_what_a_workspace_needs_is_not_replaced_under_any_name(tmp_path, make_images, what, way):
    folder, other = tmp_path / "place", tmp_path / "elsewhere"
    folder.mkdir(), other.mkdir()
    image = make_images(1)[0]
    needed = image if what.endswith(".png") else folder / what
    needed.parent.mkdir(exist_ok=True)
    if needed is not image and ("hard" in way or what != "work.duckdb.wal"):
        needed.write_bytes(b"what was there")
    before = needed.read_bytes() if needed.exists() else None
    with (
        output.protecting(folder / "work.duckdb", lambda: [str(image)]),
        pytest.raises(CannotWrite, match="choose another name"),
    ):
        output.replace(WAYS[way](needed, other), b"x")
    assert (needed.read_bytes() if needed.exists() else None) == before


def test_an_export_spares_the_images_and_a_frame_of_a_file_too(version, tmp_path):
    image = tmp_path / "images" / "img_000.png"
    before = image.read_bytes()
    for path in (image, link(image, tmp_path / "link.json"), hard(image, tmp_path / "hard.json")):
        with pytest.raises(CannotWrite, match="is an image of the workspace"):
            version.write("coco", path)
    assert image.read_bytes() == before
    version.write("coco", tmp_path / "out.json")
    assert version.read("coco", tmp_path / "out.json").left_out == ()


def test_the_command_line_spares_the_workspace(tmp_path, make_images, capsys):
    path = tmp_path / "work.duckdb"
    workspace = nb.open(path)
    workspace.create_dataset("d").create_version("v").add_images(make_images(1))
    command = ["export", str(path), "--version", "d/v", "--overwrite", "--to"]
    for to in (path, link(path, tmp_path / "a.json"), path.with_name("work.duckdb.wal")):
        assert cli.main([*command, str(to)]) == 2
        assert "belongs to the workspace" in capsys.readouterr().err
    assert cli.main([*command, str(tmp_path / "out.json")]) == 0
    assert "Wrote 1 assets" in capsys.readouterr().out
    assert len(workspace.sql("select * from assets")) == 1
    workspace.close()


def test_the_command_line_writes_to_standard_output_what_is_said_goes_elsewhere(tmp_path, make_images, capfdbinary):
    path = tmp_path / "work.duckdb"
    workspace = nb.open(path)
    workspace.create_dataset("d").create_version("v").add_images(make_images(1))
    workspace.close()
    capfdbinary.readouterr()
    assert cli.main(["export", str(path), "--version", "d/v", "--to", "-"]) == 0
    out, err = capfdbinary.readouterr()
    assert out.startswith(b'{"images"') or out.startswith(b'{"info"')
    assert b"Wrote 1 assets" in err
    assert not (tmp_path / "-").exists()


#: What these write is put aside for a moment, in a temporary folder; nobody says where.
IN_A_FOLDER_OF_THEIR_OWN = {
    "formats/_csv_lines.py", "formats/_image_folder_writer.py", "formats/_tables.py", "workspace/frames.py",
    "workspace/reading.py", "workspace/snapshot.py",
}  # fmt: skip
#: What these write is in a folder that they make or of the workspace, under a new name; nothing is replaced.
UNDER_NEW_NAMES = {"workspace/backups.py", "workspace/copying.py"}


def test_only_two_modules_write_files_where_people_say():
    writing = re.compile(
        r"\.write_(text|bytes)\(|open\([^)]*[\"'][wax]b?\+?[\"']|os\.(replace|rename)|shutil\.(copy|move)"
    )
    package = Path(nb.__file__).parent
    found = {
        str(file.relative_to(package))
        for folder in ("formats", "workspace", "stats", "charts", "files", "cli")
        for file in (package / folder).rglob("*.py")
        if writing.search(file.read_text("utf-8"))
    }
    assert found - IN_A_FOLDER_OF_THEIR_OWN - UNDER_NEW_NAMES == {"files/output.py", "files/target.py"}
