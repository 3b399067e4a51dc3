"""Looking ahead: which image comes next, and who may see it before it is theirs."""

import datetime

import pytest

from nbannotate.errors import NotAllowed
from nbannotate.model import Annotation, TaskView


def peek(client, team, but=None, step=0):
    return client.call("tasks.peek", int | None, campaign_id=team.campaign.campaign_id, step=step, but=but)


def pulled(client, team, step=0):
    return client.call("tasks.next", TaskView, campaign_id=team.campaign.campaign_id, step=step)


def test_what_is_peeked_is_what_comes_next_and_nobody_holds_it(team):
    made = team()
    ana = made["ana"]
    now = pulled(ana, made)
    ahead = peek(ana, made, but=now.task.task_id)
    assert ahead not in (None, now.task.asset_id)
    held = made.workspace.sql("select count(*) as n from tasks where assignee is not null and closed is null")
    assert held["n"][0] == 1
    ana.call("tasks.submit", object, task_id=now.task.task_id, annotation=Annotation(nothing_to_label=True), revision=0)
    assert pulled(ana, made).task.asset_id == ahead


def test_what_one_holds_already_comes_before_the_queue(team):
    made = team()
    ana = made["ana"]
    first = pulled(ana, made)
    second = ana.call("tasks.pull", TaskView, campaign_id=made.campaign.campaign_id, step=0)
    assert peek(ana, made, but=first.task.task_id) == second.task.asset_id
    assert peek(ana, made) == first.task.asset_id


def test_nothing_is_peeked_when_nothing_is_left(team):
    made = team(count=1)
    now = pulled(made["ana"], made)
    assert peek(made["ana"], made, but=now.task.task_id) is None


def test_a_waiting_image_is_seen_by_those_who_could_take_it_and_by_nobody_else(team):
    made = team()
    ahead = peek(made["ana"], made)
    assert made["ana"].image(ahead)
    assert made["ben"].image(ahead)
    with pytest.raises(NotAllowed):
        made["chloe"].image(ahead)  # it waits at the step before hers
    with pytest.raises(NotAllowed):
        peek(made["chloe"], made)
    taken = pulled(made["ana"], made)
    assert taken.task.asset_id == ahead
    with pytest.raises(NotAllowed):
        made["ben"].image(ahead)  # it is ana's now


def test_an_overdue_queue_shows_nothing_ahead(team):
    made = team(due=datetime.date(2999, 1, 1))
    ahead = peek(made["ana"], made)
    with made.workspace.client.dispatcher.engine.write() as tx:
        tx.run(
            """update data.campaigns set due = date '2020-01-01', spec = replace(spec, '2999-01-01', '2020-01-01')"""
        )
    assert peek(made["ana"], made) is None
    with pytest.raises(NotAllowed):
        made["ana"].image(ahead)
