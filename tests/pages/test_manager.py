"""The statistics of the manager's page as a manager sees them: figures, filters, what is refused, empty states."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "stats"))
import planted
import real

import nbannotate.workspace as nbw
from nbannotate import model, stats
from nbannotate.pages.manager import Dashboard

ROOT = Path(__file__).parents[2]
CSP = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; connect-src 'self'; " \
      "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:"  # fmt: skip


def tile(manager: Dashboard, name: str) -> str:
    found = re.search(rf"<span>{name}</span><b>([^<]*)</b>", manager.tiles.value)
    assert found, manager.tiles.value
    return found[1]


def figure(manager: Dashboard, name: str) -> dict[str, Any]:
    return dict(json.loads(manager.plots[name].figure))


@pytest.fixture
def manager() -> Dashboard:
    return Dashboard(planted.simulate(assets=20, days=6))


def test_the_tiles_are_the_statistics(manager: Dashboard) -> None:
    table = stats.progress(planted.simulate(assets=20, days=6))
    for name, column in (("Assets", "total"), ("Done", "done"), ("Remaining", "remaining"), ("Skipped", "skipped")):
        assert tile(manager, name) == str(table[column].sum())


def test_choosing_a_campaign_a_step_and_a_member_filters_every_part(manager: Dashboard) -> None:
    manager.campaign.value = 1
    manager.step.value = "draw"
    manager.member.value = "ana"
    manager.wait()
    world = planted.simulate(assets=20, days=6).campaign(1)
    chosen = {"member": "ana", "step": "draw"}
    assert tile(manager, "Assets") == str(stats.progress(world, **chosen)["total"].sum())
    assert [t["name"] for t in figure(manager, "throughput")["data"]] == ["ana"]
    assert [t["name"] for t in figure(manager, "time_per_task")["data"]] == ["mean", "median"]
    assert "ana" in manager.table.value
    assert "chloe" not in manager.table.value


def test_a_period_without_work_says_so_and_one_that_is_upside_down_gets_a_sentence(manager: Dashboard) -> None:
    assert manager.since.layout.display == "none"
    manager.period.value = "today"
    manager.wait()
    assert figure(manager, "throughput")["layout"]["annotations"][0]["text"] == "No tasks submitted yet"
    manager.period.value = "custom"
    assert manager.since.layout.display is None
    manager.since.value = _day("2026-07-09")
    manager.until.value = _day("2026-07-08")
    manager.wait()
    assert "must come after" in manager.banner.value
    manager.until.value = _day("2026-07-10")
    manager.wait()
    assert manager.banner.value == ""
    assert figure(manager, "throughput")["data"]


def _day(text: str) -> Any:
    import datetime as dt

    return dt.date.fromisoformat(text)


def test_nothing_new_sends_nothing_again(manager: Dashboard) -> None:
    sent = []
    for plot in manager.plots.values():
        plot.observe(sent.append, "figure")
    manager.tiles.observe(sent.append, "value")
    manager.reload()
    manager.wait()
    assert sent == []


def test_what_people_wrote_is_shown_as_text() -> None:
    rows = planted.simulate(assets=15, campaigns=1).rows
    evil = "<img src=x onerror=alert(1)>"
    rows["campaigns"][0]["name"] = evil
    rows["campaigns"][0]["launched"] = None
    rows["members"][0]["login"] = evil
    for task in rows["tasks"]:
        task["assignee"] = evil if task["assignee"] == "ana" else task["assignee"]
    manager = Dashboard(planted.Planted(rows), campaign_id=1)
    assert "&lt;img" in manager.banner.value
    assert "&lt;img" in manager.table.value
    for html in (manager.banner, manager.table, manager.tiles, manager.note, *manager._full[0].children):
        assert "<img" not in getattr(html, "value", "")
    assert all("<img" not in plot.figure for plot in manager.plots.values())


def test_an_empty_workspace_says_how_to_begin_and_wakes_up_by_itself(tmp_path: Path) -> None:
    ws = nbw.open(":memory:")
    manager = Dashboard(ws)
    assert "No campaigns yet" in manager.banner.value
    assert manager.campaign not in manager.children
    ws.members.add("ana", role="annotator")
    version = ws.create_dataset("d").create_version("v1")
    flow = model.Workflow((model.Step("draw", kind="annotation", assignees=("ana",)),))
    version.create_campaign("July", real.RECIPE, flow)
    manager.reload()
    manager.wait()
    assert "not launched yet" in manager.banner.value
    assert ("July" in dict(manager.campaign.options)) is True
    ws.close()


def test_an_annotator_gets_a_sentence_and_no_figures(tmp_path: Path) -> None:
    ws, _, clients = real.workspace(tmp_path, images=2)
    manager = Dashboard(nbw.Workspace(clients["ana"]))
    assert 'role="alert"' in manager.banner.value
    assert manager.tiles not in manager.children
    ws.close()


def test_a_session_that_ended_takes_the_figures_away(tmp_path: Path) -> None:
    ws, _, _ = real.workspace(tmp_path, images=2)
    ws.members.add("max", role="manager", password=real.PASSWORD)
    session = ws.client.call("sessions.open", model.Session, login="max", password=real.PASSWORD)
    manager = Dashboard(nbw.Workspace(ws.client.acting(session.token)))
    assert tile(manager, "Assets") == "2"
    ws.members.disable("max")
    manager.reload()
    manager.wait()
    assert manager.tiles not in manager.children
    assert 'role="alert"' in manager.banner.value
    ws.close()


# --- in a browser ---------------------------------------------------------------------------------------------------


def until(true: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := true():
            return value
        time.sleep(0.05)
    raise AssertionError(f"never: {what}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, nbw.Campaign, dict[str, Any]]]:
    """The manager's page in plain Voilà behind our site's content policy, logged in as a manager."""
    (tmp_path / "images").mkdir()
    path = tmp_path / "work.duckdb"
    ws, campaign, clients = real.workspace(tmp_path / "images", path=str(path))
    real.work(campaign, clients, tasks=12)
    ws.members.add("max", role="manager", password=real.PASSWORD)
    session = ws.client.call("sessions.open", model.Session, login="max", password=real.PASSWORD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"headers": {"Content-Security-Policy": CSP}}
    process = subprocess.Popen(
        [sys.executable, "-m", "voila", str(ROOT / "dashboards" / "manager.ipynb"), "--no-browser", f"--port={port}",
         f"--Voila.tornado_settings={settings}"],
        env={**os.environ, "NBANNOTATE_WORKSPACE": str(path), "NBANNOTATE_TOKEN": session.token},
        stdout=subprocess.DEVNULL, stderr=(tmp_path / "voila.log").open("w"),
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}/"
        until(lambda: answers(f"{url}voila/static/voila.js") or process.poll() is not None, "the server answers")
        yield url, campaign, clients
    finally:
        process.terminate()
        process.wait(20)
        owner = ws.client.place.contact()
        ws.close()
        os.kill(owner.pid, signal.SIGTERM)


@pytest.mark.browser
def test_a_manager_watches_the_work_in_a_browser(site: tuple[str, nbw.Campaign, dict[str, Any]], chromium: Any) -> None:
    url, campaign, clients = site
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark").new_page()
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{url}#statistics")
    page.wait_for_selector(".nba-plot .main-svg", timeout=60_000)
    expect(page.locator(".nba-plot .main-svg").nth(9)).to_be_attached(timeout=60_000)  # two for each chart
    assert page.locator(".nba-manager").get_attribute("data-theme") == "dark"
    selects = page.locator(".nba-bar select")
    chosen = selects.evaluate_all("all => all.map(s => s.selectedOptions[0]?.text.replaceAll('\\u00a0', ' '))")
    assert chosen == ["All campaigns", "All time", "All steps", "All members", "day"]

    bars = page.locator(".nba-plot[aria-label='Progress by campaign'] .bars .point path")
    assert bars.count() == 3
    tiles = page.locator(".nba-tiles b")
    before = int(tiles.nth(1).inner_text())
    real.work(campaign, clients, tasks=25, seed=1)
    page.get_by_role("button", name="Refresh").click()
    done = campaign.progress.done
    assert done > before
    expect(tiles.nth(1)).to_have_text(str(done), timeout=60_000)

    page.get_by_label("Campaign", exact=True).select_option(label="July")
    page.get_by_label("Member", exact=True).select_option(label="chloe")
    table = page.locator(".nba-table tbody tr")
    expect(table).to_have_count(1, timeout=60_000)
    assert "chloe" in table.inner_text()
    assert page.get_by_label("Campaign", exact=True).evaluate("s => s.selectedOptions[0].text") == "July"
    page.set_viewport_size({"width": 400, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 400")
    assert errors == []
    assert {u for u in asked if not u.startswith((url, "blob:", "data:")) and "fontawesome" not in u} == set()
    page.context.close()
