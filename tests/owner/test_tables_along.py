"""Tables that come along with a query through the owner's socket: read by that query only, and gone with its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from owner_rig import Campaign, wait_for

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed, QueryFailed
from nbannotate.owner import parts
from nbannotate.owner.client import SocketClient
from nbannotate.workspace import frames

MINE = pd.DataFrame({"asset": ["0000.png", "none.png"], "score": [0.5, 0.25]})


@pytest.fixture
def made(campaign: Callable[..., Campaign]) -> Iterator[tuple[Campaign, nb.Workspace, Path]]:
    made = campaign(2)
    ws = nb.open(made.path)
    client: Any = ws.client
    yield made, ws, client.place.spool
    ws.close()


def test_they_come_through_the_socket_and_are_gone_with_the_answer(made: tuple[Campaign, nb.Workspace, Path]) -> None:
    _, ws, spool = made
    query = "select a.name, mine.score from assets a join mine on mine.asset = a.name where score > $least"
    assert ws.sql(query, mine=MINE, least=0.1).values.tolist() == [["0000.png", 0.5]]
    for wrong in ("select nothing from mine", "select error('x') from mine", "select cast(asset as int) from mine"):
        with pytest.raises(QueryFailed):
            ws.sql(wrong, mine=MINE)
    with pytest.raises(InvalidInput):
        ws.sql("select 1", members=MINE)
    assert len(ws.sql("from a union all from b", a=MINE, b=MINE)) == 4
    wait_for(lambda: not [f for f in spool.iterdir() if f.is_file()], what="the spool is empty")


def test_no_other_query_reads_them(made: tuple[Campaign, nb.Workspace, Path]) -> None:
    campaign, ws, spool = made
    ws.members.add("dev", role="developer", password="dev-has-a-long-password")
    other = ws.acting("dev", "dev-has-a-long-password")
    for _ in range(6):  # more often than there are threads for queries
        assert len(ws.sql("select * from mine", mine=MINE)) == 2
        for text in ("select * from mine", "select * from temp.mine", f"select * from '{spool}/*.parquet'"):
            with pytest.raises(QueryFailed):
                other.sql(text)
        assert other.sql("select * from mine", mine=MINE[:1])["score"].tolist() == [0.5]
    with pytest.raises(NotAllowed):
        campaign.client().query("select 1", [], {"mine": frames.to_parquet(MINE)})
    assert not [f for f in spool.iterdir() if f.is_file()]


BROKEN = {"5": "shorter", "-1,3": "says", "x": "says", "": "says", "99999999999": "at most", "1": "longer"}


@pytest.mark.parametrize("said", BROKEN)
def test_a_request_that_is_not_as_it_says_is_refused(
    tmp_path: Path, said: str, in_a_thread: Callable[..., Any]
) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b"{"
        yield b"}x"

    async def ask() -> None:
        with pytest.raises(InvalidInput, match=BROKEN[said]):
            await parts.unpacked(said, stream(), tmp_path, 1 << 20)
        assert await parts.unpacked("2,1", stream(), tmp_path, 10) == (b"{}", list(tmp_path.iterdir()))
        assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"x"]

    in_a_thread(asyncio.run, ask())


def test_what_is_no_table_is_refused_and_nothing_is_left(made: tuple[Campaign, nb.Workspace, Path]) -> None:
    _, ws, spool = made
    client = ws.client
    assert isinstance(client, SocketClient)
    with pytest.raises(InvalidInput, match="cannot be read"):
        client.query("select * from mine", [], {"mine": b"PAR1 and no more"})
    body, header = parts.packed("select 1", [], {"mine": frames.to_parquet(MINE)})
    with pytest.raises(InvalidInput, match="takes no files"):
        client._ask("/call/workspace.info", body, header)
    assert ws.sql("select 1 as a")["a"].tolist() == [1]
    assert not [f for f in spool.iterdir() if f.is_file()]
