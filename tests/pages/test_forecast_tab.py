"""The tab Forecast of the dashboard: people are added in a form, every chart follows, and a link opens the same."""

import datetime as dt
import itertools
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.pages.test_manager import CSP, ROOT, answers, until
from tests.rules.forecasting.worlds import World
from tests.stats.lived import plant

import nbannotate as nb
from nbannotate import model
from nbannotate.operations.dispatch import Dispatcher
from nbannotate.owner.memory import MemoryClient
from nbannotate.owner.setup import first_member
from nbannotate.pages.manage import Dashboard
from nbannotate.pages.manage.filters import Choice
from nbannotate.store.duckdb.engine import Engine
from nbannotate.workspace.workspace import Workspace

PASSWORD = "correct horse battery"


def lived(path: Path) -> None:
    """Write a workspace in which people have worked until this morning."""
    token = secrets.token_urlsafe(8)
    engine = Engine(str(path))
    first_member(engine)
    ws = Workspace(MemoryClient(Dispatcher(engine, token), token))
    ws.members.add("mara", "manager", password=PASSWORD)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    monday = now - dt.timedelta(days=now.weekday() + 7)
    days = (now - monday).days
    # Some days are left, whatever day it is: one person more is to be seen then.
    world = World(3, assets=400 + 130 * days, people=(3, 2))
    for day in range(days):
        world.live(day)
    plant(world, ws, monday=monday)
    small = World(4, assets=30, people=(1, 1))
    plant(small, ws, monday=monday, name="New")
    engine.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    found = tmp_path_factory.mktemp("forecast") / "work.duckdb"
    lived(found)
    with nb.open(found) as ws:
        owner = ws.client.place.contact()  # type: ignore[attr-defined]
        yield found
    os.kill(owner.pid, signal.SIGTERM)


def shown(dashboard: Dashboard, card: str) -> dict[str, Any]:
    return dict(json.loads(dashboard._cards[card].text))


def test_people_who_are_added_change_every_chart_and_stand_in_the_address(path: Path, tmp_path: Path) -> None:
    with nb.open(path) as ws:
        campaign = ws.campaigns["July"]
        dashboard = Dashboard(campaign)
        dashboard.choose(tab="forecast")
        dashboard.wait()
        cards = ("chart-forecast", "chart-forecast_days", "chart-forecast_relief", "table-forecast")
        before = {card: shown(dashboard, card) for card in cards}
        dashboard.choose(add='{"draw":2,"nothing of that name":3}')
        dashboard.wait()
        assert dashboard.choice.added == {"draw": 2}
        assert dashboard.view["choice"]["added"] == {"draw": 2}
        assert Choice.at(dashboard.address) == dashboard.choice
        for card in cards:
            assert shown(dashboard, card) != before[card], card
        dashboard.report(tmp_path / "more.html")
        report = (tmp_path / "more.html").read_text("utf-8")
        assert re.search(r"People added</dt><dd>draw: 2<", report)
        campaign.report(tmp_path / "same.html", add={"draw": 2})
        assert re.search(r"People added</dt><dd>draw: 2<", (tmp_path / "same.html").read_text("utf-8"))
        for odd in ("", "{", "[1]", '{"draw":-1}', '{"draw":"x"}', '{"draw":1e9}', "null"):
            assert Choice(add=odd).added == {}
        dashboard.close()


def test_a_campaign_of_which_too_little_is_known_says_so_in_every_card(path: Path) -> None:
    with nb.open(path) as ws:
        dashboard = Dashboard(ws.campaigns["New"])
        dashboard.choose(tab="forecast")
        dashboard.wait()
        for card in ("chart-forecast", "chart-forecast_days", "chart-forecast_relief"):
            layout = shown(dashboard, card)["figure"]["layout"]
            assert [note["text"] for note in layout["annotations"]] == ["Not enough yet: 0 of 20 finished tasks"]
        assert shown(dashboard, "table-forecast")["table"]["rows"][0][-1] == "Not enough yet: 0 of 20 finished tasks"
        dashboard.close()


@pytest.fixture
def url(path: Path, tmp_path: Path) -> Iterator[str]:
    """The manager's page in plain Voilà behind our site's content policy."""
    with nb.open(path) as ws:
        session = ws.client.call("sessions.open", model.Session, login="mara", password=PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "voila", str(ROOT / "dashboards" / "manager.ipynb"), "--no-browser", f"--port={port}",
         f"--Voila.tornado_settings={ {'headers': {'Content-Security-Policy': CSP}} }"],
        env={**os.environ, "NBANNOTATE_WORKSPACE": str(path), "NBANNOTATE_TOKEN": session.token},
        stdout=subprocess.DEVNULL, stderr=(tmp_path / "voila.log").open("w"),
    )  # fmt: skip
    try:
        found = f"http://127.0.0.1:{port}/"
        until(lambda: answers(f"{found}voila/static/voila.js") or process.poll() is not None, "the server answers")
        yield found
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.browser
def test_a_manager_adds_people_in_a_browser(path: Path, url: str, chromium: Any) -> None:
    with nb.open(path) as ws:
        campaign = ws.campaigns["July"]
        scope = f"scope=campaign-{campaign.campaign_id}"
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(f"{url}#statistics?tab=forecast&{scope}")
    said = page.locator('[data-key="chart-forecast"] .annotation-text').first
    expect(said).to_contain_text("Ends about", timeout=60_000)
    before = said.text_content()
    assert before is not None
    group = page.get_by_role("group", name="People added at draw")
    expect(group.get_by_role("button", name="One person fewer at draw")).to_be_disabled()
    group.get_by_role("button", name="One person more at draw").click()
    expect(group.get_by_role("spinbutton")).to_have_value("1", timeout=60_000)
    group.get_by_role("spinbutton").fill("3")
    group.get_by_role("spinbutton").press("Enter")
    expect(page).to_have_url(re.compile("add=%7B%22draw%22%3A3%7D"), timeout=60_000)
    expect(said).not_to_have_text(before, timeout=60_000)
    expect(page.locator('[data-key="chart-forecast"] .legendtext').first).to_have_text(
        "without the people added", timeout=60_000
    )

    # the same link, in French: texts have their places
    other = context.new_page()
    context.add_cookies([{"name": "nbannotate-language", "value": "fr", "url": url}])
    other.goto(page.url)
    group = other.get_by_role("group", name="Personnes ajoutées à « draw »")
    expect(group.get_by_role("spinbutton")).to_have_value("3", timeout=60_000)
    expect(other.locator('[data-key="chart-forecast"] .annotation-text').first).to_contain_text(
        "Fin vers le", timeout=60_000
    )
    boxes = [t.bounding_box() for t in other.locator('[data-key="chart-forecast"] .legendtext').all()]
    assert len(boxes) >= 2
    for left, right in itertools.pairwise(boxes):
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] < right["x"] or left["y"] != right["y"]
    other.get_by_role("button", name="Personne", exact=True).click()
    expect(group.get_by_role("spinbutton")).to_have_value("0", timeout=60_000)
    expect(other).not_to_have_url(re.compile("add="), timeout=60_000)

    # too little is known: a sentence, and no axes
    other.locator("[data-name=scope]").select_option(label="New")
    sentence = "Pas encore assez : 0 tâches terminées sur 20"
    for name in ("forecast", "forecast_days", "forecast_relief"):
        told = other.locator(f'[data-key="chart-{name}"] .annotation-text')
        expect(told).to_have_text([sentence], timeout=60_000)
    assert errors == []
    context.close()
