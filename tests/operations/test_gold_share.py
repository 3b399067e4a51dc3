"""Gold goes along with work that is given away, and goes with a campaign that is deleted."""

from __future__ import annotations

import pytest

import nbannotate as nb
from nbannotate.model import IssueSummary, Notice, Reassigned, Task
from tests.operations.golden import RIGHT

DEALT = nb.Step("draw", "annotation", ["ana", "ben", "cem"], "weighted", weights=[4, 1, 1])


@pytest.fixture
def dealt(golden):
    """A campaign of 160 images, most of them dealt to ana, of whom some begin with an answer that is known."""
    return golden(count=200, steps=[DEALT])


def listed(t, who):
    return t[who].call("tasks.listing", list[Task], campaign_id=t.campaign.campaign_id, step=0)


def shares(t, who):
    """Return how many open tasks somebody has, and how many of them are gold."""
    mine = [task for task in listed(t, who) if task.state != "done"]
    return len(mine), sum(task.asset in t.names for task in mine)


def open_ids(t, who):
    rows = t.rows(
        "select t.task_id from data.tasks t join data.members m on m.member_id = t.assignee_id "
        "where m.login = $1 and t.gold is null and t.closed is null order by t.position",
        who,
    )
    return [row["task_id"] for row in rows]


def give(t, to, **which):
    return t["max"].call("tasks.reassign", Reassigned, campaign_id=t.campaign.campaign_id, to=to, **which)


@pytest.mark.parametrize("part", ["half", "every other"])
def test_whoever_gets_a_part_of_the_work_gets_that_part_of_the_gold(dealt, part):
    t = dealt
    (had, gold), (bens, before) = shares(t, "ana"), shares(t, "ben")
    ids = open_ids(t, "ana")
    given = ids[: len(ids) // 2] if part == "half" else ids[::2]
    done = give(t, "ben", task_ids=given)
    assert (done.tasks, done.people) == (len(given), {"ben": len(given)}), "managers are told of the work only"
    (left, hers), (more, his) = shares(t, "ana"), shares(t, "ben")
    assert (left + more, hers + his) == (had + bens, gold + before), "none is lost, and none is made"
    for n, its in ((left, hers), (more, his)):
        assert 0.15 <= its / n <= 0.35, (n, its)
    for who in ("ana", "ben"):
        assets = [task.asset for task in listed(t, who)]
        assert len(assets) == len(set(assets))
    told = [n.text for n in t["ben"].call("notices.mine", list[Notice]) if n.kind == "assigned"]
    assert told[0] == f"{more - bens} images were assigned to you in July.", "the number is that of the list"


def test_gold_that_somebody_has_answered_or_opened_does_not_come_to_anybody(dealt):
    t = dealt
    t.answer("ben", 3)
    his = {task.asset for task in listed(t, "ben")} & set(t.names)
    while not t.is_gold(view := t.next("ana")):
        t.act("ana", "submit", view, RIGHT)
    give(t, "ben", task_ids=open_ids(t, "ana")[:-1])
    assets = [task.asset for task in listed(t, "ben")]
    assert len(assets) == len(set(assets))
    assert {view.task.asset} <= {task.asset for task in listed(t, "ana") if task.state != "done"}
    new = set(assets) & set(t.names) - his
    assert new
    assert view.task.asset not in new


def test_dealing_anew_keeps_the_share_of_everybody(dealt):
    t = dealt
    before = sum(shares(t, who)[1] for who in ("ana", "ben", "cem"))
    t["max"].call(
        "tasks.redistribute", Reassigned, campaign_id=t.campaign.campaign_id, step=0,
        weights={"ana": 1.0, "ben": 1.0, "cem": 1.0},
    )  # fmt: skip
    after = {who: shares(t, who) for who in ("ana", "ben", "cem")}
    assert sum(gold for _, gold in after.values()) == before
    for who, (n, gold) in after.items():
        assert 0.12 <= gold / n <= 0.4, (who, n, gold)
        assets = [task.asset for task in listed(t, who)]
        assert len(assets) == len(set(assets))


def test_what_goes_to_the_queue_takes_its_gold_along(dealt):
    t = dealt
    _, gold = shares(t, "ana")
    ids = open_ids(t, "ana")
    give(t, None, task_ids=ids[: len(ids) // 2])
    left, its = shares(t, "ana")
    assert 0.15 <= its / left <= 0.35
    waiting = t.rows("select count(*) as n from data.tasks where gold is not null and assignee_id is null")[0]["n"]
    assert waiting == gold - its > 0


def waiting_ids(t):
    rows = t.rows(
        "select task_id from data.tasks where gold is null and assignee_id is null and step = 0 order by position"
    )
    return [row["task_id"] for row in rows]


@pytest.mark.parametrize("begun", [0, 5])
def test_what_is_given_from_the_queue_brings_as_much_gold_as_if_it_was_taken(golden, begun):
    t, alone = golden(count=60), golden(count=60)
    for its in (t, alone):
        for _ in range(begun):
            its.act("ana", "submit", its.next("ana"), RIGHT)
    ids = waiting_ids(t)[:14]
    done = give(t, "ana", task_ids=ids)
    assert (done.tasks, done.people) == (14, {"ana": 14}), "managers are told of the work only"
    told = [n.text for n in t["ana"].call("notices.mine", list[Notice]) if n.kind == "assigned"]
    n, gold = shares(t, "ana")
    assert gold >= 4
    assert told[0] == f"{n} images were assigned to you in July.", "the number is that of the list"
    for its in (t, alone):
        got = []
        for _ in range(n):
            view = its.next("ana")
            got.append(its.is_gold(view))
            its.act("ana", "submit", view, RIGHT)
        its.got = got
    assert t.got == alone.got, "at the same places"
    assets = [task.asset for task in listed(t, "ana")]
    assert len(assets) == len(set(assets)) == begun + n
    assert not t.is_gold(t.next("ben"))


def test_gold_that_somebody_had_does_not_come_again_from_the_queue(golden):
    t = golden(count=60)
    hers = {view.task.asset for view in t.answer("ana", 3)}
    give(t, "ana", task_ids=waiting_ids(t))
    mine = [task.asset for task in listed(t, "ana") if task.state != "done"]
    assert not hers & set(mine)
    assert set(t.names) - hers == set(t.names) & set(mine), "all the gold that is left for her"


def test_counts_of_gold_are_those_of_the_tasks(dealt):
    t = dealt
    give(t, "ben", task_ids=open_ids(t, "ana")[::3])
    counted = t.rows(
        "select m.login, sum(c.tasks) as n from data.counts c join data.members m on m.member_id = c.member_id "
        "where c.gold group by 1 having sum(c.tasks) <> 0 order by 1"
    )
    there = t.rows(
        "select m.login, count(*) as n from data.tasks t join data.members m on m.member_id = t.assignee_id "
        "where t.gold is not null group by 1 order by 1"
    )
    assert counted == there


def test_the_gold_of_a_deleted_campaign_is_gone_and_the_work_is_not(golden):
    t = golden()
    t.answer("ana", 2)
    said = t.rows("select annotation_id, origin from data.annotations where campaign_id is not null")
    golden_ids = [row["annotation_id"] for row in said if row["origin"] == "gold"]
    assert len(golden_ids) == 2
    shapes = "select count(*) as n from data.shapes where list_contains($1, annotation_id)"
    assert t.rows(shapes, golden_ids)[0]["n"] == 2
    lost = t.campaign.delete(confirm="July")
    assert lost.kept_annotations == len(said) - 2
    left = t.rows("select annotation_id from data.annotations where campaign_id is not null")
    assert {row["annotation_id"] for row in left} == {r["annotation_id"] for r in said} - set(golden_ids)
    assert t.rows(shapes, golden_ids)[0]["n"] == 0
    assert t.rows("select count(*) as n from data.tasks")[0]["n"] == 0


def test_no_notice_says_a_number_of_images_that_the_list_does_not_have(golden, make_images):
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], "equal")]
    t = golden(count=40, steps=steps, new_assets="join", flow={"share": 0.2})
    (begun,) = [n.text for n in t["ana"].call("notices.mine", list[Notice])]
    assert begun == "'July' has begun; you work at 'draw'."
    before = shares(t, "ana")
    new = [path.rename(path.with_name(f"new_{path.name}")) for path in make_images(40, folder="more")]
    t.version.add_images(new)
    after = shares(t, "ana")
    assert after[1] > before[1]
    told = [n.text for n in t["ana"].call("notices.mine", list[Notice])]
    assert f"{after[0] - before[0]} assets came to 'July', step 'draw'." in told


def test_managers_see_which_issues_stand_on_gold(golden):
    t = golden()
    while not t.is_gold(view := t.next("ana")):
        t["ana"].call("issues.create", object, task_id=view.task.task_id, text="a question")
        t.act("ana", "skip", view)
    t["ana"].call("issues.create", object, task_id=view.task.task_id, text="another question")
    found = {issue.asset: issue.gold for issue in t["max"].call("issues.listing", list[IssueSummary])}
    assert found.pop(view.task.asset) is True
    assert set(found.values()) <= {False}
    assert "gold" not in str(t["ana"].call("issues.mine", list[object]))
