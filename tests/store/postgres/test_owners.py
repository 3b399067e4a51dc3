"""Several owners of one database at once, as on several machines: nothing is served twice, lost, or seen late."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="nbannotate[postgres] is not installed")

import nbannotate as nb  # noqa: E402
from nbannotate.errors import NotAWorkspace, OwnerUnavailable, SessionEnded  # noqa: E402
from nbannotate.model import Annotation, Closed, Saved, Session, TaskView  # noqa: E402
from nbannotate.operations.dispatch import Dispatcher, Request  # noqa: E402
from nbannotate.owner.memory import MemoryClient  # noqa: E402
from nbannotate.owner.place import Place  # noqa: E402
from nbannotate.owner.setup import first_member  # noqa: E402
from nbannotate.store.duckdb.engine import Engine as File  # noqa: E402
from nbannotate.store.engine import MEMORY  # noqa: E402
from nbannotate.store.postgres.engine import Engine  # noqa: E402

PEOPLE = ["ann", "ben", "cho"]


class Owners:
    """Owners of one database in this process, each with its engine, and people who ask any of them."""

    def __init__(self, url: str, count: int = 3) -> None:
        self.engines = [Engine(url) for _ in range(count)]
        first_member(self.engines[0])
        self.events: list[Any] = []
        self.clients = [MemoryClient(Dispatcher(e, "owner", self.events.append), "owner") for e in self.engines]
        self.workspaces = [nb.Workspace(client) for client in self.clients]

    def campaign(self, paths: list[Path], **options: Any) -> Any:
        ws = self.workspaces[0]
        for login in PEOPLE:
            ws.members.add(login, role="annotator", password=f"password-of-{login}")
        version = ws.create_dataset("smears").create_version("v1").add_images(paths)
        steps = [nb.Step("draw", "annotation", PEOPLE, attribution="queue")]
        made = version.create_campaign("July", nb.Recipe(labels=["WBC"]), nb.Workflow(steps), **options)
        made.launch()
        return made

    def log_in(self, login: str, owner: int) -> Any:
        client = self.clients[owner]
        opened = client.call("sessions.open", Session, login=login, password=f"password-of-{login}", address="test")
        return opened.token

    def close(self) -> None:
        for engine in self.engines:
            engine.close()


@pytest.fixture
def owners(postgres: Any) -> Iterator[Owners]:
    made = Owners(postgres.database())
    yield made
    made.close()


def test_people_of_three_owners_never_get_the_same_image(owners: Owners, make_images: Any) -> None:
    campaign = owners.campaign(make_images(30))
    tokens = {login: owners.log_in(login, i) for i, login in enumerate(PEOPLE)}
    done: list[tuple[str, int]] = []
    wrong: list[BaseException] = []

    def work(login: str, owner: int) -> None:
        try:
            client = owners.clients[owner].acting(tokens[login])
            while True:
                task = client.call("tasks.pull", TaskView | None, campaign_id=campaign.campaign_id, step=0)
                if task is None:
                    return
                its, empty = task.task, Annotation(nothing_to_label=True)
                saved = client.call("tasks.save", Saved, task_id=its.task_id, annotation=empty, revision=task.revision)
                client.call("tasks.submit", Closed, task_id=its.task_id, annotation=empty, revision=saved.revision)
                done.append((login, its.asset_id))
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(login, i)) for i, login in enumerate(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not wrong, wrong
    assert len(done) == 30
    assert set(Counter(asset for _, asset in done).values()) == {1}
    assert len({login for login, _ in done}) == 3
    for ws in owners.workspaces:
        states = ws.sql("select state, count(*) as n from tasks group by 1")
        assert states.to_dict("list") == {"state": ["done"], "n": [30]}
        assert len(ws.sql("select * from annotations")) == 30
    assert len({event.event_id for event in owners.events}) == len(owners.events)
    assert Counter(e.operation for e in owners.events)["tasks.submit"] == 30


def test_what_one_owner_changes_holds_for_the_next_request_to_another(owners: Owners, make_images: Any) -> None:
    campaign = owners.campaign(make_images(6))
    token = owners.log_in("ann", 0)
    for client in owners.clients:  # every one remembers the session, the campaign and its names
        acting = client.acting(token)
        acting.call("tasks.pull", Any, campaign_id=campaign.campaign_id, step=0)
    owners.workspaces[1].members.disable("ann")
    for client in owners.clients:
        with pytest.raises(SessionEnded):
            client.acting(token).call("tasks.pull", Any, campaign_id=campaign.campaign_id, step=0)


def test_a_kept_answer_is_given_no_more_when_another_owner_has_written(
    owners: Owners, make_images: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nbannotate.store.answers.WORTH_S", 0.0)
    owners.campaign(make_images(2))
    asked = "select count(*) as n from members"
    assert [ws.sql(asked)["n"][0] for ws in owners.workspaces for _ in range(2)] == [4] * 6
    heard = threading.Event()
    note = owners.engines[2].written.note
    monkeypatch.setattr(owners.engines[2].written, "note", lambda what: (note(what), heard.set()))
    owners.workspaces[0].members.add("dan", role="annotator", password="password-of-dan")
    assert heard.wait(30)
    assert owners.workspaces[2].sql(asked)["n"][0] == 5


def test_a_request_that_one_owner_has_answered_is_answered_the_same_by_another(owners: Owners) -> None:
    body = b'{"name": "smears", "readme": null, "exist_ok": false}'
    answers = [client.dispatcher.handle(Request("datasets.create", body, "owner", "once")) for client in owners.clients]
    assert answers[0] == answers[1] == answers[2]
    assert [d.name for d in owners.workspaces[2].datasets] == ["smears"]


def test_of_operations_that_share_a_commit_one_that_fails_is_alone(owners: Owners) -> None:
    engine = owners.engines[0]
    with engine.write(remembers=True) as tx:
        tx.next_part()
        tx.run("insert into data.meta values ('first', '1')")
        tx.next_part()
        tx.run("insert into data.meta values ('second', '2')")
        with pytest.raises(psycopg.Error):
            tx.run("insert into data.meta values ('first', 'again')")
        assert tx.take_back()
        tx.next_part()
        tx.run("insert into data.meta values ('third', '3')")
    with owners.engines[1].read() as tx:
        keys = [r["key"] for r in tx.all("select key from data.meta order by key")]
        assert [k for k in keys if k != "revision counts"] == ["first", "mark", "third"]


def test_what_an_owner_stages_is_not_given_up_by_another(owners: Owners) -> None:
    first, second, _ = owners.engines
    with pytest.raises(OwnerUnavailable), first.stage() as stage:  # noqa: PT012
        with second.write() as tx:
            assert second.left(tx) == []
        batch = stage.batch_id
        stage.connection.close()  # as if the process had ended
    for _ in range(1000):  # until the server has noticed
        with second.write() as tx:
            left = second.left(tx)
        if left:
            break
        time.sleep(0.01)
    assert left == [batch]


def test_the_tables_and_views_are_those_of_a_file(postgres: Any) -> None:
    engine, file = Engine(postgres.database()), File(MEMORY)
    asked = (
        "select table_schema as s, table_name as t, column_name as c from information_schema.columns "
        "where table_schema in ('data', 'main') order by 1, 2, ordinal_position"
    )
    with engine.read() as there, file.read() as here:
        found = here.all(asked.replace("order", "and table_catalog = 'workspace' order", 1))
        assert [(r["s"], r["t"], r["c"]) for r in there.all(asked)] == [(r["s"], r["t"], r["c"]) for r in found]
    engine.close()
    file.close()


def test_a_workspace_is_opened_by_its_address(postgres: Any, runtime: Path, make_images: Any) -> None:
    url = postgres.database().replace("postgres@", "postgres:very-secret@")
    ws = nb.open(url)
    ws.create_dataset("smears").create_version("v1").add_images(make_images(3))
    again = nb.open(url)
    assert [len(v.assets) for d in again.datasets for v in d.versions] == [3]
    shown = f"{ws!r} {ws.path} {ws.client.place.log.read_text()}"
    shown += subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    shown += ws.client.place.contact_file.read_text()
    assert "very-secret" not in shown


def test_an_owner_that_is_killed_loses_nothing_that_was_answered(postgres: Any, runtime: Path) -> None:
    url = postgres.database()
    ws = nb.open(url)
    names = []
    for i in range(12):
        names.append(ws.create_dataset(f"d{i}").name)
        if i % 4 == 3:
            contact = Place(url).contact()
            assert contact is not None
            os.kill(contact.pid, signal.SIGKILL)
    assert {d.name for d in ws.datasets} == set(names)


def test_a_database_that_cannot_serve_is_said_in_a_sentence(postgres: Any, runtime: Path) -> None:
    there = postgres.database()
    with psycopg.connect(there, autocommit=True) as connection:
        connection.execute("create schema data")
        connection.execute("create table data.mine (a int)")
    with pytest.raises(NotAWorkspace, match="no nbannotate workspace"):
        nb.open(there)
    with pytest.raises(NotAWorkspace, match="create it first"):
        nb.open(postgres.url("nowhere"))
    with pytest.raises(OwnerUnavailable, match="cannot be reached") as told:
        nb.open("postgresql://ann:very-secret@127.0.0.1:1/labels")
    assert "very-secret" not in str(told.value)


def test_a_server_that_restarts_is_found_again(postgres: Any, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbannotate.owner.client.PATIENCE_S", 0.2)
    ws = nb.open(postgres.database())
    ws.create_dataset("before")
    postgres.kill()
    try:
        with pytest.raises(OwnerUnavailable, match="does not answer"):
            ws.create_dataset("meanwhile")
    finally:
        postgres.start()
    ws.create_dataset("after")
    assert {d.name for d in ws.datasets} == {"before", "after"}
