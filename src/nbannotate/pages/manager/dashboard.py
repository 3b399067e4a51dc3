"""The statistics of the manager's page: controls make a choice, a thread reads the board for it, the board is shown."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import ipywidgets as w

from nbannotate import charts
from nbannotate.errors import NbannotateError, SessionEnded
from nbannotate.pages.manager import panels
from nbannotate.pages.manager.board import Board, Choice, load, mark
from nbannotate.pages.manager.plot import Plot, Pulse
from nbannotate.stats.periods import PERIODS as BY
from nbannotate.stats.scope import HasSql
from nbannotate.texts import t

PERIOD_NAMES = (
    ("All time", "all"),
    ("Today", "today"),
    ("Last 7 days", "7 days"),
    ("Last 30 days", "30 days"),
    ("From … to …", "custom"),
)

#: The value of an option that filters nothing (None would mean that nothing is chosen).
ALL = ""


def _control(kind: type[Any], label: str, **traits: object) -> Any:
    """Return an input with its label above it."""
    made = kind(description=label, **traits)
    made.add_class("nba-control")
    return made


class Dashboard(w.VBox):  # type: ignore[misc]
    """The dashboard of a workspace: tiles, charts and members, by campaign, period, step and member.

    It reads again when something is chosen, when the button is pressed, and every few seconds while somebody looks;
    reading happens in a thread, so the page never waits.

    Parameters
    ----------
    workspace
        A Workspace handle of a member who may see statistics: ``nb.open("work.duckdb")``.
    campaign_id
        The campaign to begin with; None begins with all.
    refresh_s
        Seconds between two automatic looks.
    """

    def __init__(self, workspace: HasSql, campaign_id: int | None = None, refresh_s: float = 15.0) -> None:
        super().__init__()
        self._workspace = workspace
        self._filling = False
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._again = False
        choice = Choice(campaign_id=campaign_id)
        try:
            board, problem = load(workspace, choice), ""
        except NbannotateError as error:
            board, problem = None, panels.message(str(error))
        self._make_controls(board)
        self._make_parts(refresh_s)
        self.add_class("nba-manager")
        self._shown = False
        self._board: Board | None = None
        if board is None:
            self.children = self._bare
            self.banner.value = problem
        else:
            self._show(board)

    # -- parts ---------------------------------------------------------------------------------------------------

    def _make_controls(self, board: Board | None) -> None:
        campaigns, steps, members = _offers(board)
        chosen = board.choice if board else Choice()
        self.campaign = _control(w.Dropdown, "Campaign", options=campaigns, value=chosen.campaign_id or ALL)
        self.period = _control(w.Dropdown, "Period (UTC)", options=PERIOD_NAMES, value="all")
        self.since = _control(w.DatePicker, "From")
        self.until = _control(w.DatePicker, "To")
        self.step = _control(w.Dropdown, "Step", options=steps, value=ALL)
        self.member = _control(w.Dropdown, "Member", options=members, value=ALL)
        self.by = _control(w.Dropdown, "Chart by", options=BY, value="day")
        self.refresh = w.Button(description="Refresh", tooltip="Read the latest figures now")
        self.refresh.add_class("nba-refresh")
        self.refresh.on_click(lambda _: self.reload())
        for control in (self.campaign, self.period, self.since, self.until, self.step, self.member, self.by):
            control.observe(self._chosen, "value")
        self._show_dates()

    def _make_parts(self, refresh_s: float) -> None:
        self.note = w.HTML()
        self.banner = w.HTML()
        self.tiles = w.HTML()
        self.table = w.HTML()
        self.plots = {
            "throughput": Plot("Tasks submitted over time"),
            "progress": Plot("Progress by campaign"),
            "tasks": Plot("Tasks by step and state"),
            "time_per_task": Plot("Time per task, by step and member"),
            "issues": Plot("Issues over time"),
        }
        self.pulse = Pulse(self.reload, refresh_s)
        grid = w.Box([_card(plot.title, plot, wide=name == "throughput") for name, plot in self.plots.items()])
        grid.children = (*grid.children, _card("Members", self.table, wide=True))
        grid.add_class("nba-grid")
        head = w.Box([w.HTML(f"<h1>{t('Statistics')}</h1>"), self.note, self.refresh])
        head.add_class("nba-head")
        bar = w.Box([self.campaign, self.period, self.since, self.until, self.step, self.member, self.by])
        bar.add_class("nba-bar")
        self._full: tuple[w.Widget, ...] = (head, bar, self.banner, self.tiles, grid, self.pulse)
        self._bare: tuple[w.Widget, ...] = (head, self.banner, self.pulse)

    # -- choosing ------------------------------------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        """What the controls say now."""
        return Choice(
            campaign_id=self.campaign.value or None,
            period=self.period.value,
            start=self.since.value,
            end=self.until.value,
            step=self.step.value or None,
            member=self.member.value or None,
            by=self.by.value,
        )

    def _show_dates(self) -> None:
        for picker in (self.since, self.until):
            picker.layout.display = None if self.period.value == "custom" else "none"

    def _chosen(self, _: object) -> None:
        if self._filling:
            return
        self._show_dates()
        self.reload()

    def reload(self) -> None:
        """Read everything again, in a thread; calls while it reads are joined into one more reading."""
        with self._lock:
            self._again = True
            if self._reader is not None:
                return
            self._reader = threading.Thread(target=self._work, name="nbannotate-dashboard", daemon=True)
        self._reader.start()

    def wait(self, seconds: float = 10.0) -> None:
        """Wait until what was asked for is shown (for scripts and tests)."""
        reader = self._reader
        if reader is not None:
            reader.join(seconds)

    def _work(self) -> None:
        try:
            while True:
                with self._lock:
                    if not self._again:
                        self._reader = None
                        return
                    self._again = False
                self._read(self.choice)
        except BaseException:
            with self._lock:
                self._reader = None
            self.banner.value = panels.message(
                "The figures could not be read; see the log. Press Refresh to try again."
            )
            raise

    # -- showing -------------------------------------------------------------------------------------------------

    def _read(self, choice: Choice) -> None:
        """Read and show what a choice asks for; an error becomes a sentence, and the last figures stay."""
        try:
            if self._board is not None and choice == self._board.choice and mark(self._workspace) == self._board.mark:
                self._stamp()
                return
            board = load(self._workspace, choice)
        except SessionEnded as error:
            self.children = self._bare
            self.banner.value = panels.message(str(error))
            return
        except NbannotateError as error:
            self.children = self._full if self._shown else self._bare
            self.banner.value = panels.message(str(error))
            self._board = None
            return
        self._show(board)

    def _stamp(self) -> None:
        """Say that what is shown is what there is."""
        now = dt.datetime.now(dt.UTC)
        self.note.value = (
            f'<span class="nba-note">{t("Live")} · {t("checked {time} UTC", time=f"{now:%H:%M:%S}")}</span>'
        )

    def _show(self, board: Board) -> None:
        self._board = board
        self._stamp()
        if not board.campaigns:
            self.banner.value = panels.no_campaign()
            self.children = self._bare
            return
        self._fill(board)
        choice = board.choice
        name = board.campaigns.get(choice.campaign_id) if choice.campaign_id is not None else None
        self.banner.value = "" if board.launched else panels.not_launched(name)
        self.tiles.value = panels.tiles(board)
        self.table.value = panels.members_table(board)
        for name, plot in self.plots.items():
            plot.show(getattr(charts, name).draw(getattr(board, name), board.look))
        self.children = self._full

    def _fill(self, board: Board) -> None:
        """Offer what there is to choose; a choice that is no longer there becomes *all*."""
        self._filling = True
        try:
            for control, options in zip((self.campaign, self.step, self.member), _offers(board), strict=True):
                if list(control.options) != options:
                    wanted = control.value
                    control.options = options
                    control.value = wanted if wanted in {value for _, value in options} else ALL
        finally:
            self._filling = False
        self._shown = True


def _offers(board: Board | None) -> tuple[list[tuple[str, Any]], ...]:
    """Return what there is to choose: campaigns, steps, members, each with *all* in front."""
    campaigns = [] if board is None else [(name, number) for number, name in board.campaigns.items()]
    steps = [] if board is None else [(name, name) for name in board.steps]
    logins = [] if board is None else [(name, name) for name in board.logins]
    return [("All campaigns", ALL), *campaigns], [("All steps", ALL), *steps], [("All members", ALL), *logins]


def _card(title: str, content: w.Widget, *, wide: bool = False) -> w.Widget:
    """Return a part of the page with its title."""
    card = w.VBox([w.HTML(f"<h2>{title}</h2>"), content])
    card.add_class("nba-card")
    if wide:
        card.add_class("wide")
    return card
