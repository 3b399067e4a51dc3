"""Every table says what a naive recount of the same rows says, whatever the filters."""

import datetime as dt
import statistics
from collections import Counter
from typing import Any

import planted
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate import stats
from nbannotate.stats.filters import utc_now

END = dt.datetime(2026, 7, 11)
WORLDS = [planted.simulate(seed, assets=25, days=6, end=END) for seed in range(3)]

worlds = st.sampled_from(WORLDS)
moments = st.datetimes(END - dt.timedelta(days=8), END + dt.timedelta(days=2))
filters = st.fixed_dictionaries(
    {},
    optional={
        "member": st.one_of(
            st.sampled_from(["ana", "chloe"]), st.lists(st.sampled_from(["ana", "ben", "max", "chloe"]))
        ),
        "step": st.sampled_from(["draw", "check", ["draw", "check"], []]),
        "start": moments,
    },
).flatmap(
    lambda f: st.one_of(
        st.just(f),
        st.integers(1, 200).map(
            lambda h: {**f, "end": f.get("start", END - dt.timedelta(days=4)) + dt.timedelta(hours=h)}
        ),
    )
)
scopes = st.sampled_from([None, 1, 2])
Row = dict[str, Any]


def passes(row: Row, given_: Row, member: str | None, step: str, moment: dt.datetime) -> bool:
    members, steps = given_.get("member"), given_.get("step")
    return (
        (members is None or member in ([members] if isinstance(members, str) else members))
        and (steps is None or step in ([steps] if isinstance(steps, str) else steps))
        and ("start" not in given_ or moment >= given_["start"])
        and ("end" not in given_ or moment < given_["end"])
    )


def tasks_of(world: planted.Planted, campaign: int | None, given_: Row, *, closed: bool = False) -> list[Row]:
    return [
        row
        for row in world.rows["tasks"]
        if campaign in (None, row["campaign_id"])
        and not (closed and row["closed"] is None)
        and passes(row, given_, row["assignee"], row["step_name"], row["closed"] or utc_now())
    ]


def scope_of(world: planted.Planted, campaign: int | None) -> Any:
    return world if campaign is None else world.campaign(campaign)


@settings(max_examples=25, deadline=None)
@given(worlds, scopes, filters)
def test_progress_counts_each_asset_once(world: planted.Planted, campaign: int | None, given_: Row) -> None:
    table = stats.progress(scope_of(world, campaign), **given_)
    assert list(table["campaign_id"]) == ([1, 2] if campaign is None else [campaign])
    for row in table.to_dict("records"):
        current = [t for t in tasks_of(world, row["campaign_id"], given_) if t["is_current"]]
        states = Counter(t["state"] for t in current)
        assert row["total"] == len(current) == row["done"] + row["skipped"] + row["remaining"]
        assert (row["done"], row["skipped"]) == (states["done"], states["skipped"])
        if current:
            assert row["share"] == pytest.approx((states["done"] + states["skipped"]) / len(current))
        else:
            assert row["share"] != row["share"]


@settings(max_examples=25, deadline=None)
@given(worlds, scopes, filters)
def test_tasks_are_counted_by_step_and_state(world: planted.Planted, campaign: int | None, given_: Row) -> None:
    table = stats.tasks(scope_of(world, campaign), **given_)
    naive = Counter(
        (t["campaign_id"], t["step"], "waiting" if t["state"] == "in_progress" and not t["assignee"] else t["state"])
        for t in tasks_of(world, campaign, given_)
        if t["is_current"]
    )
    counted = {(r["campaign_id"], r["step"], r["state"]): r["tasks"] for r in table.to_dict("records")}
    assert {k: v for k, v in counted.items() if v} == dict(naive)
    assert len(counted) % 5 == 0


@settings(max_examples=25, deadline=None)
@given(worlds, scopes, filters, st.sampled_from(["hour", "day", "week", "month"]))
def test_throughput_counts_what_was_handed_in(
    world: planted.Planted, campaign: int | None, given_: Row, by: str
) -> None:
    table = stats.throughput(scope_of(world, campaign), by=by, **given_)
    naive: Counter[Any] = Counter()
    seconds: Counter[Any] = Counter()
    for task in tasks_of(world, campaign, given_, closed=True):
        if task["outcome"] != "skipped":
            key = (start_of(task["closed"], by), task["assignee"], task["kind"])
            naive[key] += 1
            seconds[key] += task["worked_s"]
    counted = {(r["period"], r["member"], r["kind"]): r for r in table.to_dict("records")}
    assert {k: r["tasks"] for k, r in counted.items()} == dict(naive)
    assert {k: r["worked_s"] for k, r in counted.items()} == pytest.approx(dict(seconds))


@settings(max_examples=25, deadline=None)
@given(worlds, scopes, filters)
def test_time_per_task_agrees_with_the_single_times(world: planted.Planted, campaign: int | None, given_: Row) -> None:
    scope = scope_of(world, campaign)
    groups: dict[Any, list[float]] = {}
    for task in tasks_of(world, campaign, given_, closed=True):
        groups.setdefault((task["campaign_id"], task["step"], task["assignee"]), []).append(task["worked_s"])
    table = stats.time_per_task(scope, **given_)
    counted = {(r["campaign_id"], r["step"], r["member"]): r for r in table.to_dict("records")}
    assert counted.keys() == groups.keys()
    for key, times in groups.items():
        row = counted[key]
        assert row["tasks"] == len(times)
        assert [row[c] for c in ("total_s", "mean_s", "median_s", "min_s", "max_s")] == pytest.approx(
            [sum(times), statistics.fmean(times), statistics.median(times), min(times), max(times)]
        )
    single = stats.task_times(scope, **given_)
    assert sorted(single["worked_s"]) == pytest.approx(sorted(x for times in groups.values() for x in times))


@settings(max_examples=25, deadline=None)
@given(worlds, scopes, filters)
def test_members_have_what_they_did_and_what_they_hold(
    world: planted.Planted, campaign: int | None, given_: Row
) -> None:
    table = stats.members(scope_of(world, campaign), **given_)
    mine: dict[str, list[Row]] = {}
    for task in tasks_of(world, campaign, given_):
        if task["assignee"]:
            mine.setdefault(task["assignee"], []).append(task)
    assert list(table["member"]) == sorted(mine)
    for row in table.to_dict("records"):
        held = mine[row["member"]]
        outcomes = Counter(t["outcome"] for t in held)
        hand = Counter(t["state"] for t in held if t["outcome"] is None)
        assert (row["in_progress"], row["to_rework"]) == (hand["in_progress"], hand["to_rework"])
        assert row["annotated"] == outcomes["submitted"]
        assert row["accepted"] == outcomes["accepted"] + outcomes["accepted_with_edits"]
        assert (row["reworked"], row["skipped"]) == (outcomes["rework"], outcomes["skipped"])
        assert row["worked_s"] == pytest.approx(sum(t["worked_s"] for t in held if t["outcome"]))


@settings(max_examples=40, deadline=None)
@given(worlds, scopes, filters, st.sampled_from(["hour", "day", "week", "month"]))
def test_issues_add_up_to_those_that_stay_open(
    world: planted.Planted, campaign: int | None, given_: Row, by: str
) -> None:
    table = stats.issues(scope_of(world, campaign), by=by, **given_)
    people = {k: v for k, v in given_.items() if k in ("member", "step")}
    mine = [
        i
        for i in world.rows["issues"]
        if campaign in (None, i["campaign_id"]) and passes(i, people, i["author"], planted.STEPS[i["step"]][0], END)
    ]
    since, until = given_.get("start", dt.datetime.min), given_.get("end", dt.datetime.max)
    opened = Counter(start_of(i["created"], by) for i in mine if since <= i["created"] < until)
    closed = Counter(start_of(i["closed"], by) for i in mine if i.get("closed") and since <= i["closed"] < until)
    rows = table.to_dict("records")
    assert {r["period"]: r["opened"] for r in rows if r["opened"]} == dict(opened)
    assert {r["period"]: r["closed"] for r in rows if r["closed"]} == dict(closed)
    if rows:
        periods = list(table["period"])
        assert len(set(periods)) == len(periods)
        assert {
            start_of(a + dt.timedelta(days=31), by) if by == "month" else a + dt.timedelta(**{f"{by}s": 1})
            for a in periods[:-1]
        } == {*periods[1:]}
        assert rows[-1]["open"] == sum(
            i["created"] < until and not (i.get("closed") and i["closed"] < until) for i in mine
        )


@settings(max_examples=25, deadline=None)
@given(worlds, scopes, filters)
def test_issue_states_count_every_issue_once(world: planted.Planted, campaign: int | None, given_: Row) -> None:
    table = stats.issue_states(scope_of(world, campaign), **given_)
    naive = Counter(
        i["state"]
        for i in world.rows["issues"]
        if campaign in (None, i["campaign_id"])
        and passes(i, given_, i["author"], planted.STEPS[i["step"]][0], i.get("closed") or utc_now())
    )
    assert dict(zip(table["state"], table["issues"], strict=True)) == {
        s: naive[s] for s in ("open", "for_review", "resolved")
    }


def start_of(moment: dt.datetime, by: str) -> dt.datetime:
    if by == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return {"day": day, "month": day.replace(day=1)}.get(by, day - dt.timedelta(days=day.weekday()))
