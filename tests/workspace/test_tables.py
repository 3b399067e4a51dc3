"""Every table and every filter: what a filter names has to be there, or the error says what is, and what was meant."""

import datetime
import itertools

import numpy as np
import pandas as pd
import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.model import TASK_STATES
from nbannotate.model.deprecations import RenamedWarning
from nbannotate.workspace.filtering import FREE
from nbannotate.workspace.table import Table


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A launched campaign with a submitted task, an issue and a notice, in memory; nobody changes it."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("images")
    for i in range(3):
        Image.new("RGB", (40, 30)).save(folder / f"{i}.png")
    ws = nb.open(":memory:")
    ana = ws.members.add("ana")
    ben = ws.members.add("ben", "reviewer")
    version = ws.create_dataset("smears").create_version("v1").add_images(folder)
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["ben"], statuses=["for the expert"])]
    campaign = version.create_campaign("July", nb.Recipe(["cell", "dot"], tags=["dark"]), nb.Workflow(steps))
    campaign.launch()
    work = ws.acting(ana).work
    work.next("July").submit([nb.Shape(kind="rectangle", points=[(1, 1), (9, 9)], label="cell")])
    ws.acting(ben).work.next("July").rework("too small")
    yield ws, campaign
    ws.close()


def tables(ws, campaign):
    """Every table that a workspace and a campaign have, found by looking."""
    dataset = ws.datasets["smears"]
    of = {"ws": ws, "dataset": dataset, "version": dataset.versions["v1"], "campaign": campaign}
    return {f"{a}.{name}": t for a, its in of.items() for name, t in vars(its).items() if isinstance(t, Table)}


def test_they_are_found(made):
    assert set(tables(*made)) >= {
        "campaign.tasks", "campaign.jobs", "campaign.assets", "campaign.issues", "campaign.events", "ws.events",
        "ws.members", "ws.notices", "ws.datasets", "ws.campaigns", "dataset.versions", "version.assets",
        "version.shapes", "version.annotations", "version.tags",
    }  # fmt: skip


def test_a_name_that_is_nowhere_is_an_error_that_says_what_there_is_in_every_column_of_every_table(made):
    for where, table in tables(*made).items():
        rows = table.df()
        for column, series in rows.items():
            if series.dtype.kind in "biufM" or column in FREE:
                continue
            with pytest.raises(InvalidInput, match="'no such thing'") as caught:
                table.df(**{column: "no such thing"})
            assert "there are " in str(caught.value), (where, column)
            there = next((v for v in series.dropna() if len(v) > 3), None)
            if there is not None:  # one letter wrong
                with pytest.raises(InvalidInput) as caught:
                    table.df(**{column: there[:-1] + "~"})
                assert "did you mean" in str(caught.value), (where, column, there)


def test_a_column_that_is_none_is_an_error_with_those_that_there_are(made):
    for table in tables(*made).values():
        first = table.df().columns[0]
        with pytest.raises(InvalidInput, match=rf"did you mean '{first}'.*they have {first}"):
            table.df(**{first + "x": 1})


def test_a_value_of_another_type_is_an_error(made):
    for table in tables(*made).values():
        for column, series in table.df().items():
            wrong = {"M": "soon", "b": "yes", "O": 3}.get(series.dtype.kind, "many")
            if column == "step":
                wrong = "no such step"
            with pytest.raises(InvalidInput, match=column):
                table.df(**{column: wrong})


def test_every_value_that_a_table_has_finds_its_rows_also_as_numpy_and_pandas_have_it(made):
    forms = itertools.cycle([lambda v: np.array([v]), lambda v: pd.Series([v]), lambda v: pd.Index([v]), lambda v: [v]])
    for table in tables(*made).values():
        rows = table.df()
        for column, series in rows.items():
            there = series.dropna()
            if there.empty or isinstance(there.iloc[0], list | dict | np.ndarray):
                continue
            value = there.iloc[0]
            expected = rows[series == value].reset_index(drop=True)
            for given in (value, next(forms)(value)):
                pd.testing.assert_frame_equal(table.df(**{column: given}), expected, check_dtype=False)


@pytest.mark.parametrize(
    ("table", "filters", "words"),
    [
        ("tasks", {"state": "to_rewrok"}, "no state 'to_rewrok' .did you mean 'to_rework'"),
        ("tasks", {"status": "for the exprt"}, "did you mean 'for the expert'"),
        ("tasks", {"status": ["approved", "finished"]}, "no status 'finished'"),
        ("tasks", {"assignee": "anna"}, "no assignee 'anna' .did you mean 'ana'.*'ben'"),
        ("tasks", {"step": "darw"}, "no step 'darw' .did you mean 'draw'.*'check'"),
        ("tasks", {"step": 7}, "no step 7.*'draw', 'check'"),
        ("tasks", {"step": True}, "no step True"),
        ("jobs", {"state": "complete"}, "did you mean 'completed'"),
        ("jobs", {"member": "zoe"}, "no member 'zoe'"),
        ("issues", {"state": "closed"}, "'resolved'"),
        ("issues", {"step": "chek"}, "did you mean 'check'"),
        ("issues", {"open": "yes"}, "True or False"),
        ("events", {"operation": "task.submit"}, "did you mean 'tasks.submit'"),
        ("assets", {"asset": "9.png"}, "'0.png', '1.png', '2.png'"),
    ],
)
def test_what_was_meant_is_asked(made, table, filters, words):
    with pytest.raises(InvalidInput, match=words):
        getattr(made[1], table).df(**filters)


@pytest.mark.parametrize(
    ("table", "filters"),
    [
        ("tasks", {"status": "for the expert"}),
        ("tasks", {"status": np.array(["skipped"])}),
        ("tasks", {"assignee": "owner"}),
        ("issues", {"asset": "2.png"}),
        ("issues", {"author": "ana"}),
        ("issues", {"step": "draw", "state": "resolved"}),
        ("jobs", {"state": "completed"}),
        ("events", {"operation": "tasks.skip"}),
        ("events", {"created": datetime.date(2020, 1, 1)}),
        ("tasks", {"assignee": []}),
    ],
)
def test_what_could_be_there_and_is_not_gives_no_rows(made, table, filters):
    if "owner" in str(filters):
        filters = {"assignee": made[0].me.login}
    assert getattr(made[1], table).df(**filters).empty


TIMED = ("ws.events", "campaign.tasks", "campaign.issues", "version.annotations", "ws.members")


@pytest.mark.parametrize("name", TIMED)
def test_every_table_with_times_takes_a_period_and_a_zone(made, name):
    table = tables(*made)[name]
    rows, today = table.df(), datetime.datetime.now(datetime.UTC).date()
    assert len(table.df(start=today - datetime.timedelta(days=1), end=today)) == len(rows)
    assert table.df(end=today - datetime.timedelta(days=1)).empty
    assert table.df(start="2999-01-01", tz="Asia/Tokyo").empty
    zoned = table.df(tz="Asia/Tokyo")
    assert str(zoned["created"].dt.tz) == "Asia/Tokyo"
    assert zoned["created"].dt.tz_convert("UTC").dt.tz_localize(None).tolist() == rows["created"].tolist()
    there = zoned["created"].iloc[0]
    assert len(table.df(created=there.date(), tz="Asia/Tokyo")) == (zoned["created"].dt.date == there.date()).sum()
    assert len(table.df(start=there.tz_localize(None), tz="Asia/Tokyo")) == (zoned["created"] >= there).sum() or (
        name == "campaign.tasks"  # an open task belongs to now
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tz": "Europe/Zurick"}, "no time zone 'Europe/Zurick' .did you mean 'Europe/Zurich'"),
        ({"start": "soon"}, "start must be a time"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "must come after start"),
    ],
)
def test_a_period_or_a_zone_that_is_none_is_said_by_every_table(made, arguments, words):
    for table in tables(*made).values():
        with pytest.raises(InvalidInput, match=words):
            table.df(**arguments)


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("version.annotations", {"origin": "import"}),
        ("version.shapes", {"kind": "mask"}),
        ("version.shapes", {"label": "dot"}),
        ("version.tags", {"tag": "dark"}),
        ("dataset.versions", {"state": "published"}),
        ("ws.campaigns", {"state": "archived"}),
    ],
)
def test_what_a_table_could_have_and_has_not_gives_no_rows(made, name, filters):
    assert tables(*made)[name].df(**filters).empty


def test_what_has_no_time_says_so(made):
    for name in ("version.assets", "campaign.jobs", "campaign.assets"):
        with pytest.raises(InvalidInput, match="have no time"):
            tables(*made)[name].df(start="2026-01-01")


def test_a_person_a_step_and_an_asset_are_asked_for_by_one_name_in_every_table(made):
    found = tables(*made)
    people = {"campaign.tasks": "assignee", "campaign.assets": "assignee", "campaign.issues": "author"}
    people |= {"ws.members": "login", **dict.fromkeys(("ws.events", "campaign.jobs", "version.shapes"), "member")}
    for name, column in people.items():
        expected = found[name].df()
        assert list(found[name].df(member="ana").index) == list(range((expected[column] == "ana").sum())), name
        with pytest.raises(InvalidInput, match="did you mean 'ana'"):
            found[name].df(member="anna")
    for name in ("campaign.tasks", "campaign.jobs", "campaign.assets", "campaign.issues", "version.annotations"):
        assert len(found[name].df(step="draw")) == len(found[name].df(step=0)) == (found[name].df()["step"] == 0).sum()
        with pytest.raises(InvalidInput, match=r"no step 'darw' .did you mean 'draw'"):
            found[name].df(step="darw")
    for name in ("version.assets", "version.shapes", "version.annotations", "campaign.tasks", "campaign.assets"):
        assert len(found[name].df(asset="0.png")) == 1, name
    assert found["campaign.tasks"].df(member="ana", assignee="ben").empty


def test_a_state_that_is_asked_for_as_a_status_is_said_to_be_one(made):
    campaign = made[1]
    with pytest.warns(RenamedWarning, match=r"tasks.df.state='to_rework'"):
        old = campaign.tasks.df(status="to_rework")
    pd.testing.assert_frame_equal(old, campaign.tasks.df(state="to_rework"))
    with pytest.warns(RenamedWarning, match="jobs.df.state"):
        campaign.jobs.df(status="pending")


def test_a_day_is_all_of_it_and_none_is_what_is_missing(made):
    ws, campaign = made
    tasks = campaign.tasks.df()
    day = tasks["created"].iloc[0].date()
    for given in (day, str(day), np.datetime64(day), pd.Timestamp(day).date()):
        assert len(campaign.tasks.df(created=given)) == len(tasks)
    assert len(campaign.tasks.df(closed=None)) == len(campaign.tasks.df(closed=pd.NaT)) == tasks["closed"].isna().sum()
    assert len(campaign.tasks.df(assignee=[None, "ana"])) == len(tasks)
    assert set(campaign.tasks.df(history=np.bool_(True), step="draw")["state"]) <= set(TASK_STATES)
    assert list(ws.members.df(role="reviewer")["login"]) == ["ben"]


@pytest.mark.parametrize("name", nb.stats.names())
def test_statistics_name_what_there_is(made, name):
    table = getattr(nb.stats, name)
    for scope in made:
        with pytest.raises(InvalidInput, match=r"no member 'anna' here .did you mean 'ana'"):
            table(scope, member="anna")
        with pytest.raises(InvalidInput, match=r"no step 'darw' here .did you mean 'draw'"):
            table(scope, step=np.array(["darw"]))
