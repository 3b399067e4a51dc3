"""Forecasts of real workspaces: what is measured is what happened, and what is told of it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pandas as pd
import pytest
from msgspec.structs import replace
from real import workspace
from simulated import Move, Simulation
from tests.rules.forecasting.worlds import MONDAY, World
from tests.stats.lived import logins, plant

import nbannotate as nb
from nbannotate.errors import InvalidInput, NotAllowed
from nbannotate.operations import dispatch
from nbannotate.rules.forecasting.forecast import forecast
from nbannotate.rules.forecasting.history import History
from nbannotate.stats import query
from nbannotate.stats.filters import Filters
from nbannotate.stats.measured import Measured, measured
from nbannotate.stats.query import Query

DAYS = 8


def at(days: int, hours: float = 7) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days, hours=hours)


def lived(days: int = DAYS, **more: Any) -> World:
    world = World(**{"seed": 2, "assets": 700, "people": (3, 2), "seconds": (240.0, 100.0)} | more)
    for day in range(days):
        world.live(day)
    return world


@pytest.fixture
def ws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(query, "utc_now", lambda: at(DAYS))
    monkeypatch.setattr(dispatch, "utc_now", lambda: at(DAYS))
    with nb.open(":memory:") as found:
        yield found


def of(campaign: Any, **filters: Any) -> Measured:
    ((_, found),) = measured(Query(campaign, Filters.of(campaign, **filters)))
    assert found is not None
    return found


def whole(campaign: Any, **filters: Any) -> dict[str, Any]:
    rows = nb.stats.forecast(campaign, **filters)
    return rows[rows["step_name"].isna()].to_dict("records")[0]


# --- what is measured ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dealt", [False, True])
def test_a_history_is_what_happened(ws: Any, dealt: bool) -> None:
    world = lived(dealt=dealt)
    campaign = plant(world, ws)
    found, true = of(campaign).history, world.history(DAYS)
    order = np.argsort(logins(world))  # people stand by their logins
    extra = len(found.days) - len(true.days)
    assert found.now == true.now
    assert found.days[extra:] == true.days
    assert not found.worked[:extra].any()
    assert np.allclose(found.worked[extra:], true.worked[..., order])
    for name in ("closed", "own", "queue", "seen", "sent_back", "left", "onward"):
        mine = getattr(found, name)[extra:] if name == "closed" else getattr(found, name)
        its = getattr(true, name)[..., order] if name in ("closed", "own") else getattr(true, name)
        assert np.array_equal(mine, its), name
    assert found.back_to == true.back_to
    assert (found.ran_dry[extra:] == true.ran_dry).mean() > 0.8  # rows tell of open tasks by the hour only
    assert found.variation == pytest.approx([0.66, 0.66], abs=0.1)


def test_what_was_left_in_the_past_is_what_was_open_then(ws: Any) -> None:
    world = lived()
    found = of(plant(world, ws))
    for day, left in zip(found.history.days, found.past.tolist(), strict=True):
        since = (dt.datetime.combine(day, dt.time()) - MONDAY).total_seconds()
        for step in range(2):
            assert left[step] == sum(
                v.step == step and v.created < since and (v.closed is None or v.closed >= since) for v in world.visits
            )


@pytest.mark.parametrize("tz", ["Europe/Berlin", "America/St_Johns"])
def test_hours_are_those_of_the_zone_also_when_clocks_change(tz: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recount of what real operations stored, with copies, over the ends of summer time."""
    simulation = Simulation(copies=2, reviews=2, assets=4, attribution="queue")
    try:
        work = [Move("draw", i, i, 20 + i) for i in range(8)] + [Move("wait", 0, 6), Move("wait", 0, 7)]
        work += [Move("accept", i, i, 21 + i) for i in range(6)] + [Move("rework", i, i, 30) for i in range(4)]
        simulation.run([*work, *work, Move("disable", 1), *work])
        now = simulation.clock.now
        monkeypatch.setattr(query, "utc_now", lambda: now)
        found = of(simulation.campaigns["One"], tz=tz, start="2025-10-20").history
        world = simulation.world()
        recount(world.rows, found, {day: i for i, day in enumerate(found.days)}, tz)
    finally:
        simulation.close()


def recount(rows: dict[str, list[Any]], found: History, days: dict[dt.date, int], tz: str) -> None:
    people = sorted({r["_member"] for r in rows["activity"]})
    assert found.may.any(axis=0).tolist() == [login != "ben" for login in people]
    worked, closed = np.zeros_like(found.worked), np.zeros_like(found.closed)

    def place(moment: dt.datetime) -> tuple[int, int]:
        there = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(tz))
        return days[there.date()], there.hour

    for row in rows["activity"]:
        if row["_member"] in people:
            last = max(row["started"], row["ended"] - dt.timedelta(microseconds=1))
            worked[(*place(last), row["step"], people.index(row["_member"]))] += row["worked_s"]
    for row in rows["tasks"]:
        if row["closed"] and row["outcome"] not in ("agreed", "ended") and row["_assignee"] in people:
            closed[(*place(row["closed"]), row["step"], people.index(row["_assignee"]))] += 1
    assert worked.sum() > 0
    assert closed.sum() > 5
    assert np.allclose(found.worked, worked)
    assert np.array_equal(found.closed, closed)
    assert found.open.sum() == sum(row["outcome"] is None for row in rows["tasks"])


def test_of_several_copies_one_goes_on(tmp_path: Path) -> None:
    simulation = Simulation(copies=3, reviews=1, assets=4, attribution="queue")
    try:
        simulation.run([Move("draw", i, i, 20) for i in range(12)])
        history = of(simulation.campaigns["One"]).history
        assert history.onward[0] == pytest.approx([0, 1 / 3, 0])
        assert history.onward[1] == pytest.approx([0, 0, 1])
        assert history.back_to == (-1, -1, 1)
    finally:
        simulation.close()


# --- what is told ----------------------------------------------------------------------------------------------------


def test_the_table_tells_what_the_simulation_says(ws: Any) -> None:
    campaign = plant(lived(), ws, due="2026-06-14")
    outcome = forecast(of(campaign).history)
    rows = nb.stats.forecast(campaign).set_index("step_name", drop=False)
    assert rows["step_name"].isna().tolist() == [True, False, False]
    assert rows["end"].tolist() == [outcome.end.median, *(s.median for s in outcome.steps)]
    assert rows["earliest"].iloc[0] == outcome.end.low
    assert rows["latest"].iloc[0] == outcome.end.high
    assert rows["expected"].iloc[0] == pytest.approx(outcome.ahead.sum())
    hours = (dt.datetime(2026, 6, 15) - at(DAYS)).total_seconds() / 3600
    assert rows["in_time"].iloc[0] == (outcome.runs <= hours).mean()
    assert rows.loc["draw", "people"] == 3
    assert rows["note"].isna().all()
    assert rows["bottleneck"].sum() == 1
    days = nb.stats.forecast_days(campaign)
    fan = days[days["step_name"].isna() & ~days["is_past"]]
    assert fan["day"].tolist() == list(outcome.days)
    assert np.allclose(fan[["low", "remaining", "high"]], outcome.left[:, -1])


def test_times_stand_in_the_zone_that_is_asked_for(ws: Any) -> None:
    campaign = plant(lived(), ws)
    here = nb.stats.forecast(campaign, tz="Asia/Tokyo")
    assert str(here["end"].dt.tz) == "Asia/Tokyo"
    apart = here["end"].dt.tz_convert("UTC").dt.tz_localize(None) - nb.stats.forecast(campaign)["end"]
    assert apart.abs().max() < pd.Timedelta(days=2)


def test_more_people_are_asked_for_by_the_names_of_steps(ws: Any) -> None:
    campaign = plant(lived(), ws)
    base = campaign.forecast()
    more = base.what_if(add={"draw": 2})
    assert more.end < base.end == more.before
    assert more.added == {"draw": 2}
    card = more._repr_markdown_()
    for row in ("| all steps |", "| draw |", "| check |"):
        assert f"\n{row}" in card
    assert "days sooner than without the people added" in card
    assert more.df()["people"].tolist() == [7, 5, 2]
    assert base.what_if(add={"draw": 0}).end == base.end
    for wrong in ({"drow": 1}, {"draw": -1}, {"draw": 1.5}, {"draw": "two"}, [1], {"draw": 10**9}):
        with pytest.raises(InvalidInput):
            base.what_if(add=wrong)


def test_too_few_tasks_are_not_enough(ws: Any) -> None:
    world = lived(1, assets=40, seconds=(3000.0, 900.0))
    assert 0 < world.finished < 20
    campaign = plant(world, ws)
    told = campaign.forecast()
    assert told.note == f"Not enough yet: {world.finished} of 20 finished tasks"
    assert told.end is None
    assert told.bottleneck is None
    assert told.note in repr(told)
    figure = nb.charts.forecast(campaign)
    assert not figure.data
    assert figure.layout.annotations[0].text == told.note


def test_a_step_at_which_nobody_works_is_named(ws: Any) -> None:
    campaign = plant(lived(seconds=(240.0, 0.1)), ws)
    told = campaign.forecast(member=["ana", "ben"])
    assert told.note == "Nobody has worked at check in this period"
    assert told.end is None
    assert told.what_if(add={"check": 1}).end is not None


def without(campaign: Any, login: str, step: str = "draw") -> None:
    """Take somebody off a step of a campaign."""
    others = next(s.assignees for s in campaign.spec.workflow.steps if s.name == step)
    campaign.reassign(to=next(w for w in others if w != login), step=step, member=login, started=True)
    campaign.remove_assignee(step, login)


def pause(ws: Any, campaign: Any, login: str) -> None:
    """Pause somebody for gold, as a fall says it, in a campaign whose recipe has gold."""
    flow = campaign.spec.workflow
    with ws.client.dispatcher.engine.write() as tx:
        who = tx.value("select member_id from data.members where login = $1", login)
        spec = replace(campaign.spec, order="random", workflow=replace(flow, gold="known", on_fail="pause"))
        tx.run(
            "update data.campaigns set spec = $2 where campaign_id = $1",
            campaign.campaign_id, msgspec.json.encode(spec).decode(),
        )  # fmt: skip
        tx.run(
            "insert into data.gold_falls (campaign_id, member_id, since, mean, answers, action) "
            "values ($1, $2, $3, 0.1, 5, 'pause')",
            campaign.campaign_id, who, at(3),
        )  # fmt: skip


@pytest.mark.parametrize("how", ["disabled", "taken off", "paused"])
def test_who_may_not_go_on_is_no_part_of_the_pace_and_their_tasks_took_as_long(ws: Any, how: str) -> None:
    campaign = plant(lived(dealt=True), ws)
    before, history = campaign.forecast(), of(campaign).history
    if how == "disabled":
        ws.members.disable("ana")
    elif how == "taken off":
        without(campaign, "ana")
    else:
        pause(ws, campaign, "ana")
    after = of(campaign).history
    assert history.works.sum(axis=1).tolist() == [3, 2]
    assert after.works.sum(axis=1).tolist() == [2, 2]
    assert whole(campaign)["people"] == 4
    assert np.array_equal(after.worked, history.worked)
    assert np.array_equal(after.closed, history.closed)
    assert after.variation == pytest.approx(history.variation)
    assert after.open.sum() == history.open.sum()
    assert not after.own[0, 0]
    assert campaign.forecast().end > before.end


def test_who_is_taken_off_one_step_goes_on_at_another(ws: Any) -> None:
    world = lived(people=(3, 1, 1), seconds=(240.0, 60.0, 60.0), rework=(0.0, 0.1, 0.0))
    campaign = plant(world, ws)
    one_reviewer(ws, campaign)
    assert of(campaign).history.works.sum(axis=1).tolist() == [3, 1, 1]
    ws.members.add("new", "reviewer")
    campaign.add_assignee("final", "new")
    without(campaign, "chloe", "final")
    assert of(campaign).history.works.sum(axis=1).tolist() == [3, 1, 0]
    told = campaign.forecast()
    assert told.note == "Nobody who worked at final in this period may go on"
    assert told.what_if(add={"final": 1}).end is not None


def test_where_nobody_may_go_on_more_people_work_as_those_did(ws: Any) -> None:
    campaign = plant(lived(), ws)
    for login in ("ana", "ben", "eve", "chloe", "dan"):
        ws.members.disable(login)
    told = campaign.forecast()
    assert told.note == "Nobody who worked at draw, check in this period may go on"
    assert told.df()["people"].tolist() == [0, 0, 0]
    assert told.what_if(add={"draw": 3, "check": 2}).end is not None


def one_reviewer(ws: Any, campaign: Any) -> None:
    """Let chloe have done what max did."""
    flow = campaign.spec.workflow
    steps = [replace(s, assignees=tuple("chloe" if w == "max" else w for w in s.assignees)) for s in flow.steps]
    spec = replace(campaign.spec, workflow=replace(flow, steps=tuple(steps)))
    with ws.client.dispatcher.engine.write() as tx:
        one, other = (tx.value("select member_id from data.members where login = $1", w) for w in ("chloe", "max"))
        for table, column in (("tasks", "assignee_id"), ("activity", "member_id"), ("step_members", "member_id")):
            tx.run(f"update data.{table} set {column} = $1 where {column} = $2", one, other)
        tx.run(
            "update data.campaigns set spec = $2 where campaign_id = $1",
            campaign.campaign_id, msgspec.json.encode(spec).decode(),
        )  # fmt: skip


def test_a_reviewer_at_several_steps_is_one_person(ws: Any) -> None:
    world = lived(people=(3, 1, 1), seconds=(240.0, 60.0, 60.0), rework=(0.0, 0.1, 0.0))
    campaign = plant(world, ws)
    one_reviewer(ws, campaign)
    history = of(campaign).history
    assert history.people == 4
    assert (history.worked.sum(axis=(0, 1)) > 0).sum(axis=1).tolist() == [3, 1, 1]
    assert whole(campaign)["people"] == 4
    assert campaign.forecast().end is not None


def test_a_campaign_that_rests_or_is_finished_says_so(ws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    resting = plant(lived(), ws, name="Resting")
    done = lived(assets=60)
    while done.open:
        done.live(DAYS)
    finished = plant(done, ws, name="Finished")
    monkeypatch.setattr(query, "utc_now", lambda: at(40))
    assert resting.forecast().note == "Nobody has worked in this period"
    assert resting.forecast(start="2026-06-01", end="2026-06-10").end is not None
    told = finished.forecast()
    assert told.note == "Finished"
    assert told.end == told.latest == MONDAY + dt.timedelta(seconds=done.now)
    assert whole(finished)["open"] == 0
    assert set(nb.stats.forecast(ws)["campaign"]) == {"Resting"}


def test_a_campaign_that_is_not_launched_says_so(ws: Any) -> None:
    ws.members.add("ana")
    version = ws.create_dataset("smears").create_version("v1")
    steps = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])
    campaign = version.create_campaign("July", nb.Recipe(["cell"]), steps)
    assert campaign.forecast().note == "Not launched yet"
    assert nb.stats.forecast(ws).empty


def test_the_period_is_that_of_the_pace(ws: Any) -> None:
    world = lived()
    campaign = plant(world, ws)
    some = of(campaign, start="2026-06-04", end="2026-06-05")
    assert some.history.days == (dt.date(2026, 6, 4), dt.date(2026, 6, 5))
    assert some.history.closed.sum() == sum(v.closed is not None and 3 <= v.closed // 86400 < 5 for v in world.visits)
    assert some.history.open.sum() == of(campaign).history.open.sum()
    assert some.history.seen.sum() == world.finished


def test_tasks_without_measured_time_have_the_pace_at_which_they_were_closed(ws: Any) -> None:
    campaign = plant(lived(), ws)
    before = campaign.forecast()
    with ws.client.dispatcher.engine.write() as tx:
        tx.run("delete from data.activity")
        tx.run("update data.tasks set worked_s = 0")
    after = campaign.forecast()
    assert after.end is not None
    assert abs(after.end - before.end) < 0.5 * (before.end - at(DAYS))


def test_filters_leave_rows_and_people(ws: Any) -> None:
    campaign = plant(lived(), ws)
    rows = nb.stats.forecast(campaign, step="check")
    assert rows["step_name"].tolist() == ["check"]
    assert rows["end"].tolist() == nb.stats.forecast(campaign)["end"].tolist()[2:]
    slower = campaign.forecast(member=["ana", "chloe"])
    assert slower.end > campaign.forecast().end
    behind = nb.stats.forecast.events(campaign, step_name="draw")
    assert len(behind) == nb.stats.forecast(campaign)["open"].iloc[1]


def test_several_campaigns_are_told_apart(ws: Any) -> None:
    for number, name in enumerate(("One", "Two")):
        plant(lived(seed=number), ws, name=name)
    rows = nb.stats.forecast(ws)
    assert rows["campaign"].tolist() == ["One"] * 3 + ["Two"] * 3
    figure = nb.charts.forecast(ws)
    assert list(figure.data[-1].y) == ["One", "Two"]
    plant(World(9, assets=30, people=(1, 1)), ws, name="New")
    figure = nb.charts.forecast(ws)
    assert list(figure.data[-1].y) == ["One", "Two"]
    assert [note.text for note in figure.layout.annotations] == [
        "No forecast of New: Not enough yet: 0 of 20 finished tasks"
    ]
    assert [trace.name for trace in nb.charts.forecast_days(ws).data if trace.name] == ["One", "Two"]


def test_only_who_may_see_statistics_is_told(tmp_path: Path) -> None:
    ws, campaign, clients = workspace(tmp_path)
    with ws:
        hers = nb.workspace.Workspace(clients["ana"])
        with pytest.raises(NotAllowed):
            nb.stats.forecast(hers)
        assert campaign.forecast().note == "Not enough yet: 0 of 20 finished tasks"


def test_behind_the_points_are_the_open_tasks(ws: Any) -> None:
    campaign = plant(lived(), ws)
    table = nb.stats.forecast(campaign)
    for chart, rows in ((nb.charts.forecast, table), (nb.charts.forecast_relief, table.iloc[1:])):
        (points,) = (trace.customdata for trace in chart(campaign).data if trace.customdata is not None)
        assert [len(chart.events(campaign, point)) for point in points] == rows["open"].tolist()


def test_the_charts_are_the_tables(ws: Any) -> None:
    campaign = plant(lived(), ws, due="2026-06-10")
    more = {"draw": 2}
    table, days = nb.stats.forecast(campaign, add=more), nb.stats.forecast_days(campaign, add=more)
    figure = nb.charts.forecast(campaign, add=more)
    assert list(figure.data[-2].x) == table["end"].tolist()
    assert [list(pd.to_datetime(trace.x)) for trace in figure.data[:3]] == table[["earliest", "latest"]].values.tolist()
    assert list(pd.to_datetime(figure.data[3].x)) == table["before"].tolist()
    said = [note.text for note in figure.layout.annotations]
    assert said[0].startswith(f"Ends about {table['end'].iloc[0]:%Y-%m-%d}; in four of five cases from ")
    assert said[1] == f"By the last day, 2026-06-10, with a probability of {table['in_time'].iloc[0]:.0%}"
    assert said[2].startswith("The bottleneck is ")
    fan = nb.charts.forecast_days(campaign, add=more)
    assert list(fan.data[1].y) == days.loc[days["step_name"].isna(), "remaining"].tolist()
    assert [trace.name for trace in fan.data[2:]] == ["draw", "check"]
