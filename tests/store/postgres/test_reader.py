"""Other people's tools read the public views as ``ws.sql`` does, with a role that can do nothing else."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

from tests.conftest import Team  # noqa: E402
from tests.operations.test_leaving import submit  # noqa: E402

import nbannotate as nb  # noqa: E402
from nbannotate.model.columns import VIEWS  # noqa: E402
from nbannotate.operations.dispatch import Dispatcher  # noqa: E402
from nbannotate.owner.memory import MemoryClient  # noqa: E402
from nbannotate.owner.setup import first_member  # noqa: E402
from nbannotate.store.postgres.connection import configure  # noqa: E402
from nbannotate.store.postgres.engine import Engine  # noqa: E402


def opened(url: str) -> tuple[Engine, nb.Workspace]:
    engine = Engine(url)
    first_member(engine)
    return engine, nb.Workspace(MemoryClient(Dispatcher(engine, "owner", lambda _: None), "owner"))


def database(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def as_role(url: str, postgres: Any) -> Any:
    """Connect as the role of a database, once it may log in."""
    role = f"{database(url)}_reader"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as raw:
        raw.execute(f"alter role {role} login")
    raw = psycopg.connect(postgres.url(database(url), role), autocommit=True)
    configure(raw)
    return raw


def plain(value: Any) -> Any:
    """Return a value as both say it: JSON as what it means, times as text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return json.loads(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_it_reads_the_same_as_people_do_in_sql_and_nothing_else(postgres: Any, make_images: Any) -> None:
    url = postgres.database()
    engine, ws = opened(url)
    team = Team(ws, make_images(3))
    submit(team)
    raw = as_role(url, postgres)
    with engine.read() as tx:
        for view in VIEWS:
            with tx.asked(view) as asked:
                wanted = asked.all(f"select * from {view}")
            found = raw.execute(f"select * from {view}")
            names = [column.name for column in found.description]
            assert names == [column.name for column in VIEWS[view].columns], view
            there = [[plain(value) for value in row] for row in found.fetchall()]
            here = [[plain(row[name]) for name in names] for row in wanted]
            assert sorted(map(repr, there)) == sorted(map(repr, here)), view
    assert raw.execute("select count(*) from shapes").fetchone() == (1,)
    for refused in ("select * from data.sessions", "select login from data.members", "delete from data.tasks",
                    "create table main.mine (a int)", "update tasks set state = 'done'"):  # fmt: skip
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction,
                            psycopg.errors.ObjectNotInPrerequisiteState)):  # fmt: skip
            raw.execute(refused)
    assert raw.execute("show statement_timeout").fetchone() == ("2min",)
    raw.close()
    engine.close()


def test_who_may_make_no_roles_has_a_workspace_and_is_told_what_to_do(
    postgres: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from nbannotate.cli import doctor_database
    from nbannotate.owner.place import Place
    from nbannotate.store.postgres import health

    name = database(postgres.database())
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as raw:
        raw.execute(f"create role owner_of_{name} login")
        raw.execute(f"alter database {name} owner to owner_of_{name}")
    url = postgres.url(name, f"owner_of_{name}")
    Engine(url).close()
    said = {f.topic: f for f in doctor_database.of(Place(url), health.look(url))}
    assert (said["reader"].level, said["rights"].level) == ("warning", "ok")
    assert f"create role {name}_reader;" in said["reader"].said
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as raw:
        raw.execute(f"create role {name}_reader")
    Engine(url).close()
    said = {f.topic: f for f in doctor_database.of(Place(url), health.look(url))}
    assert said["reader"].level == "ok"
