"""The log as lines of JSON: what happened can be counted and searched, and nobody is named."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path

from serve_person import Person
from serve_rig import Server, notebook, password, wait_for

from nbannotate.model import Member
from nbannotate.owner.logs import JsonLines, Private, Who

FAILS = "import nbannotate.pages\nraise ValueError('bob in /home/bob')"


def line(text: str, *values: object, error: BaseException | None = None) -> dict[str, object]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("nbannotate.serve", logging.INFO, "x.py", 1, text, values, info)  # type: ignore[arg-type]
    return json.loads(JsonLines().format(record))


def test_a_line_has_the_event_its_fields_and_no_name() -> None:
    said = line("login: %(member)s from %(address)s", {"member": Who("ana", 17), "address": Private("10.1.2.3")})
    assert said.pop("time").endswith("Z")  # type: ignore[attr-defined]
    assert said == {
        "level": "info", "logger": "nbannotate.serve", "event": "login: {member} from {address}", "member": 17,
    }  # fmt: skip
    assert "ana" not in json.dumps(line("The hook %r failed.", "ana"))
    try:
        raise ValueError("ana in /home/ana")
    except ValueError as error:
        said = line("failed: %(why)s", {"why": error}, error=error)
    assert (said["why"], said["error"]) == ("ValueError", "ValueError")
    assert re.fullmatch(r"test_logs\.py:\d+ test_a_line_has_the_event_its_fields_and_no_name", said["at"][-1])  # type: ignore[index]


def test_a_server_that_logs_json_names_nobody(folder: Path, owner) -> None:
    (folder / "failing").mkdir()
    notebook(folder / "failing", "work.ipynb", FAILS)
    notebook(folder / "failing", "manager.ipynb", "1")
    server = Server(folder, "--notebooks", str(folder / "failing"), "--log-json", "--preheat", "0")
    try:
        bob = Person(server.url)
        assert bob.login("bob", "a password of cem's").status_code == 401
        assert bob.login("bob", password("bob")).status_code == 303
        bob.page()
        assert bob.get("/manager").status_code == 403
        assert bob.send("DELETE", "/work").status_code in (403, 405)
        bob.send("POST", "/logout")
        wait_for(lambda: "logged out" in server.log, what="the kernel ends")
    finally:
        server.stop()
    said = [json.loads(one) for one in server.log.splitlines()]
    assert all({"time", "level", "logger", "event"} <= set(one) for one in said)
    events = {one["event"] for one in said}
    assert {"login failed: {login} from {address}", "login: {member} from {address}"} <= events
    assert {"kernel {kernel} of {member} started", "kernel {kernel} of {member} ended: {why}"} <= events
    members = {m.member_id for m in owner.call("members.list", list[Member]) if m.login == "bob"}
    assert {one["member"] for one in said if "member" in one} == members
    for private in ("bob", "127.0.0.1", "cem", "/home", str(folder), sys.prefix):
        assert private not in server.log, private
