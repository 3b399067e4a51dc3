"""The network between an owner and its server is cut, or the server restarts: who waits a moment notices nothing."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from tests.network import Wire  # noqa: E402

import nbannotate as nb  # noqa: E402
from nbannotate.errors import OwnerUnavailable  # noqa: E402
from nbannotate.store.postgres.engine import BEGIN_WRITING, Engine  # noqa: E402

#: So many answers of the server a small operation takes at most.
MOST_ANSWERS = 30


@pytest.fixture
def wire(postgres: Any) -> Iterator[Wire]:
    made = Wire(postgres.folder / ".s.PGSQL.5432")
    yield made
    made.close()


@pytest.fixture
def address(postgres: Any, wire: Wire) -> str:
    """The address of a new database, behind the network."""
    name = postgres.database().partition("@/")[2].partition("?")[0]
    return f"postgresql://postgres@127.0.0.1:{wire.port}/{name}?sslmode=disable&gssencmode=disable"


def test_what_was_done_when_the_answer_was_lost_is_not_done_again(address: str, wire: Wire, runtime: Path) -> None:
    with nb.open(address) as ws:
        for i in range(MOST_ANSWERS):
            wire.cut_answer(i)
            ws.create_dataset(f"d{i}")  # done twice, it would say that there is one of this name
        wire.cut_answer(None)
        names = Counter(d.name for d in ws.datasets)
        assert names == Counter(f"d{i}" for i in range(MOST_ANSWERS))
        events = ws.sql("select count(*) as n from events where operation = 'datasets.create'")
        assert events["n"].tolist() == [MOST_ANSWERS]


def test_who_asks_while_the_server_restarts_is_answered_when_it_is_back(postgres: Any, runtime: Path) -> None:
    with nb.open(postgres.database()) as ws:
        ws.create_dataset("before")
        postgres.kill()
        back = threading.Timer(1.0, postgres.start)
        back.start()
        try:
            ws.create_dataset("meanwhile")
        finally:
            back.join()
        assert {d.name for d in ws.datasets} == {"before", "meanwhile"}


def test_an_owner_that_stands_still_in_the_middle_of_writing_keeps_others_waiting_for_seconds_only(
    postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nbannotate.store.postgres.engine.BEGIN_WRITING", BEGIN_WRITING.replace("30s", "300ms"))
    url = postgres.database()
    stopped, other = Engine(url), Engine(url)
    try:
        with pytest.raises(OwnerUnavailable, match="does not answer"), stopped.write() as tx:  # noqa: PT012
            tx.run("insert into data.meta values ('of the first', '')")
            with other.write() as its:  # waits for the lock of the first one until the server ends that
                its.run("insert into data.meta values ('of the other', '')")
        with other.read() as its:
            assert [r["key"] for r in its.all("select key from data.meta where key like 'of %'")] == ["of the other"]
    finally:
        stopped.close()
        other.close()
