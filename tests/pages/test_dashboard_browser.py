"""The dashboard in a real browser: what is submitted shows within five seconds, and a filter acts on every chart."""

from __future__ import annotations

import datetime as dt
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psutil
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import charts, model
from nbannotate.pages.manage.dashboard_parts import parts
from nbannotate.pages.manage.filters import Choice

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
expect = playwright.expect
pytestmark = pytest.mark.browser
WAIT_MS = 60_000
PASSWORD = "a long password"


class Served(NamedTuple):
    """A campaign in which people have worked, who they are, and the address of its site."""

    campaign: Any
    clients: dict[str, Any]
    url: str


def work(campaign: Any, clients: dict[str, Any], login: str, step: int, tasks: int) -> None:
    """Let somebody do some tasks: draw a shape, or decide; every third asset is sent back from its check."""
    label = "cell" if login == "ana" else "debris"
    for n in range(tasks):
        call, began = clients[login].call, dt.datetime.now(dt.UTC)
        view = call("tasks.next", model.TaskView | None, campaign_id=campaign.campaign_id, step=step)
        if view is None:
            return
        seconds = [model.Stretch(began, dt.datetime.now(dt.UTC), True, 1e-4, {label: 1e-4})]
        base = {"task_id": view.task.task_id, "revision": view.revision, "seconds": seconds}
        if step == 2 and n % 3 == 0:
            call("issues.create", model.Issue, task_id=view.task.task_id, text="look here")
            call("tasks.rework", model.Closed, **base)
            continue
        shape = model.Shape(kind="rectangle", points=((1.0, 1.0), (20.0 + n, 19.0)), label=label)
        annotation = view.annotation if step == 2 else model.Annotation(shapes=(shape,))
        call("tasks.submit", model.Closed, annotation=annotation, **base)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("dashboard")
    (folder / "images").mkdir()
    for i in range(12):
        Image.new("RGB", (48, 32), (20 * i, 110, 120)).save(folder / "images" / f"image_{i:02}.png")
    ws = nb.open(folder / "work.duckdb")
    clients = {}
    for login in ("ana", "ben", "chloe", "dan", "max"):
        role = {"max": "manager", "chloe": "reviewer", "dan": "reviewer"}.get(login, "annotator")
        ws.members.add(login, role=role, password=PASSWORD)
        session = ws.client.call("sessions.open", model.Session, login=login, password=PASSWORD)
        clients[login] = ws.client.acting(session.token)
    version = ws.create_dataset("smears").create_version("v1").add_images(folder / "images")
    guess = [nb.Shape.box(1, 1, 22, 19, label="cell", confidence=0.8)]
    version.add_annotations({asset.name: guess for asset in version.assets}, source="model")
    steps = nb.Workflow(
        [
            nb.Step("draw", "annotation", ["ana", "ben"], copies=2),
            nb.Step("agree", "consensus", ["chloe"]),
            nb.Step("check", "review", ["dan"]),
        ]
    )
    campaign = version.create_campaign("July", nb.Recipe(["cell", "debris"]), steps, existing="restart")
    campaign.launch()
    for login, step, tasks in (("ana", 0, 10), ("ben", 0, 8), ("chloe", 1, 7), ("dan", 2, 5)):
        work(campaign, clients, login, step, tasks)
    assert clients["ana"].call(
        "tasks.next", model.TaskView, campaign_id=campaign.campaign_id, step=0
    )  # she has one now
    command = [sys.executable, "-m", "nbannotate.serve", str(ws.path), "--port", "0", "--preheat", "0"]
    with (folder / "server.log").open("wb") as out:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"(http://\S+)$", line.strip())
    assert found, line + (folder / "server.log").read_text()
    yield Served(campaign, clients, found[1])
    process.stdout.close()
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    contact = ws.client.place.contact()
    ws.close()
    if contact and psutil.pid_exists(contact.pid):
        owner = psutil.Process(contact.pid)
        owner.terminate()
        owner.wait(10)


@pytest.fixture
def dashboard(chromium: Any, served: Served) -> Iterator[Callable[..., Any]]:
    """Return a function that shows max the statistics; what is done to the page before it is loaded is its argument."""
    contexts: list[Any] = []
    failures: list[str] = []

    def show(before: Callable[[Any], None] = lambda page: None) -> Any:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        page.on("pageerror", lambda error: failures.append(str(error)))
        before(page)
        page.goto(f"{served.url}manager")
        page.fill("#login", "max")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector(".nbm-card")
        address = f"#statistics?scope=campaign-{served.campaign.campaign_id}"
        page.evaluate("address => { location.hash = address; }", address)
        expect(page.locator(".nba-card .main-svg").first).to_be_visible()
        return page

    yield show
    for context in contexts:
        context.close()
    assert failures == []


def test_a_submission_shows_within_five_seconds_of_the_page(served: Served, dashboard: Callable[..., Any]) -> None:
    beats: list[bytes | str] = []

    def listen(page: Any) -> None:
        page.clock.install()
        page.on("websocket", lambda line: line.on("framesent", note))

    def note(sent: bytes | str) -> None:
        if (b'"do":"beat"' if isinstance(sent, bytes) else '"do":"beat"') in sent:
            beats.append(sent)

    page = dashboard(listen)
    done = page.locator(".nba-tile", has_text="Done").locator("b")
    before = served.campaign.progress.done
    expect(done).to_have_text(str(before))
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)  # from here on the page's time goes by as we say
    beats.clear()
    while not beats:
        page.clock.run_for(100)
    work(served.campaign, served.clients, "dan", 2, 2)  # right after the page looked
    after = served.campaign.progress.done
    assert after > before
    beats.clear()
    page.clock.run_for(5000)
    assert beats
    expect(done).to_have_text(str(after))


#: What is drawn of each chart of the open tab: its texts, and the outlines of its marks.
DRAWN = """() => Object.fromEntries([...document.querySelectorAll(".nba-card[data-key^=chart-]")].map((card) => [
    card.dataset.key,
    [...card.querySelectorAll(".main-svg text, .main-svg path, .main-svg image")].map(
        (part) => part.textContent + (part.getAttribute("d") ?? part.getAttribute("href") ?? "")).join("|"),
]))"""
CHANGED = f"([before, names]) => {{ const now = ({DRAWN})(); return names.every((n) => now[n] !== before[n]); }}"
#: What of a figure can be seen without a pointer.
SEEN = ("x", "y", "z", "base", "values", "labels", "text")


def seen(figure: dict[str, Any]) -> list[Any]:
    """Return what can be seen of a figure."""
    return [[trace.get(name) for name in SEEN] for trace in figure["data"]] + [figure["layout"].get("annotations")]


def figures(campaign: Any, **chosen: str) -> dict[str, list[Any]]:
    """Return what can be seen of every chart, as Python makes it."""
    choice = Choice.of(campaign).with_(chosen)
    place, read = choice.place(campaign.workspace), {}
    look = charts.Look.of(place)
    shown = {p.name: p.shown(place, choice, look, read) for p in parts() if p.chart is not None}
    return {name: seen(json.loads(figure.to_json())) for name, figure in shown.items()}


def test_a_filter_changes_every_chart_on_which_it_acts(served: Served, dashboard: Callable[..., Any]) -> None:
    page = dashboard()
    reading = page.locator(".nba-card[data-reading=true], .nba-card[aria-busy=true]")
    plain: dict[str, str] = {}

    def each_tab(visit: Callable[[str], None]) -> None:
        for tab in page.locator(".nba-tabs [role=tab]").all():
            tab.click()
            expect(tab).to_have_attribute("aria-selected", "true")
            expect(reading).to_have_count(0)
            visit((tab.get_attribute("id") or "").removeprefix("nba-tab-"))

    def keep(tab: str) -> None:
        names = [p.name for p in parts() if p.on.tab == tab and p.chart is not None]
        page.wait_for_function(f"names => {{ const now = ({DRAWN})(); return names.every((n) => now[n]); }}", arg=names)
        plain.update(page.evaluate(DRAWN))

    each_tab(keep)
    assert set(plain) == {p.name for p in parts() if p.chart is not None}
    unfiltered = figures(served.campaign)

    def check(acts: set[str], without: set[str]) -> None:
        def visit(tab: str) -> None:
            its = {p.name for p in parts() if p.on.tab == tab and p.chart is not None}
            page.wait_for_function(CHANGED, arg=[plain, sorted(its & acts)])
            chips = page.locator(".nba-card[data-key^=chart-]", has=page.locator(".nba-chip"))
            assert {card.get_attribute("data-key") for card in chips.all()} == its & without

        each_tab(visit)

    page.get_by_label("Member", exact=True).select_option("ana")
    filtered = figures(served.campaign, member="ana")
    acts = {name for name in filtered if filtered[name] != unfiltered[name]}
    assert len(acts) > len(filtered) * 2 / 3
    check(acts, {p.name for p in parts() if p.chart is not None and "member" not in p.table.takes})

    page.get_by_label("Member", exact=True).select_option("")
    page.get_by_label("Period", exact=True).select_option("custom")
    page.get_by_label("To", exact=True).fill("2020-01-01")
    nothing = figures(served.campaign, period="custom", end="2020-01-01")
    timeless = {name for name in nothing if nothing[name] == unfiltered[name]}
    assert timeless == {"chart-gold"}  # there is no gold in this campaign
    check(set(nothing) - timeless, set())
