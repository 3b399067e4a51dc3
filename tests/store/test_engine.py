"""The file: migrations in order and once, all or nothing, nothing stale, nothing secret in plain text."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import nbannotate as nb
from nbannotate.errors import SessionEnded
from nbannotate.model import Closed, Job, Member, NewMember, Session, TaskView
from nbannotate.operations.dispatch import Dispatcher, Request, utc_now
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.store import data, migrations, people
from nbannotate.store.duckdb.engine import MEMORY, Engine

PASSWORD = "a-long-password"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(tmp_path / "work.duckdb")
    first_member(engine)
    yield engine
    engine.close()


def applied(path: Path) -> list[tuple[int, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select version, name from data.migrations order by applied, version").fetchall()


# Migrations ---------------------------------------------------------------------------------------------------------


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [version for version, _, _ in migrations.MIGRATIONS] == list(range(1, migrations.SCHEMA_VERSION + 1))


def test_migrations_are_applied_in_order_and_once(tmp_path: Path) -> None:
    path = tmp_path / "work.duckdb"
    for _ in range(3):
        Engine(path).close()
    assert applied(path) == [(version, name) for version, name, _ in migrations.MIGRATIONS]


def test_a_store_in_memory_begins_here_as_migrations_leave_a_file(engine: Engine) -> None:
    """It is a copy of one (``tests/conftest.py``), with the same tables, defaults, constraints, indexes and views."""
    memory = Engine(MEMORY)
    for what, told in {
        "tables": "table_name, sql", "columns": "table_name, column_name, column_index, column_default, is_nullable",
        "constraints": "table_name, constraint_text", "indexes": "table_name, index_name, is_unique, sql",
        "views": "view_name, sql", "sequences": "sequence_name, start_value, increment_by",
        "functions": "function_name, parameters, macro_definition",
    }.items():  # fmt: skip
        asked = f"select schema_name, {told} from duckdb_{what}() where database_name = 'workspace' order by all"
        with memory.read() as here, engine.read() as there:
            found = here.all(asked)
            assert found == there.all(asked), what
            assert found or what in ("functions", "indexes", "sequences"), what
    memory.close()


def later(*sql: str) -> list[tuple[int, str, str]]:
    first = migrations.SCHEMA_VERSION + 1
    return [*migrations.MIGRATIONS, *((first + i, f"later{i}", text) for i, text in enumerate(sql))]


def test_a_workspace_of_an_older_version_is_brought_up_with_what_is_in_it(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.write() as tx:
        data.add_dataset(tx, "scans", "", utc_now())
    engine.close()
    added = later(
        "alter table data.datasets add column colour varchar default 'red'",
        "create view colours as select name, colour from data.datasets",
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", added)
    newer = Engine(tmp_path / "work.duckdb")
    with newer.read() as tx:
        assert tx.all("select * from colours") == [{"name": "scans", "colour": "red"}]
    newer.close()
    assert applied(tmp_path / "work.duckdb") == [(version, name) for version, name, _ in added]


def test_a_migration_that_fails_leaves_everything_as_it_was(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.close()
    path = tmp_path / "work.duckdb"
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", later("create table data.half (a int)", "create nonsense"))
        with pytest.raises(nb.errors.WorkspaceError, match="nonsense"):
            Engine(path)
    assert applied(path) == [(version, name) for version, name, _ in migrations.MIGRATIONS]
    again = Engine(path)
    with again.read() as tx:
        assert tx.value("select count(*) from duckdb_tables() where table_name = 'half'") == 0
    again.close()


# Transactions -------------------------------------------------------------------------------------------------------


def test_an_error_undoes_the_whole_block_and_the_next_one_works(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.write() as tx:  # noqa: PT012
        data.add_dataset(tx, "half", "", utc_now())
        raise ZeroDivisionError
    with pytest.raises(nb.errors.WorkspaceError), engine.write() as tx:  # noqa: PT012
        data.add_dataset(tx, "half", "", utc_now())
        tx.run("insert into data.meta values ('mark', 'twice')")
    with engine.write() as tx:
        data.add_dataset(tx, "whole", "", utc_now())
    with engine.read() as tx:
        assert [d.name for d in data.datasets(tx)] == ["whole"]


def test_a_reader_sees_the_last_commit_and_does_not_wait_for_the_writer(engine: Engine) -> None:
    seen: list[list[str]] = []

    def read() -> None:
        with engine.read() as tx:
            seen.append([d.name for d in data.datasets(tx)])

    def read_elsewhere() -> None:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join(30)

    with engine.write() as tx:
        data.add_dataset(tx, "scans", "", utc_now())
        read_elsewhere()
    read_elsewhere()
    assert seen == [[], ["scans"]]


def test_ids_grow_and_are_never_given_again_even_after_an_error(engine: Engine) -> None:
    given = []
    for fails in (False, True, False):
        try:
            with engine.write() as tx:
                given.append(tx.new_id())
                if fails:
                    raise KeyError
        except KeyError:
            pass
    assert given == sorted(set(given))


def test_the_folder_for_uploads_is_emptied_at_the_start_and_removed_at_the_end(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "left.parquet").write_bytes(b"of an owner that was killed")
    engine = Engine(tmp_path / "work.duckdb", spool)
    assert [(file.name, list(file.iterdir())) for file in spool.iterdir()] == [("answers", [])]
    engine.close()
    assert not spool.exists()


def test_sql_inside_the_owner_reaches_no_file_and_changes_no_setting(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for query in (
        f"select * from read_csv('{tmp_path}/secret.csv')",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        f"attach '{tmp_path}/other.duckdb'",
        "set enable_external_access = true",
        "set threads = 8",
        "install httpfs",
    ):
        with pytest.raises(nb.errors.WorkspaceError), engine.write() as tx:
            tx.run(query)


# Secrets ------------------------------------------------------------------------------------------------------------


def test_passwords_and_tokens_are_stored_only_as_hashes(tmp_path: Path) -> None:
    path = tmp_path / "work.duckdb"
    engine = Engine(path)
    first_member(engine)
    owner = MemoryClient(Dispatcher(engine, "owner-token-owner-token"), "owner-token-owner-token")
    owner.call("members.add", NewMember, login="ana", role="annotator", password=PASSWORD)
    session = owner.call("sessions.open", Session, login="ana", password=PASSWORD, address="here")
    owner.call("sessions.bind_kernel", Member, session=session.token, kernel_token="kernel-token-kernel-token")
    with engine.read() as tx:
        stored = tx.value("select password_hash from data.members where login = 'ana'")
        hashes = {r["token_hash"] for r in tx.all("select token_hash from data.sessions")}
    assert stored.startswith("$argon2id$")
    assert hashes == {people.hash_token(session.token), people.hash_token("kernel-token-kernel-token")}
    for file in (path, Path(f"{path}.wal")):
        if file.exists():
            raw = file.read_bytes()
            for secret in (PASSWORD, session.token, "kernel-token-kernel-token", "owner-token-owner-token"):
                assert secret.encode() not in raw, file
    engine.close()
    assert PASSWORD.encode() not in path.read_bytes()
    assert session.token.encode() not in path.read_bytes()


# What is remembered between writes ------------------------------------------------------------------------------------


class Work:
    """Ana's client in a campaign with a queue; every call goes through the memo of the writer."""

    def __init__(self, team) -> None:
        self.team, self.owner = team, team.workspace.client
        self.campaign_id = team.campaign.campaign_id
        self.ana = team["ana"]

    def next(self, client=None):
        return (client or self.ana).call("tasks.pull", TaskView | None, campaign_id=self.campaign_id, step=0)


@pytest.fixture
def work(team) -> Work:
    work = Work(team(count=6))
    assert work.next(), "the session and the campaign are remembered now"
    return work


def test_a_disabled_member_is_refused_at_the_next_call(work: Work) -> None:
    work.team.workspace.members.disable("ana")
    with pytest.raises(SessionEnded):
        work.next()
    work.team.workspace.members.enable("ana")
    with pytest.raises(SessionEnded):
        work.next()  # the old session stays over
    assert work.next(work.team.log_in("ana"))


def test_a_session_that_was_closed_is_refused_at_the_next_call(work: Work) -> None:
    token = work.ana._token
    work.owner.call("sessions.close", None, token=token)
    with pytest.raises(SessionEnded):
        work.next()


def test_a_new_password_ends_the_sessions_at_the_next_call(work: Work) -> None:
    work.team.workspace.members.set_password("ana", "another-long-password")
    with pytest.raises(SessionEnded):
        work.next()


def test_a_kernel_is_refused_as_soon_as_its_session_or_itself_ends(work: Work) -> None:
    session = work.ana._token
    kernels = [work.owner.acting(f"kernel-token-{i}-kernel-token") for i in range(2)]
    for i in range(2):
        work.owner.call("sessions.bind_kernel", Member, session=session, kernel_token=f"kernel-token-{i}-kernel-token")
        assert work.next(kernels[i])
    work.owner.call("sessions.unbind_kernel", None, kernel_token="kernel-token-0-kernel-token")
    with pytest.raises(SessionEnded):
        work.next(kernels[0])
    assert work.next(kernels[1])
    work.owner.call("sessions.close", None, token=session)
    with pytest.raises(SessionEnded):
        work.next(kernels[1])


def test_a_session_ends_by_time_although_it_is_remembered(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime

    later = utc_now() + datetime.timedelta(hours=13)
    monkeypatch.setattr("nbannotate.operations.dispatch.utc_now", lambda: later)
    with pytest.raises(SessionEnded):
        work.next()


def test_a_token_that_was_unknown_works_once_it_is_bound(work: Work) -> None:
    kernel = work.owner.acting("kernel-token-kernel-token")
    with pytest.raises(SessionEnded):
        work.next(kernel)
    work.owner.call("sessions.bind_kernel", Member, session=work.ana._token, kernel_token="kernel-token-kernel-token")
    assert work.next(kernel)


def test_assets_campaigns_and_members_that_are_new_are_known_at_once(work: Work, make_images) -> None:
    workspace = work.team.workspace
    workspace.members.add("new", password=work.team.passwords.setdefault("new", PASSWORD))
    version = workspace.create_dataset("second").create_version("v1")
    version.add_images(make_images(2, folder="second"))
    made = version.create_campaign("August", nb.Recipe(["x"]), nb.Workflow([nb.Step("draw", "annotation", ["new"])]))
    made.launch()
    new = work.team.log_in("new")
    view = new.call("tasks.next", TaskView, campaign_id=made.campaign_id, step=0)
    assert (view.campaign, view.dataset, view.task.assignee) == ("August", "second", "new")
    assert [job.campaign for job in new.call("tasks.mine", list[Job])] == ["August"]


def test_a_write_that_failed_is_not_remembered(work: Work) -> None:
    view = work.ana.call("tasks.next", TaskView, campaign_id=work.campaign_id, step=0)
    with pytest.raises(nb.errors.NbannotateError):
        work.ana.call(
            "tasks.submit", Closed, task_id=view.task.task_id, annotation=nb.Annotation(), revision=0, seconds=0
        )
    again = work.ana.call("tasks.open", TaskView, task_id=view.task.task_id)
    assert again.task.state == "in_progress"
    assert again.editable


def test_a_rolled_back_change_of_a_member_is_not_remembered() -> None:
    engine = Engine(MEMORY)
    first_member(engine)
    dispatcher = Dispatcher(engine, "token")
    with pytest.raises(ZeroDivisionError), engine.write() as tx:  # noqa: PT012
        people.add_member(tx, "ghost", "owner", None, utc_now())
        assert "ghost" in people.logins(tx).values()
        raise ZeroDivisionError
    with engine.write(remembers=True) as tx:
        assert "ghost" not in people.logins(tx).values()
    dispatcher.handle(Request("datasets.create", b'{"name": "a", "readme": ""}', "token", "r1"))
    engine.close()


def test_a_store_in_memory_leaves_no_folder_behind():
    import gc

    engine = Engine(":memory:")
    spool = engine.spool
    assert spool.is_dir()
    del engine
    gc.collect()
    assert not spool.exists()
