"""What the dashboard has to show: the tables and the charts that are found, and what may be chosen. No widgets here."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from msgspec import Raw
from traitlets.log import get_logger as log

from nbannotate import charts, stats
from nbannotate.charts.chart import Chart
from nbannotate.charts.look import Look, duration, label, per
from nbannotate.errors import InvalidInput, NbannotateError, NotAllowed, OwnerUnavailable, SessionEnded
from nbannotate.pages.manage.cells import Cells, cells
from nbannotate.pages.manage.filters import Choice
from nbannotate.pages.manage.statistics_messages import CardView, FigureShown, Offer, TableShown, Tile, WhyNot, text
from nbannotate.stats.filters import Filters, utc_now
from nbannotate.stats.query import Query
from nbannotate.stats.scope import HasSql, Scope
from nbannotate.stats.table import TABS, Position, Tab, Table
from nbannotate.texts import Message, t, word

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


#: What concerns all that is read, and not the one table whose reading it ended.
OF_ALL = (SessionEnded, NotAllowed, OwnerUnavailable)


@dataclass(frozen=True)
class Part:
    """One card of the dashboard: a chart, or a table that is shown as it is.

    Parameters
    ----------
    name
        Unique among all parts.
    table
        What is read.
    chart
        What draws it; None shows the table itself.
    on
        Where it stands.
    """

    name: str
    table: Table
    chart: Chart | None
    on: Position

    def title(self, choice: Choice) -> Message:
        """Return what stands above it."""
        if self.chart is None:
            return Message(label(self.table.__name__).capitalize())
        return per(self.chart.title, choice.by)

    def view(self, choice: Choice) -> CardView:
        """Return what the browser knows of it."""
        return CardView(
            name=self.name, tab=self.on.tab, title=self.title(choice), wide=self.on.wide or self.chart is None,
            keys=len(self.chart.keys) if self.chart else 0, file=self.table.__name__.replace("_", "-"),
            table=self.chart is None, without=choice.not_taken(self.table.takes),
        )  # fmt: skip

    def read(self, scope: Scope, choice: Choice) -> pd.DataFrame:
        """Return its table."""
        return self.table(scope, **choice.taken(self.table.takes))

    def shown(self, scope: Scope, choice: Choice, look: Look, read: dict[str, pd.DataFrame]) -> go.Figure | Cells | str:
        """Return its figure, its table as texts, or a sentence that says what is wrong: others do not depend on it.

        Parameters
        ----------
        scope, choice, look
            What is to be seen.
        read
            Tables that were read for the same choice, by name; it is read into this one if it is not there yet.
        """
        name = self.table.__name__
        try:
            if name not in read:
                read[name] = self.read(scope, choice)
            return cells(self.table, read[name]) if self.chart is None else self.chart.draw(read[name], look)
        except OF_ALL:
            raise
        except NbannotateError as error:
            return error.message
        except Exception as error:  # noqa: BLE001  a chart may be anybody's
            log().error("The dashboard could not draw %s.", self.name, exc_info=error)
            return t("This could not be drawn; see the log.")


def json_of(shown: go.Figure | Cells | str) -> str:
    """Return what a card shows (:meth:`Part.shown`) as the browser takes it."""
    if isinstance(shown, str):
        return text(WhyNot(Message(shown)))
    return text(TableShown(shown) if isinstance(shown, Cells) else FigureShown(Raw(shown.to_json()), said_in(shown)))


def said_in(figure: go.Figure) -> dict[str, Message]:
    """Return what a figure says in our words, and no name that people gave, by its English."""
    found: dict[str, Message] = {}

    def look(value: object) -> None:
        if isinstance(value, Message):
            found[str(value)] = value
        elif isinstance(value, dict):
            for its in value.values():
                look(its)
        elif isinstance(value, list | tuple):
            for its in value:
                look(its)
        elif isinstance(value, np.ndarray) and value.dtype == object:
            look(value.tolist())

    its = figure.to_plotly_json()
    look(its["data"])
    look({name: value for name, value in its["layout"].items() if name != "template"})
    return found


def parts() -> tuple[Part, ...]:
    """Return all that is found and says where it stands, in the order of the tabs, then of the places."""
    found = [Part(f"chart-{name}", one.table, one, one.on) for name, one in _found(charts) if one.on]
    found += [Part(f"table-{name}", one, None, one.on) for name, one in _found(stats) if one.on]
    return tuple(sorted(found, key=lambda part: (TABS.index(part.on.tab), part.on.order, part.name)))


def _found(package: Any) -> Iterator[tuple[str, Any]]:
    """Return the tables, or the charts; one of an installed package that cannot be loaded is told of in the log."""
    for name in package.names():
        try:
            yield name, getattr(package, name)
        except Exception as error:  # noqa: BLE001  it is not ours, and may raise anything
            log().warning("The dashboard leaves out %s.%s: %s", package.__name__, name, error)


@dataclass(frozen=True)
class Head:
    """What stands above the cards.

    Parameters
    ----------
    choice
        What was asked for, without what is not there.
    scopes, steps, members, labels
        What may be chosen.
    look
        Colors, zone and period of all charts.
    name
        What the scope is called.
    tabs
        The tabs that have something.
    tiles
        Numbers; none where there is no campaign.
    done, skipped
        Of all assets, in percent.
    hint
        What is to be done before there is anything to see; or empty.
    is_empty
        Whether there is nothing at all.
    """

    choice: Choice
    scopes: tuple[Offer, ...]
    steps: tuple[str, ...]
    members: tuple[str, ...]
    labels: tuple[str, ...]
    look: Look
    name: str
    tabs: tuple[Tab, ...]
    tiles: tuple[Tile, ...]
    done: float
    skipped: float
    hint: Message
    is_empty: bool


Mark = tuple[int, dt.datetime]


def mark(workspace: HasSql) -> Mark:
    """Return a value that changes when anything was done in the workspace, or an hour has passed; cheap to ask."""
    last = workspace.sql("select coalesce(max(event_id), 0) as last from events")
    return int(last["last"].iloc[0]), utc_now().replace(minute=0, second=0, microsecond=0)


def head(workspace: HasSql, choice: Choice) -> Head:
    """Read what stands above the cards.

    Raises
    ------
    NotAllowed
        If the member may not see statistics.
    """
    scopes = _scopes(workspace)
    if choice.scope not in {offer.value for offer in scopes}:
        choice = replace(choice, kind="workspace", number=0)
    scope = choice.place(workspace)
    steps = _column(scope, "select name, min(step) from steps where {} group by name order by min(step), name")
    members = _column(scope, "select distinct assignee from tasks where assignee is not null and {} order by assignee")
    look = Look.of(scope, by=choice.by, tz=choice.tz or None)
    labels = tuple(look.labels)
    step, steps = _kept(scope, "step", choice.step, steps)
    member, members = _kept(scope, "member", choice.member, members)
    label_, labels = _kept(scope, "label", choice.label, labels)
    tabs = tuple(dict.fromkeys(part.on.tab for part in parts()))
    choice = replace(
        choice.adding({name: many for name, many in choice.added.items() if name in steps}),
        step=step,
        member=member,
        label=label_,
        tab=choice.tab if choice.tab in tabs else tabs[0],
    )
    offer = next(offer for offer in scopes if offer.value == choice.scope)
    launched = bool(_column(scope, "select name from campaigns where launched is not null and {} limit 1"))
    hint = Message() if launched or choice.kind in ("version", "dataset") else _not_launched(offer)
    tiles, done, skipped = _tiles(scope, choice)
    return Head(
        choice, scopes, steps, members, labels, look, offer.text, tabs, tiles, done, skipped, hint, len(scopes) == 1
    )


def _kept(scope: Scope, name: str, chosen: str, offered: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return what is chosen, or nothing if there is no such thing; and what is offered, which has it in any case."""
    if not chosen or chosen in offered:
        return chosen, offered
    try:
        Filters.of(scope, **cast("dict[str, Any]", {name: chosen}))
    except InvalidInput:
        return "", offered
    return chosen, (*offered, chosen)


def _not_launched(offer: Offer) -> Message:
    if offer.value.startswith("campaign"):
        return t("The campaign “{name}” is not launched yet; tasks appear after c.launch().", name=offer.text)
    return t("The campaigns are not launched yet; tasks appear after c.launch().")


def _scopes(workspace: HasSql) -> tuple[Offer, ...]:
    """Return what the dashboard can be about, newest first."""
    found = [Offer("workspace", "Whole workspace")]
    campaigns = workspace.sql("select campaign_id as id, name from campaigns order by created desc, campaign_id desc")
    versions = workspace.sql(
        "select version_id as id, dataset_id, dataset, name from versions order by dataset, created desc, id desc"
    )
    found += [Offer(f"campaign-{i}", str(name), "Campaigns") for i, name in _pairs(campaigns, "id", "name")]
    named = versions.drop_duplicates("dataset_id")
    found += [Offer(f"dataset-{i}", str(name), "Datasets") for i, name in _pairs(named, "dataset_id", "dataset")]
    versions["name"] = versions["dataset"].astype(str) + " / " + versions["name"].astype(str)
    found += [Offer(f"version-{i}", str(name), "Versions") for i, name in _pairs(versions, "id", "name")]
    return tuple(found)


def _pairs(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[int, str]]:
    for number, name in zip(*(frame[column] for column in columns), strict=True):
        yield int(number), str(name)


def _tiles(scope: Scope, choice: Choice) -> tuple[tuple[Tile, ...], float, float]:
    """Return the numbers that stand alone, and how much is done and skipped, in percent."""
    assets = stats.progress(scope, **choice.taken(stats.progress.takes))
    total, done, skipped = (int(assets[column].sum()) for column in ("total", "done", "skipped"))
    if assets.empty:
        return (), 0.0, 0.0
    states = stats.issue_states(scope, **choice.taken(stats.issue_states.takes))
    unresolved = int(states.loc[states["state"] != "resolved", "issues"].sum())
    times = stats.time_per_task(scope, **choice.taken(stats.time_per_task.takes))
    worked = float(times["total_s"].sum())
    mean = worked / int(times["tasks"].sum()) if worked else math.nan  # no time was measured, which is not 0
    tiles = (
        Tile("Assets", f"{total:,}"),
        Tile("Done", f"{done:,}", "good"),
        Tile("Remaining", f"{int(assets['remaining'].sum()):,}"),
        Tile("Skipped", f"{skipped:,}"),
        Tile(word("Open issues"), f"{unresolved:,}", "warn" if unresolved else ""),
        Tile(word("Mean time per task"), duration(mean)),
    )
    return tiles, 100 * done / max(total, 1), 100 * skipped / max(total, 1)


def _column(scope: Scope, sql: str) -> tuple[str, ...]:
    """Return the first column of a query over the scope; ``{}`` stands for the condition on the campaign."""
    q = Query(scope)
    frame = q.run(sql.format(q.in_campaigns()))
    return tuple(str(value) for value in frame[frame.columns[0]])
