"""The owner is killed again and again under load: what was acknowledged is there, once, and people notice nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from owner_rig import Campaign, Script, contact, kill_owner, owners, sql

KILLS, PROCESSES, THREADS, TASKS = 10, 3, 2, 1500

#: Threads annotate until told to stop; each prints what was acknowledged and when, after it was.
ANNOTATE = """
import json, sys, threading, time
from nbannotate.model import Closed, Issue, Saved, TaskView
from nbannotate.owner.client import connect
from owner_rig import drawn
path, campaign_id, tokens = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
enough, printing, client = threading.Event(), threading.Lock(), connect(path)

def say(*what):
    with printing:
        print(json.dumps([time.monotonic(), *what]), flush=True)

def annotate(token):
    me = client.acting(token)
    while not enough.is_set():
        view = me.call("tasks.next", TaskView | None, campaign_id=campaign_id, step=0)
        task_id = view.task.task_id
        say("claim", token, task_id, view.revision)
        text = f"{task_id}-draft"
        saved = me.call("tasks.save", Saved, task_id=task_id, annotation=drawn(text), revision=view.revision, seconds=0)
        say("save", token, task_id, saved.revision)
        if task_id % 3 == 0:
            me.call("issues.create", Issue, task_id=task_id, text=f"about {task_id}")
            say("issue", token, task_id, 0)
            me.call("tasks.skip", Closed, task_id=task_id, revision=saved.revision, seconds=0)
            say("skip", token, task_id, 0)
            continue
        text = f"{task_id}-final"
        me.call("tasks.submit", Closed, task_id=task_id, annotation=drawn(text), revision=saved.revision, seconds=0)
        say("submit", token, task_id, 0)

def run(token):
    try:
        annotate(token)
    except BaseException as error:
        say("failed", repr(error))
        raise
threads = [threading.Thread(target=run, args=(token,)) for token in tokens]
for thread in threads: thread.start()
sys.stdin.readline(); enough.set()
for thread in threads: thread.join()
"""


def heard(person: Script, count: int, since: float) -> list[list[Any]]:
    """Return what a process says until so many answers came after a moment; it may have said much before it."""
    lines: list[list[Any]] = []
    while count:
        at, *line = person.hear()
        assert line[0] != "failed", line
        lines.append(line)
        count -= at > since
    return lines


@pytest.mark.slow
def test_ten_kills_under_load_lose_nothing_and_double_nothing(campaign: Callable[..., Campaign]) -> None:
    made = campaign(TASKS, members=PROCESSES * THREADS)
    path = made.path
    people = [
        Script(ANNOTATE, path, made.campaign_id, *made.tokens[i * THREADS : (i + 1) * THREADS])
        for i in range(PROCESSES)
    ]
    lines: list[list[Any]] = []
    killed, since = [], 0.0
    for _ in range(KILLS):
        # Every process has had an answer of the next owner: what each thread had in hand may be of the one before.
        for person in people:
            lines += heard(person, THREADS + 1, since)
        killed.append(kill_owner(path))
        since = time.monotonic()
    for person in people:
        lines += heard(person, THREADS + 3, since)
        person.say("enough")
    for person in people:
        lines += [line for _, *line in person.result()]

    assert [line for line in lines if line[0] == "failed"] == []
    assert len(set(killed)) == KILLS
    assert owners(path) == [contact(path).pid]
    assert contact(path).pid not in killed

    who = {token: f"ann{i}" for i, token in enumerate(made.tokens)}
    said: dict[str, dict[int, list[Any]]] = {"claim": {}, "save": {}, "issue": {}, "skip": {}, "submit": {}}
    for what, token, task_id, revision in lines:
        assert task_id not in said[what], f"{what} of task {task_id} was acknowledged twice"
        said[what][task_id] = [who[token], revision]

    tasks = sql(path, "select * from tasks where assignee is not null").set_index("task_id")
    assert {t: tasks.assignee[t] for t in said["claim"]} == {t: login for t, (login, _) in said["claim"].items()}
    assert set(tasks.index) == set(said["claim"]), "nobody holds a task without having been told"
    assert set(tasks.index[tasks.outcome == "submitted"]) == set(said["submit"])
    assert set(tasks.index[tasks.outcome == "skipped"]) == set(said["skip"])
    ended = set(said["submit"]) | set(said["skip"])
    annotations = sql(path, "select task_id, count(*) as n from annotations group by 1")
    assert set(annotations.task_id) == ended, "each submission is there, and what was drawn before a skip"
    assert set(annotations.n) == {1}, "none is there twice"
    shapes = sql(path, "select task_id, shape_id from shape_history")
    assert len(shapes) == 3 * len(ended)
    kind = {t: "final" if t in said["submit"] else "draft" for t in ended}
    assert all(s.startswith(f"{t}-{kind[t]}-") for t, s in shapes.itertuples(index=False))
    issues = sql(path, "select task_id from issues")
    assert sorted(issues.task_id) == sorted(said["issue"])
    events = sql(path, "select operation, task_id, count(*) as n from events where task_id is not null group by all")
    assert set(events.n) == {1}
    assert set(events.task_id[events.operation == "tasks.save"]) == set(said["save"])
    # Each draft that was acknowledged is what one goes on from: nobody was told of a conflict.
    assert {revision for _, revision in said["save"].values()} == {1}
    assert len(said["submit"]) > KILLS
