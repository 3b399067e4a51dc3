"""A database of several nodes: one is written, another has each commit, and takes over when the first is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from tests.postgres_server import Server  # noqa: E402

import nbannotate as nb  # noqa: E402
from nbannotate.errors import OwnerUnavailable  # noqa: E402


@pytest.fixture
def nodes() -> Iterator[tuple[Server, Server]]:
    """Two nodes: what the first acknowledges, the second has."""
    first = Server()
    try:
        second = Server(of=first)
        try:
            with psycopg.connect(first.url("postgres"), autocommit=True) as raw:
                raw.execute("alter system set synchronous_standby_names = '*'")
                raw.execute("select pg_reload_conf()")
                synchronous = "select count(*) from pg_stat_replication where sync_state = 'sync'"
                until = time.monotonic() + 60
                while raw.execute(synchronous).fetchone() != (1,):
                    assert time.monotonic() < until, "the standby never followed"
                    time.sleep(0.05)
            yield first, second
        finally:
            second.stop()
    finally:
        first.stop()


def test_what_was_acknowledged_is_there_when_another_node_takes_over(
    nodes: tuple[Server, Server], runtime: Path
) -> None:
    first, second = nodes
    url = first.database()
    both = f"host={first.folder},{second.folder}&target_session_attrs=read-write"
    ws = nb.open(url.replace(f"host={first.folder}", both))
    names = [ws.create_dataset(f"before {i}").name for i in range(4)]
    asked = "select count(*) as n from datasets"
    assert ws.sql(asked)["n"][0] == 4
    first.kill()
    with ThreadPoolExecutor(1) as pool:
        meanwhile = pool.submit(ws.create_dataset, "meanwhile", exist_ok=True)
        second.promote()
        with psycopg.connect(second.url("postgres"), autocommit=True) as raw:  # nobody follows it yet
            raw.execute("alter system set synchronous_standby_names = ''")
            raw.execute("select pg_reload_conf()")
        try:
            meanwhile.result(120)
        except OwnerUnavailable:  # the machine is so busy that half a minute was not enough
            ws.create_dataset("meanwhile", exist_ok=True)
    names.append(ws.create_dataset("after").name)
    assert {d.name for d in ws.datasets} == {*names, "meanwhile"}
    assert ws.sql(asked)["n"][0] == 6
    ids = [d.dataset_id for d in ws.datasets]
    assert len(set(ids)) == len(ids)
