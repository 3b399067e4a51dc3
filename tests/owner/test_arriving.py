"""Tables that come one by one while they are made: whatever happens between, all of them come in, or none."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from owner_rig import Campaign, Script, contact, kill_owner, sql, wait_for

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotFound, ReadFailed
from nbannotate.model import Imported
from nbannotate.owner import stream
from nbannotate.owner.place import Place
from nbannotate.owner.stream import Arriving, Files
from nbannotate.workspace import pieces, shape_rows
from nbannotate.workspace.dataset import Version

Tables = Iterator[tuple[str, Path]]
IMAGES = 6
SAID = nb.model.Annotation(shapes=(nb.Shape(kind="rectangle", points=((1, 2), (30, 40)), label="cell"),))
STOPPED = """
import sys, tempfile
from pathlib import Path
import nbannotate as nb
from test_arriving import said_of, version_of
from nbannotate.workspace import pieces
version = version_of(nb.open(sys.argv[1]))

def tables(folder):
    for i, name in enumerate(version.assets.df()["name"]):
        yield from said_of(name, Path(folder) / str(i))
        print(i, flush=True)
        sys.stdin.readline()

with tempfile.TemporaryDirectory() as folder:
    pieces.send(version, tables(folder), "model", "x")
print(99, flush=True)
"""


def version_of(ws: nb.Workspace) -> Version:
    return ws.datasets["scans"].versions["v1"]


def said_of(name: str, folder: Path) -> Tables:
    """What is said of an image, and its shapes."""
    folder.mkdir()
    said, shapes = pieces.said(folder), pieces.shapes(folder)
    annotation = SAID.replace(shapes=(SAID.shapes[0].replace(id=f"of {name}"),))
    said.add(*shape_rows.about(name, annotation))
    shapes.add_all(shape_rows.rows_of(name, annotation, {}))
    for table in (said, shapes):
        table.finish()
        yield from table.ready()


@pytest.fixture
def path(campaign: Callable[..., Campaign]) -> Path:
    return campaign(IMAGES).path


def drawn(path: Path) -> list[int]:
    return sorted(sql(path, "select annotation_id from shapes")["annotation_id"].tolist())


def spooled(path: Path) -> list[Path]:
    return [f for f in Place(path).spool.iterdir() if f.is_file()]


def staged(path: Path) -> int:
    """What is left of batches, in the file of a workspace that nobody owns."""
    kill_owner(path, signal.SIGTERM)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as workspace (read_only)")
        query = "select (select count(*) from workspace.data.staged) + (select count(*) from workspace.data.shapes)"
        return connection.execute(query).fetchall()[0][0]  # type: ignore[no-any-return]


def test_the_first_is_taken_while_later_ones_are_made(path: Path, tmp_path: Path) -> None:
    with nb.open(path) as ws:
        version, there = version_of(ws), []

        def tables() -> Tables:
            for i, name in enumerate(version.assets.df()["name"]):
                yield from said_of(name, tmp_path / f"{i}")
                wait_for(lambda i=i: len(spooled(path)) == 2 * i + 2, what="the files have arrived")  # type: ignore[misc]
                there.append(len(version.shapes))  # who makes them may ask meanwhile

        done = pieces.send(version, tables(), "model", "x")
        assert (done.assets, there, len(version.shapes)) == (IMAGES, [0] * IMAGES, IMAGES)
        assert not spooled(path)


def test_what_cannot_be_made_is_told_as_it_is_and_nothing_came_in(path: Path, tmp_path: Path) -> None:
    with nb.open(path) as ws:
        version = version_of(ws)
        for error in (
            ReadFailed("the disk has a hole"),
            OSError("a hole"),
            ValueError("no number"),
            KeyboardInterrupt(),
        ):

            def tables(error: BaseException = error) -> Tables:
                yield from said_of("0001.png", tmp_path / type(error).__name__)
                raise error

            with pytest.raises(type(error)) as told:
                pieces.send(version, tables(), "model", "x")
            assert told.value is error
        assert len(version.shapes) == 0
        wait_for(lambda: not spooled(path), what="the files are gone")
    assert staged(path) == 0


def test_what_is_refused_is_heard_behind_all_that_was_made(path: Path, tmp_path: Path) -> None:
    with nb.open(path) as ws:
        version, made = version_of(ws), []

        def tables(*names: str) -> Tables:
            for name in names:
                made.append(name)
                yield from said_of(name, tmp_path / f"{len(made)}")

        with pytest.raises(InvalidInput, match="1 of 2 annotated images are not assets"):
            pieces.send(version, tables("none.png", "0001.png"), "model", "x")
        twice = list(tables("0001.png"))
        with pytest.raises(InvalidInput, match=r"0001\.png: its shapes do not stand together"):
            pieces.send(version, [*twice, twice[1]], "model", "x")
        turned = list(tables("0003.png"))[::-1]
        with pytest.raises(InvalidInput, match=r"0003\.png: its shapes come before what is said of it"):
            pieces.send(version, turned, "model", "x")
        for name, why in (("annotation", "No table of an import"), ("metadata", "There may be one file of metadata")):
            with pytest.raises(InvalidInput, match=why):
                pieces.send(version, [(name, described(tmp_path))] * 2, "model", "x")
        gone = {"version_id": 999, "source": "model", "format": "x"}
        with pytest.raises(NotFound):
            ws.client.bring("imports.add", Imported, Files(tables("0004.png")), **gone)
        with pytest.raises(InvalidInput, match="takes no files one by one"):
            ws.client.bring("workspace.info", object, Files(tables("0004.png")))
        with pytest.raises(InvalidInput, match="takes files one by one"):
            ws.client.call("imports.add", Imported, **gone)
        assert len(version.shapes) == 0
        assert not spooled(path)
    assert staged(path) == 0


def described(folder: Path) -> Path:
    table = pieces.described(folder)
    table.add("0001.png", '{"n": 1}', None)
    return table.finish()[0]


def test_a_client_that_is_killed_leaves_nothing(path: Path) -> None:
    script = Script(STOPPED, path)
    assert script.hear() == 0
    wait_for(lambda: len(spooled(path)) == 2, what="the first files have arrived")
    script.process.kill()
    script.process.wait()
    wait_for(lambda: not spooled(path), what="the files are gone")
    assert drawn(path) == []
    assert staged(path) == 0


def test_an_owner_that_is_killed_is_sent_all_of_it_again(path: Path) -> None:
    script = Script(STOPPED, path)
    for number in range(IMAGES):
        assert script.hear() == number
        if number in (1, 3):
            kill_owner(path)
        script.say()
    assert script.hear() == 99
    assert len(drawn(path)) == IMAGES


def test_an_owner_that_is_told_to_end_does_not_wait_for_who_sends(path: Path) -> None:
    script = Script(STOPPED, path)
    assert script.hear() == 0
    wait_for(lambda: len(spooled(path)) == 2, what="the first files have arrived")
    before = contact(path).pid
    kill_owner(path, signal.SIGTERM)
    for _ in range(IMAGES - 1):
        script.say()
        script.hear()
    script.say()
    assert script.hear() == 99
    assert contact(path).pid != before
    assert len(drawn(path)) == IMAGES


def test_nothing_is_held_up_while_one_waits(path: Path) -> None:
    """A batch that waits has committed what it wrote, and sees what others do meanwhile."""
    with nb.open(path) as ws:
        version = version_of(ws)
        script = Script(STOPPED, path)
        assert script.hear() == 0
        time.sleep(stream.PATIENCE_S + 1)
        version.set_metadata("0001.png", {"n": 1})
        for _ in range(IMAGES):
            script.say()
            script.hear()
        assert len(version.shapes) == IMAGES


BROKEN = {
    b"arguments 3\n{}": "shorter",
    b"shapes 2\n{}": "begins with its arguments",
    b"": "begins with its arguments",
    b"arguments 99999999\n{}": "begins with its arguments",
    b"arguments 2\n{}shapes 5\nabc": "shorter",
    b"arguments 2\n{}shapes -5\nabc": "behind lines",
    b"arguments 2\n{}" + b"x" * 100: "behind lines",
    b"arguments 2\n{}../x 1\nx": "behind lines",
    b"arguments 2\n{}shapes 9999\nx": "too much",
}


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("body", BROKEN)
def test_a_request_that_is_not_as_it_says_is_refused(
    tmp_path: Path, body: bytes, size: int, in_a_thread: Callable[..., Any]
) -> None:
    heard: list[bytes] = []

    async def parts(body: bytes) -> AsyncIterator[bytes]:
        for first in range(0, len(body), size):
            yield body[first : first + size]
        heard.append(body)

    def check(total: int) -> None:
        if total > 1000:
            raise InvalidInput("It is too much.")

    async def ask(body: bytes) -> list[tuple[str, bytes]]:
        arriving = Arriving(parts(body), tmp_path)
        try:
            assert await arriving.arguments(1 << 20) == b"{}"
            receiving = asyncio.create_task(arriving.receive(check))
            try:
                found = await asyncio.to_thread(lambda: [one for one in arriving if one is not None])
            finally:
                await asyncio.wait({receiving})
                assert receiving.exception() is arriving._error
                assert heard[-1] == body  # whatever is wrong: who sends hears it at the end
            return [(name, file.read_bytes()) for name, file in found]
        finally:
            arriving.remove()
            assert not list(tmp_path.iterdir())

    with pytest.raises(InvalidInput, match=BROKEN[body]):
        in_a_thread(asyncio.run, ask(body))
    good = b"arguments 2\n{}shapes 3\nabcannotations 0\nforeign 2\n\n\n"
    assert in_a_thread(asyncio.run, ask(good)) == [("shapes", b"abc"), ("annotations", b""), ("foreign", b"\n\n")]
