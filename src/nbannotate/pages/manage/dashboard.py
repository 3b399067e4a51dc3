"""The dashboard: a browser says what is to be seen, a thread reads the open tab of it, card by card."""

from __future__ import annotations

import atexit
import contextlib
import datetime as dt
import functools
import gzip
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import anywidget
import traitlets
from msgspec import Struct, to_builtins
from traitlets.log import get_logger as log

from nbannotate import frontend, texts
from nbannotate.charts.look import GRAY, GRID
from nbannotate.errors import InvalidInput, NbannotateError, NotFound, OwnerUnavailable
from nbannotate.model.call_errors import told
from nbannotate.model.values import plain, shown
from nbannotate.pages.manage import dashboard_parts, plotly_js, report
from nbannotate.pages.manage import statistics_messages as messages
from nbannotate.pages.manage.dashboard_parts import OF_ALL, Head, Mark, Part
from nbannotate.pages.manage.filters import PERIODS, Choice
from nbannotate.pages.manage.messages import Event, Replied, Request
from nbannotate.pages.shared.worker import Worker
from nbannotate.pages.work.messages import checked
from nbannotate.stats.periods import PERIODS as BY
from nbannotate.stats.reading import Cancelled, Reading
from nbannotate.stats.scope import Scope, resolve
from nbannotate.texts import quoted, t

if TYPE_CHECKING:
    import os

    import pandas as pd

HERE = Path(__file__).parent
#: So many tasks behind a bar are named to the page.
MOST_BEHIND = 100_000
KINDS: Any = Union[tuple(messages.ACTIONS)]  # noqa: UP007  of a list that is not known before


@dataclass(frozen=True)
class _Read:
    """What a card shows: a figure, a table or an error, as JSON, and for which choice and moment it was read."""

    text: str
    key: str
    mark: Mark


class Dashboard(anywidget.AnyWidget):  # type: ignore[misc]
    """The statistics of a workspace, a dataset, a version or a campaign, live: all charts that are found, by tabs.

    The open tab is read when something was done in the workspace, in a thread; what is looked at (zoom, legend,
    scroll) stays. Filters act on all charts.

    Parameters
    ----------
    scope
        What it begins with; a workspace, a dataset, a version or a campaign of it can be chosen.
    address
        The choice to begin with, as :attr:`address` says it; in place of what ``scope`` says.

    Raises
    ------
    InvalidInput
        The scope is none of these.

    Attributes
    ----------
    address
        What is chosen, as the query of an address.
    selection
        The rows behind the bar that was clicked last; None before.
    """

    _esm = frontend.module("statistics")
    _css = HERE / "statistics" / "statistics.css"
    view = traitlets.Dict(help="What stands above the cards, and which cards there are.").tag(sync=True)
    problem = traitlets.Unicode("", help="Why nothing is read; or empty.").tag(sync=True)
    seen = traitlets.Unicode("", help="When it was last looked whether there is anything new.").tag(sync=True)
    address = traitlets.Unicode("").tag(sync=True)
    refresh_s = traitlets.Float(3.0, read_only=True, help="Seconds between two looks.").tag(sync=True)
    library = traitlets.Unicode(plotly_js.VERSION, read_only=True).tag(sync=True)
    gray = traitlets.List([GRAY, GRID], read_only=True, help="Colors that the theme replaces.").tag(sync=True)

    _asker: Worker | None = None  # a widget that was not made to its end is closed, too
    _reader: threading.Thread | None = None
    _later: threading.Timer | None = None

    @told
    def __init__(self, scope: Scope, *, address: str = "") -> None:
        place, address = resolve(scope), plain(address)
        if not isinstance(address, str):
            raise InvalidInput(f"address takes what dashboard.address says, not {shown(address)}.")
        super().__init__()
        self._workspace = place.workspace
        self._wanted = Choice.at(address) if address else Choice.of(scope)
        self._head: Head | None = None
        self._mark: Mark | None = None
        self._cards: dict[str, _Read] = {}
        self._lock = threading.Lock()
        self._again = self._anew = self._is_over = False
        self._rest = 0.0
        self._asker = Worker(self._could_not)
        self._answers: dict[type[Request], Callable[[Any], tuple[Struct | None, bytes | None]]] = {
            messages.AskTable: self._table,
            messages.AskReport: self._report,
            messages.AskBehind: self._behind,
        }
        self.selection: pd.DataFrame | None = None
        self.on_msg(self._heard)
        stop = weakref.WeakMethod(self._stop)
        atexit.register(lambda: (method := stop()) and method())  # no thread asks when Python ends
        self.reload()

    def __repr__(self) -> str:
        return f"Dashboard({self._wanted.address!r})"

    # -- choosing ----------------------------------------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        """What is chosen."""
        return self._wanted

    def choose(self, **chosen: str) -> None:
        """Choose something: ``dashboard.choose(tab="quality", member="ana", by="week")``.

        Parameters
        ----------
        **chosen
            ``tab``, ``scope`` (``"campaign-3"``), ``period``, ``start``, ``end``, ``step``, ``member``, ``label``,
            ``by``, ``tz`` or ``add`` (``'{"draw":2}'``: people who are added to the forecast); an empty text takes a
            filter away. What is not there is not chosen.
        """
        with self._lock:
            self._wanted = self._wanted.with_(chosen)
        self.reload()

    def report(self, path: str | os.PathLike[str], *, language: str = "en") -> None:
        """Write what is chosen, all tabs of it, as one HTML file that opens without a network.

        Parameters
        ----------
        path
            Where; a file that is there is replaced.
        language
            In which language it is, as the pages are: ``"en"``, ``"fr"``, ``"zh"``.

        Raises
        ------
        InvalidInput
            There is no such language.
        NotAllowed, CannotWrite
            The member may not see statistics, or the file cannot be written.
        """
        report.write(self._workspace, self._wanted, path, language)

    # -- reading -----------------------------------------------------------------------------------------------------

    def reload(self, *, anew: bool = False) -> None:
        """Look whether there is anything new, in a thread; calls meanwhile are joined into one more look.

        Parameters
        ----------
        anew
            Whether everything is read, also if nothing was done.
        """
        with self._lock:
            self._again = True
            self._anew = self._anew or anew
            if self._reader is not None:
                return
            self._reader = threading.Thread(target=self._work, name="nbannotate-dashboard", daemon=True)
        self._reader.start()

    def wait(self, seconds: float = 30.0) -> None:
        """Wait until what was asked for is shown (for scripts and tests)."""
        reader = self._reader
        if reader is not None:
            reader.join(seconds)
        if self._asker is not None:
            self._asker.settle(seconds)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._again or self._is_over:
                    self._reader = None
                    return
                self._again = False
                choice, anew = self._wanted, self._anew
                self._anew = False
            began = time.monotonic()
            try:
                self._read(choice, anew)
            except OF_ALL as error:
                self._fail(error.message, is_over=not isinstance(error, OwnerUnavailable))
            except NbannotateError as error:
                self._fail(error.message)
            except Exception as error:  # noqa: BLE001  the thread goes on, whatever it is; people are told
                log().error("The dashboard could not be read.", exc_info=error)
                self._fail(t("The figures could not be read; see the log. Press Refresh to try again."))
            self._rest = time.monotonic() + 2 * (time.monotonic() - began)

    def _fail(self, problem: str, *, is_over: bool = False) -> None:
        """Say what is wrong; the last figures stay, if they may still be seen."""
        self._mark = None
        if is_over:
            self._head, self._cards = None, {}
            self.view = {}
        self.problem = problem

    def _read(self, choice: Choice, anew: bool) -> None:
        """Read what a choice asks for and what is not here yet, and show it."""
        now = dashboard_parts.mark(self._workspace)
        head, reading = self._head, Reading(self._workspace)
        if anew or head is None or now != self._mark or replace(head.choice, tab=choice.tab) != choice:
            head = dashboard_parts.head(reading, choice)
        elif choice.tab != head.choice.tab:
            head = replace(head, choice=choice if choice.tab in head.tabs else head.choice)
        with self._lock:
            if self._wanted != choice:
                return  # something else is wanted by now; it is read next
            self._wanted = head.choice
        self._head, self._mark = head, now
        every = () if head.is_empty else dashboard_parts.parts()
        self._show(head, every)
        with contextlib.suppress(Cancelled):
            self._read_cards(reading, head, [part for part in every if part.on.tab == head.choice.tab], now, anew)
        self.seen = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")

    def _show(self, head: Head, every: tuple[Part, ...]) -> None:
        choice = head.choice
        chosen = asdict(choice)
        del chosen["kind"], chosen["number"]
        view = messages.View(
            choice=messages.ChoiceView(**chosen, scope=choice.scope, added=choice.added),
            key=_key(choice), name=head.name, scopes=head.scopes, steps=head.steps, members=head.members,
            labels=head.labels, tabs=head.tabs, periods=PERIODS, by=BY, tiles=head.tiles, done=head.done,
            skipped=head.skipped, hint=head.hint, empty=head.is_empty, cards=[part.view(choice) for part in every],
        )  # fmt: skip
        self.view = to_builtins(view, enc_hook=texts.to_json)
        self.address = choice.address
        self.problem = ""

    def _read_cards(self, reading: Reading, head: Head, its: list[Part], now: Mark, anew: bool) -> None:
        key, scope = _key(head.choice), head.choice.place(reading)
        frames: dict[str, pd.DataFrame] = {}
        for part in its:
            self._check_wanted(head)
            there = self._cards.get(part.name)
            if there is None or anew or (there.key, there.mark) != (key, now):
                reading.progress = functools.partial(self._progress, head, part)
                text = dashboard_parts.json_of(part.shown(scope, head.choice, head.look, frames))
                there = self._cards.get(part.name)
                self._cards[part.name] = _Read(text, key, now)
                same = there is not None and there.text == text
                self._tell(messages.CardSent(part.name, key, None if same else text))

    def _check_wanted(self, head: Head) -> None:
        """Raise Cancelled if nobody looks any more, or something else is wanted by now."""
        with self._lock:
            if self._is_over or (self._again and self._wanted != head.choice):
                raise Cancelled

    def _progress(self, head: Head, part: Part, done: int, total: int) -> None:
        """Say how far a card is that shows nothing yet, or what was chosen before."""
        self._check_wanted(head)
        key, there = _key(head.choice), self._cards.get(part.name)
        if there is None or there.key != key:
            self._cards.pop(part.name, None)
            self._tell(messages.CardSent(part.name, key, messages.text(messages.HowFar(done / total))))

    # -- answering ---------------------------------------------------------------------------------------------------

    def _heard(self, _: object, content: object, __: object) -> None:
        if texts.answer(self, content):
            return
        try:
            request: Request = checked(content, KINDS)
        except NbannotateError as error:
            log().warning("%s", error)
            return
        match request:
            case messages.Ready():
                for name, card in list(self._cards.items()):
                    self._tell(messages.CardSent(name, card.key, card.text))
            case messages.Choose():
                self.choose(**request.choice)
            case messages.Go():
                with self._lock:
                    self._wanted = Choice.at(request.address)
                self.reload()
            case messages.Look():
                self._beat()
            case messages.Refresh():
                self.reload(anew=True)
            case messages.AskLibrary():
                self._tell(messages.LibrarySent(plotly_js.VERSION), plotly_js.packed())
            case _ if self._asker is not None:
                self._asker.post(self._answer, request)

    def _tell(self, event: Event, packed: bytes | None = None) -> None:
        self.send(
            to_builtins(event, str_keys=True, enc_hook=texts.to_json), buffers=None if packed is None else [packed]
        )

    def _beat(self) -> None:
        """Look whether there is anything new; after a look that took its time, once that has rested twice as long."""
        with self._lock:
            left = self._rest - time.monotonic()
            if left > 0:
                if self._later is None:
                    self._later = threading.Timer(left, self._rested)
                    self._later.daemon = True
                    self._later.start()
                return
        self.reload()

    def _rested(self) -> None:
        self._later = None
        self.reload()

    def _answer(self, request: Request) -> None:
        """Answer a request, or say why not."""
        try:
            answer, packed = self._answers[type(request)](request)
        except NbannotateError as error:
            self._tell(Replied(request.ref, error.message, error.code))
        except Exception as error:  # noqa: BLE001  told to the person, and to the log
            self._could_not(error)
            self._tell(Replied(request.ref, t("That did not work; please try again.")))
        else:
            self._tell(Replied(request.ref, answer=answer), packed)

    def _could_not(self, error: Exception) -> None:
        log().error("The dashboard could not do what was asked for.", exc_info=error)

    def _part(self, name: str) -> Part:
        for part in dashboard_parts.parts():
            if part.name == name:
                return part
        raise NotFound(t("There is no {name} on the dashboard.", name=quoted(name)))

    def _table(self, asked: messages.AskTable) -> tuple[None, bytes]:
        part, choice = self._part(asked.card), self._wanted
        frame = part.read(choice.place(self._workspace), choice)
        return None, gzip.compress(frame.to_csv(index=False).encode(), 6)

    def _report(self, asked: messages.AskReport) -> tuple[None, bytes]:
        return None, gzip.compress(report.html(self._workspace, self._wanted, asked.language).encode(), 1)

    def _behind(self, asked: messages.AskBehind) -> tuple[messages.Behind, None]:
        part, choice = self._part(asked.card), self._wanted
        if part.chart is None:
            raise InvalidInput(t("A table has no bars."))
        found = part.chart.events(choice.place(self._workspace), list(asked.point), **choice.taken(part.table.takes))
        self.selection = found
        assets: dict[int, list[int]] = {}
        if {"campaign_id", "asset_id"} <= set(found.columns):
            its = found[["campaign_id", "asset_id"]].dropna().drop_duplicates().head(MOST_BEHIND)
            for campaign_id, rows in its.groupby("campaign_id"):
                assets[int(campaign_id)] = [int(i) for i in rows["asset_id"]]
        return messages.Behind(part.title(choice), len(found), assets), None

    def _stop(self) -> None:
        """End the threads, after what they do now."""
        self._is_over = True
        if self._later is not None:
            self._later.cancel()
        if self._asker is not None:
            self._asker.stop()
        if (reader := self._reader) is not None:
            reader.join(10)

    def close(self) -> None:
        """End the threads, and take the dashboard away."""
        self._stop()
        super().close()


def _key(choice: Choice) -> str:
    """Return what all tabs of a choice have in common."""
    return replace(choice, tab=Choice().tab).address
