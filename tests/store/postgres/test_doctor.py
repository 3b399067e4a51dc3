"""``nbannotate doctor postgresql://…``: how the server is, what this user may do there, and what is in the way."""

from __future__ import annotations

from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

import msgspec  # noqa: E402

from nbannotate import cli  # noqa: E402
from nbannotate.cli import doctor_database  # noqa: E402
from nbannotate.owner.place import Place  # noqa: E402
from nbannotate.store.postgres import health  # noqa: E402


def test_the_doctor_says_how_the_server_is_and_what_is_in_the_way(
    url: str, postgres: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = cli.main(["doctor", url]), capsys.readouterr().out
    assert code == 2  # the server of tests may lose what was acknowledged
    assert "fsync = off, full_page_writes = off" in told
    for sentence in ("answers: PostgreSQL", "superuser", "the newest", "on this machine", "clock is this one's",
                     "are free on its disk", "are in use", "It answers", "2 active"):  # fmt: skip
        assert sentence in told, told
    assert "very-secret" not in told
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as raw:
        raw.execute("create role cleo login")
    waiting = psycopg.connect(url)
    waiting.execute("select 1")  # and its transaction goes on
    monday = health.look(url.replace("postgres:very-secret@", "cleo@"))
    assert (monday.user, monday.is_superuser, monday.may_create, monday.trusted) == ("cleo", False, False, None)
    assert "tasks" in monday.not_its
    said = [f.said for f in doctor_database._of_rights(Place(url), monday)]
    assert any("somebody else's" in one for one in said)
    waiting.close()


def test_each_thing_that_is_in_the_way_has_a_sentence(url: str) -> None:
    its = health.look(url)
    for found, sentence in {
        "is_remote": "not encrypted",
        "schema_version": "brings it to",
        "idle": "do nothing",
        "most_connections": "raise max_connections",
        "trusted": "scram-sha-256",
        "free": "are free",
        "version": "too old",
        "encoding": "not UTF8",
    }.items():
        bad = {"trusted": ("host all all 0.0.0.0/0 trust",), "version": 120_000, "encoding": "LATIN1", "free": 9}
        one = msgspec.structs.replace(its, **{found: bad.get(found, 1)})
        worst = [f for f in doctor_database.of(Place(url), one) if f.level != "ok" and f not in well(url, its)]
        assert [sentence in f.said for f in worst] == [True], (found, worst)


def well(url: str, its: health.Health) -> list[Any]:
    return list(doctor_database.of(Place(url), its))
