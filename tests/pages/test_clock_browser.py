"""The clock of a page, in a browser: the page's own code, real operations, and a time that passes as it is told."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins
from tests.pages.conftest import Town

from nbannotate import frontend
from nbannotate.operations import dispatch
from nbannotate.pages.work import render, time_reports
from nbannotate.pages.work.actions import KEYS
from nbannotate.texts import to_json

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("clock")]

#: Stands in for the widgets around the page: what it sends is fetched by the test, what it should hear is told to it.
STUB = """
globalThis.nbannotateTexts = { tag: "en", tables: new Map() };
let hidden = false;
Object.defineProperty(document, "hidden", { get: () => hidden });
const heard = new Map(), values = new Map(Object.entries(FIRST));
const stage = document.createElement("div");
stage.className = "nba-canvas";
stage.innerHTML = '<div class="nba-stage" tabindex="0" style="width:600px;height:400px"></div>';
const canvas = { get: () => [Promise.resolve({ send() {} })] };
const model = {
  get: (name) => values.get(name),
  set() {}, on: (type, does) => heard.set(type, [...(heard.get(type) ?? []), does]), off() {},
  send: (content) => { if (!stub.cut) stub.sent.push(content); },
  widget_manager: {
    get_model: async () => canvas,
    create_view: async () => ({ el: stage, luminoWidget: { processMessage() {} }, remove() {} }),
  },
};
const emit = (type, message) => { for (const does of heard.get(type) ?? []) does(message); };
globalThis.stub = {
  sent: [], cut: false,
  take() { const sent = this.sent; this.sent = []; return sent; },
  hear(parts, told) {
    if (this.cut) return;
    for (const [name, part] of Object.entries(parts)) { values.set(name, part); emit(`change:${name}`); }
    for (const message of told) emit("msg:custom", message);
  },
  hide(now) { hidden = now; document.dispatchEvent(new Event("visibilitychange")); },
  hand(label) {
    const detail = label === null ? null : { label };
    stage.dispatchEvent(new CustomEvent("nba-hand", { bubbles: true, detail }));
  },
};
const { default: page } = await import("/page.js");
const abort = new AbortController();
const end = await page.render({ model, el: document.getElementById("page"), signal: abort.signal });
stub.end = () => { end(); abort.abort(); };
stub.ready = true;
"""


class Time:
    """The time of the workspace and of the browsers, which is the same and passes only here."""

    def __init__(self) -> None:
        self.now = dispatch.utc_now()
        self.seats: list[Seat] = []

    def utc(self) -> datetime.datetime:
        return self.now

    def ms(self) -> float:
        return self.now.replace(tzinfo=datetime.UTC).timestamp() * 1000

    def passes(self, seconds: float, asleep: bool = False) -> None:
        """Let time pass, in pieces in which the pages and Python say what they have to; asleep, in one."""
        while seconds > 0:
            piece = seconds if asleep else min(seconds, 1)  # a line that is quiet for longer is down
            self.now += datetime.timedelta(seconds=piece)
            for clock in {id(s.page.context): s.page.clock for s in self.seats}.values():
                (clock.fast_forward if asleep else clock.run_for)(int(piece * 1000))
            seconds -= piece
            for seat in self.seats:
                seat.talk()


class Seat:
    """Somebody at a page: the browser and the desk in Python, which talk when the test lets them."""

    def __init__(self, time: Time, context: Any, person: Any, campaign: Any, whole: bool) -> None:
        self.time, self.person, self.page, self.campaign, self.whole = time, person, context.new_page(), campaign, whole
        self.failures: list[str] = []
        self.parts: dict[str, Any] = {}
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))
        self.page.route("http://clock.test/**", self._serve)
        self.page.goto("http://clock.test/")
        self.page.wait_for_function("globalThis.stub?.ready")
        time.seats.append(self)
        self.talk()

    def _serve(self, route: Any) -> None:
        if route.request.url.endswith("/page.js"):
            return route.fulfill(body=frontend.module("work"), content_type="text/javascript")
        if not route.request.url.endswith("/"):
            return route.fulfill(status=404)
        parts = to_builtins(render.parts(self.person.state), str_keys=True, enc_hook=to_json)
        first = {
            **parts,
            "whole": self.whole,
            "height": "400px",
            "canvas": "IPY_MODEL_c",
            "keymap": [{"key": k.key, "action": k.action} for k in KEYS],
        }
        script = STUB.replace("FIRST", json.dumps(first).replace("<", "\\u003c"))
        body = f"<!doctype html><body><div id=page></div><script type=module>{script}</script>"
        return route.fulfill(body=body, content_type="text/html")

    def talk(self) -> None:
        """Let Python hear what the page sent, and the page what Python says."""
        sent = self.page.evaluate("stub.take()")
        while True:
            for content in sent:
                self.person.desk.dispatcher.handle(content)
            assert self.person.desk.dispatcher.worker.settle(20)
            told, self.person.told[:] = list(self.person.told), []
            parts = to_builtins(render.parts(self.person.state), str_keys=True, enc_hook=to_json)
            if not sent and not told and parts == self.parts:
                return
            self.parts = parts
            hear = "([parts, told]) => { stub.hear(parts, told); return stub.take(); }"
            sent = self.page.evaluate(hear, [parts, told])

    def does(self, what: str, **fields: Any) -> None:
        assert self.person.does(what, **fields) is None
        self.talk()

    def starts(self) -> int:
        self.does("start", campaign=self.campaign.campaign_id, step=0)
        return self.person.task.task.task_id

    def moves(self) -> None:
        self.page.mouse.move(next(XS), 200)

    def works(self, seconds: float) -> None:
        """Move the pointer again and again, for so long."""
        while seconds > 0:
            self.moves()
            self.time.passes(min(5, seconds))
            seconds -= 5

    def tells(self) -> None:
        """Say all that is measured until now, and let it be counted."""
        self.page.evaluate("stub.hide(true)")
        self.talk()
        self.page.evaluate("stub.hide(false)")
        self.person.desk.spent.rest()
        self.talk()

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_function("globalThis.stub?.ready")
        self.talk()

    def kept(self) -> list[str]:
        return self.page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('nbannotate-time'))")


XS = itertools.cycle([300, 320, 340])


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A workspace for each test: in one, each moment of a person counts once."""
    (tmp_path / "town").mkdir()
    return Town(tmp_path / "town")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(dispatch, "utc_now", made.utc)
    monkeypatch.setattr(time_reports, "_now", made.ms)
    return made


@pytest.fixture
def sit(chromium: Any, place: Any, time: Time) -> Iterator[Callable[..., Seat]]:
    """Return a function that seats ana at a page: of one browser, unless another is asked for; whole, or a pane."""
    contexts: dict[str, Any] = {}

    def make(browser: str = "one", whole: bool = True) -> Seat:
        if browser not in contexts:
            contexts[browser] = chromium.new_context(viewport={"width": 1000, "height": 700})
            now = time.now.replace(tzinfo=datetime.UTC)
            contexts[browser].clock.install(time=now - datetime.timedelta(minutes=1))
            contexts[browser].clock.pause_at(now)
        return Seat(time, contexts[browser], place.person("ana"), place.campaign, whole)

    yield make
    failures = [f for seat in time.seats for f in seat.failures]
    for context in contexts.values():
        context.close()
    assert not failures


def times(place: Any, task_id: int) -> tuple[float, float, float]:
    """Return shown, worked and editing seconds of a task, to a tenth."""
    row = place.ws.sql("select shown_s, worked_s, editing_s from tasks where task_id = $1", [task_id]).iloc[0]
    return tuple(round(float(v), 1) for v in row)  # type: ignore[return-value]


def near(found: tuple[float, ...], *wanted: float) -> bool:
    return all(abs(a - b) <= 0.6 for a, b in zip(found, wanted, strict=True))


def test_a_pause_counts_as_work_until_the_person_is_idle_and_as_shown_until_its_end(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(10)
    ana.moves()
    time.passes(90)
    ana.works(10)
    ana.tells()
    assert near(times(place, task), 110, 80, 0), times(place, task)


def test_editing_is_while_a_gesture_or_a_form_is_in_hand_and_goes_to_its_label(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(5)
    ana.page.evaluate("stub.hand('RBC')")
    ana.works(10)
    ana.page.evaluate("stub.hand('WBC')")
    ana.works(5)
    ana.page.evaluate("stub.hand(null)")
    ana.works(5)
    ana.page.keyboard.press("i")
    ana.page.wait_for_selector(".nbp-dialog textarea:focus")
    ana.works(10)
    ana.page.keyboard.press("Escape")
    ana.page.wait_for_selector(".nbp-dialog", state="detached")
    ana.works(5)
    ana.tells()
    assert near(times(place, task), 40, 40, 25), times(place, task)
    rows = place.ws.sql("select label, sum(editing_s) as s from activity where task_id = $1 group by 1", [task])
    by = {row.label: row.s for row in rows.itertuples()}
    assert near((by["RBC"], by["WBC"]), 10, 5), by


def test_what_is_drawn_first_and_labelled_then_is_of_that_label(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.page.evaluate("stub.hand('')")
    ana.works(6)
    ana.page.evaluate("stub.hand(null)")
    ana.page.locator(".nbp-labels button", has_text="WBC").click()
    ana.works(2)
    ana.tells()
    rows = place.ws.sql("select label, editing_s from activity where task_id = $1 and label is not null", [task])
    assert [(r.label, round(r.editing_s)) for r in rows.itertuples()] == [("WBC", 6)]


def test_a_gesture_that_somebody_walked_away_from_is_editing_until_idle(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.moves()
    ana.page.evaluate("stub.hand('RBC')")
    time.passes(100)
    ana.tells()
    assert near(times(place, task), 100, 60, 60), times(place, task)


def test_the_time_until_idle_is_that_of_the_workflow(sit, place, time):
    workflow = place.campaign.spec.workflow
    place.campaign.change(workflow=type(workflow)(workflow.steps, idle_after=20))
    ana = sit()
    task = ana.starts()
    ana.moves()
    time.passes(50)
    ana.tells()
    assert near(times(place, task), 50, 20, 0), times(place, task)


def test_a_page_that_is_loaded_again_counts_on_from_there(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(8)
    ana.reload()
    ana.works(8)
    ana.reload()
    ana.tells()
    assert near(times(place, task), 16, 16, 0), times(place, task)
    assert ana.kept() == []


def test_two_tabs_share_the_time_between_them(sit, place, time):
    one, two = sit(), sit()
    first = one.starts()
    two.does("step", name="next") if two.person.task else two.does("start", campaign=place.campaign.campaign_id, step=0)
    two.does("step", name="next")
    second = two.person.task.task.task_id
    assert second != first
    one.works(20)
    two.works(10)
    one.works(5)
    one.tells()
    two.tells()
    assert near(times(place, first), 25, 25, 0), times(place, first)
    assert near(times(place, second), 10, 10, 0), times(place, second)


def test_two_browsers_with_one_task_count_each_moment_once(sit, place, time):
    one = sit()
    task = one.starts()
    two = sit(browser="two")
    two.does("open", task=task)
    for _ in range(4):
        one.moves()
        two.moves()
        time.passes(5)
    one.tells()
    two.tells()
    assert near(times(place, task), 20, 20, 0), times(place, task)


def test_a_minute_without_a_connection_is_counted_when_it_is_back(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(10)
    ana.page.evaluate("stub.cut = true")
    ana.works(60)
    ana.page.evaluate("stub.cut = false")
    ana.works(10)
    ana.tells()
    assert near(times(place, task), 80, 80, 0), times(place, task)
    assert ana.kept() == []


def test_what_a_page_could_not_tell_is_told_by_the_next_one(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(10)
    ana.page.evaluate("stub.cut = true")
    ana.works(20)
    ana.reload()
    assert ana.person.task.task.task_id == task
    time.passes(5)
    ana.tells()
    assert near(times(place, task), 35, 35, 0), times(place, task)
    assert ana.kept() == []


def test_a_workspace_that_does_not_answer_gets_the_time_later_and_once(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(12)
    ana.person.line.up.clear()
    ana.works(10)
    ana.page.evaluate("stub.hide(true)")
    ana.talk()
    ana.person.line.up.set()
    assert ana.kept()
    ana.tells()
    assert near(times(place, task), 22, 22, 0), times(place, task)
    assert ana.kept() == []


def test_a_hidden_tab_shows_nothing(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(10)
    ana.page.evaluate("stub.hide(true)")
    time.passes(300)
    ana.page.evaluate("stub.hide(false)")
    ana.works(10)
    ana.tells()
    assert near(times(place, task), 20, 20, 0), times(place, task)


def test_a_machine_that_slept_worked_at_most_until_idle(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(10)
    time.passes(8 * 3600, asleep=True)
    ana.works(10)
    ana.tells()
    # The last move was five seconds before it fell asleep.
    assert near(times(place, task), 75, 75, 0), times(place, task)


def test_the_clock_of_the_computer_may_be_set(sit, place, time):
    ana = sit()
    task = ana.starts()
    ana.works(10)
    ana.page.clock.set_system_time(time.now + datetime.timedelta(hours=5))
    ana.works(10)
    ana.page.clock.set_system_time(time.now - datetime.timedelta(days=2))
    ana.works(10)
    ana.tells()
    assert near(times(place, task), 30, 30, 0), times(place, task)


def test_going_from_task_to_task_loses_nothing(sit, place, time):
    ana = sit()
    first = ana.starts()
    ana.works(7)
    ana.does("step", name="next")
    second = ana.person.task.task.task_id
    ana.works(8)
    ana.does("home")
    time.passes(20)
    ana.tells()
    assert near(times(place, first), 7, 7, 0), times(place, first)
    assert near(times(place, second), 8, 8, 0), times(place, second)


def test_a_submission_takes_its_time_along_and_waiting_is_of_the_next_task(sit, place, time):
    ana = sit()
    first = ana.starts()
    ana.does("nothing")
    ana.works(10)
    ana.page.keyboard.press("Control+Enter")
    time.seats.clear()  # nobody answers yet
    time.passes(0)
    time.now += datetime.timedelta(seconds=3)
    ana.page.clock.run_for(3000)
    time.seats.append(ana)
    ana.talk()
    second = ana.person.task.task.task_id
    assert second != first
    assert near(times(place, first), 10, 10, 0), times(place, first)
    ana.works(5)
    ana.tells()
    assert near(times(place, second), 8, 8, 0), times(place, second)
    saves = [arguments for operation, arguments in ana.person.line.asked if operation == "tasks.report"]
    assert len(saves) <= 1


#: Hides the page, or shows it, and waits until the browser has told those who watch it.
SEEN = """(here) => new Promise((done) => {
  const page = document.getElementById("page");
  page.style.display = here ? "" : "none";
  const sight = new IntersectionObserver((rows) => {
    if (rows.at(-1).isIntersecting === here) { sight.disconnect(); done(); }
  });
  sight.observe(page);
})"""


def test_in_a_notebook_a_pane_that_is_out_of_sight_shows_nothing(sit, place, time):
    ana = sit(whole=False)
    task = ana.starts()
    ana.works(10)
    ana.page.evaluate(SEEN, False)
    time.passes(20)
    ana.page.evaluate(SEEN, True)
    ana.works(10)
    ana.tells()
    assert near(times(place, task), 20, 20, 0), times(place, task)
