"""A request that is repeated is done once, also by another owner process; its answer is the asker's alone."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from owner_rig import Campaign, contact, drawn, kill_owner, sql

from nbannotate.model import Dataset, Task, TaskView
from nbannotate.owner.client import SocketClient, connect


class Raw(http.client.HTTPConnection):
    """Speaks to the owner without the client's own care."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.contact = contact(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.contact.socket)

    def ask(self, operation: str, request: str | None, token: str | None = None, **arguments: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token or self.contact.token}"}
        if request is not None:
            headers["Nbannotate-Request"] = request
        self.request("POST", f"/call/{operation}", json.dumps(arguments), headers)
        response = self.getresponse()
        return response.status, json.loads(response.read())


def ask(path: Path, *given: Any, **arguments: Any) -> tuple[int, Any]:
    raw = Raw(path)
    try:
        return raw.ask(*given, **arguments)
    finally:
        raw.close()


@pytest.fixture
def path(workspace_path: Path) -> Path:
    connect(workspace_path).close()
    return workspace_path


def test_the_same_request_twice_changes_once_and_answers_the_same(path: Path) -> None:
    first = ask(path, "datasets.create", "r1", name="scans", readme="")
    assert first[0] == 200
    assert ask(path, "datasets.create", "r1", name="scans", readme="") == first
    assert ask(path, "datasets.create", "r2", name="scans", readme="")[0] == 409, "a new request is a new wish"
    assert len(sql(path, "select * from datasets")) == 1
    assert len(sql(path, "select * from events where operation = 'datasets.create'")) == 1


def test_a_request_that_was_refused_changed_nothing_and_may_be_asked_again(path: Path) -> None:
    status, said = ask(path, "versions.create", "r1", dataset_id=99, name="v1")
    assert (status, said["error"]) == (404, "NotFound")
    made = ask(path, "datasets.create", "r2", name="scans", readme="")[1]
    assert ask(path, "versions.create", "r1", dataset_id=made["dataset_id"], name="v1")[0] == 200


@pytest.mark.parametrize("number", [15, 9], ids=["ended", "killed"])
def test_a_repeated_request_is_answered_by_the_next_owner_from_what_is_stored(path: Path, number: int) -> None:
    first = ask(path, "datasets.create", "r1", name="scans", readme="")
    kill_owner(path, number)
    connect(path).close()
    assert ask(path, "datasets.create", "r1", name="scans", readme="") == first
    assert len(sql(path, "select * from datasets")) == 1


def test_another_member_cannot_read_the_answer_of_a_request(campaign: Callable[..., Campaign]) -> None:
    made = campaign(2, members=2)
    mine = {"campaign_id": made.campaign_id, "step": 0}
    status, view = ask(made.path, "tasks.next", "r1", made.tokens[0], **mine)
    assert (status, view["task"]["assignee"]) == (200, "ann0")
    status, said = ask(made.path, "tasks.next", "r1", made.tokens[1], **mine)
    assert (status, said["error"]) == (409, "Conflict")
    assert "request id" in said["message"]["text"]
    held = sql(made.path, "select assignee from tasks where assignee is not null")
    assert list(held.assignee) == ["ann0"], "what was refused took no task"
    status, view = ask(made.path, "tasks.next", "r2", made.tokens[1], **mine)
    assert (status, view["task"]["assignee"]) == (200, "ann1")


def test_a_request_id_of_another_operation_is_refused(path: Path) -> None:
    made = ask(path, "datasets.create", "r1", name="scans", readme="")[1]
    status, said = ask(path, "versions.create", "r1", dataset_id=made["dataset_id"], name="v1")
    assert (status, said["error"]) == (409, "Conflict")
    assert sql(path, "select * from versions").empty


@pytest.mark.parametrize("request_id", [None, "", "x" * 65])
def test_a_write_needs_a_request_id(path: Path, request_id: str | None) -> None:
    status, said = ask(path, "datasets.create", request_id, name="scans", readme="")
    assert (status, said["error"]) == (400, "InvalidInput")
    assert sql(path, "select * from datasets").empty


@pytest.mark.parametrize("token", ["x", "", "Bearer", "a" * 10_000])
def test_a_wrong_token_learns_nothing(path: Path, token: str) -> None:
    status, said = ask(path, "members.list", "r1", token or " ")
    assert (status, said["error"]) == (401, "SessionEnded")


def test_an_operation_that_is_not_there_is_named(path: Path) -> None:
    status, said = ask(path, "members.burn", "r1")
    assert (status, said["error"]) == (404, "NotFound")
    assert "members.burn" in said["message"]["text"]


def test_a_password_that_was_made_up_is_not_stored_for_a_repeated_request(path: Path) -> None:
    status, new = ask(path, "members.add", "r1", login="ana", role="annotator", password=None)
    assert status == 200
    assert len(new["password"]) >= 8
    assert ask(path, "members.add", "r1", login="ana", role="annotator", password=None) == (200, new | {"password": ""})
    kill_owner(path, 15)
    files = [p for p in path.parent.iterdir() if p.is_file()]
    assert not [p for p in files if new["password"].encode() in p.read_bytes()]


def test_a_client_whose_answers_get_lost_does_everything_once(
    campaign: Callable[..., Campaign], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = campaign(5)
    client = made.client()
    send, lost = SocketClient._send, []

    def send_and_lose(self: SocketClient, *given: Any) -> tuple[int, bytes]:
        answer = send(self, *given)
        if len(lost) % 2 == 0:
            lost.append(given[1])
            raise ConnectionResetError("the answer got lost on the way")
        lost.append("")
        return answer

    monkeypatch.setattr(SocketClient, "_send", send_and_lose)
    served = []
    while view := client.call("tasks.next", TaskView | None, campaign_id=made.campaign_id, step=0):  # type: ignore[arg-type]
        served.append(view.task.task_id)
        client.call("tasks.submit", object, task_id=view.task.task_id, annotation=drawn(), revision=0, seconds=0)
    monkeypatch.undo()
    assert len(served) == len(set(served)) == 5
    assert {url for url in lost if url} == {"/call/tasks.next", "/call/tasks.submit"}
    tasks = client.call("tasks.listing", list[Task], campaign_id=made.campaign_id, step=0)
    assert [t.state for t in tasks] == ["done"] * 5
    assert list(sql(made.path, "select count(*) as n from annotations").n) == [5]
    client.close()


def test_nothing_is_called_without_the_method_post(path: Path) -> None:
    raw = Raw(path)
    raw.request("GET", "/call/members.list", headers={"Authorization": f"Bearer {raw.contact.token}"})
    assert raw.getresponse().status == 405
    raw.close()


def test_a_dataset_may_have_any_text_in_it(path: Path) -> None:
    client = connect(path)
    text = "'; drop table data.members; -- \0 \x00 ☃ \U0001f600 " + "x" * 100_000
    assert client.call("datasets.create", Dataset, name="scans", readme=text.replace("\0", "")).readme
    client.close()


def test_a_table_is_uploaded_with_words_in_any_script(path: Path, tmp_path: Path) -> None:
    from PIL import Image

    import nbannotate as nb

    Image.new("L", (20, 10)).save(tmp_path / "größe 图.png")
    with_words = nb.open(path)
    version = with_words.create_dataset("Größe 图").create_version("v1").add_images(tmp_path / "größe 图.png")
    (tmp_path / "pre.json").write_text(
        '{"images":[{"id":1,"file_name":"größe 图.png","width":20,"height":10}],'
        '"categories":[{"id":1,"name":"Zelle 图"}],'
        '"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4]}]}'
    )
    version.read("coco", tmp_path / "pre.json", source="Modell größe 图")
    assert list(with_words.sql("select source from annotations")["source"]) == ["Modell größe 图"]
    assert list(version.shapes.df()["label"]) == ["Zelle 图"]
    with_words.close()
