"""Eight annotators at once: no task is served twice, none is lost, and the history says who did what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from owner_rig import Campaign, Script, owners, sql

TASKS, PEOPLE = 200, 8

ANNOTATE = """
import json, sys
from nbannotate.model import Closed, Saved, TaskView
from nbannotate.owner.client import connect
from owner_rig import drawn
path, campaign_id, token = sys.argv[1], int(sys.argv[2]), sys.argv[3]
client = connect(path, token)
print('"ready"', flush=True); sys.stdin.readline()
while view := client.call("tasks.next", TaskView | None, campaign_id=campaign_id, step=0):
    task_id = view.task.task_id
    saved = client.call("tasks.save", Saved, task_id=task_id, annotation=drawn(f"draft-{task_id}", 1),
                        revision=view.revision, seconds=0.1)
    closed = client.call("tasks.submit", Closed, task_id=task_id, annotation=drawn(f"{task_id}"),
                         revision=saved.revision, seconds=0.1)
    print(json.dumps([task_id, view.task.asset_id, closed.state]), flush=True)
"""


@pytest.mark.slow
def test_eight_people_empty_a_queue_of_200_tasks(campaign: Callable[..., Campaign]) -> None:
    made = campaign(TASKS, members=PEOPLE)
    people = [Script(ANNOTATE, made.path, made.campaign_id, token) for token in made.tokens]
    assert [person.hear() for person in people] == ["ready"] * PEOPLE
    for person in people:
        person.say()
    done = [person.result() for person in people]

    served = Counter(task_id for lines in done for task_id, _, _ in lines)
    assert len(served) == TASKS, "none lost"
    assert set(served.values()) == {1}, "none served twice"
    assert {state for lines in done for _, _, state in lines} == {"done"}
    assert all(lines for lines in done), "everybody got some"
    assert len(owners(made.path)) == 1

    tasks = sql(made.path, "select task_id, asset_id, assignee, state, outcome, is_current from tasks")
    assert len(tasks) == tasks.asset_id.nunique() == TASKS
    assert set(tasks.state) == {"done"}
    assert set(tasks.outcome) == {"submitted"}
    by_person = {f"ann{i}": {line[0] for line in lines} for i, lines in enumerate(done)}
    assert {login: set(group.task_id) for login, group in tasks.groupby("assignee")} == by_person

    annotations = sql(made.path, "select task_id, member, shapes, is_latest from annotations")
    assert len(annotations) == annotations.task_id.nunique() == TASKS
    assert set(annotations.shapes) == {3}
    shapes = sql(made.path, "select task_id, shape_id from shapes")
    assert all(shape_id.startswith(f"{task_id}-") for task_id, shape_id in shapes.itertuples(index=False))

    events = sql(
        made.path,
        "select operation, member, task_id, count(*) as n from events where task_id is not null group by all",
    )
    assert set(events.n) == {1}, "each operation left one event"
    for operation in ("tasks.next", "tasks.save", "tasks.submit"):
        rows = events[events.operation == operation]
        assert {login: set(group.task_id) for login, group in rows.groupby("member")} == by_person, operation
