"""The statistics of the manager's page as a manager sees them: figures, filters, reports, what is refused."""

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

import pandas as pd
import pytest
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "stats"))
import planted
import real

import nbannotate.workspace as nbw
from nbannotate import charts, model, stats
from nbannotate.errors import CannotWrite, InvalidInput, NotAllowed
from nbannotate.pages.manage import Dashboard, report
from nbannotate.pages.manage.filters import Choice
from nbannotate.stats import rows
from nbannotate.texts import texts_of

#: What Voilà itself asks for, in vain.
NOT_OURS = "404|fontawesome"
ROOT = Path(__file__).parents[2]
CSP = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; connect-src 'self'; " \
      "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:"  # fmt: skip


def tile(manager: Dashboard, name: str) -> str:
    return next(str(tile["value"]) for tile in manager.view["tiles"] if tile["name"] == name)


def content(manager: Dashboard, card: str) -> dict[str, Any]:
    return dict(json.loads(manager._cards[card].text))


def figure(manager: Dashboard, name: str) -> dict[str, Any]:
    return dict(content(manager, f"chart-{name}")["figure"])


def shown(scope: Any, **options: Any) -> Dashboard:
    manager = Dashboard(scope, **options)
    manager.wait()
    return manager


def choose(manager: Dashboard, **chosen: str) -> None:
    manager.choose(**chosen)
    manager.wait()


@pytest.fixture
def manager() -> Dashboard:
    return shown(planted.simulate(assets=20, days=6))


def test_the_tiles_are_the_statistics(manager: Dashboard) -> None:
    table = stats.progress(planted.simulate(assets=20, days=6))
    for name, column in (("Assets", "total"), ("Done", "done"), ("Remaining", "remaining"), ("Skipped", "skipped")):
        assert tile(manager, name) == str(table[column].sum())


def test_where_no_time_was_measured_the_mean_is_missing_and_not_0(manager: Dashboard) -> None:
    assert tile(manager, "Mean time per task") not in ("–", "0.0 s")
    world = planted.simulate(assets=20, days=6)
    tasks = [{**row, "worked_s": 0.0} for row in world.rows["tasks"]]
    assert tile(shown(planted.Planted(world.rows | {"tasks": tasks})), "Mean time per task") == "–"


def test_what_is_found_stands_on_the_dashboard_and_only_the_open_tab_is_read(manager: Dashboard) -> None:
    things = [(charts, "chart"), (stats, "table")]
    there = {f"{kind}-{name}" for package, kind in things for name in package.names() if getattr(package, name).on}
    assert {card["name"] for card in manager.view["cards"]} == there
    assert set(manager.view["tabs"]) == {card["tab"] for card in manager.view["cards"]}
    of_tab = {card["name"] for card in manager.view["cards"] if card["tab"] == "throughput"}
    assert set(manager._cards) == of_tab
    choose(manager, tab="members")
    assert set(manager._cards) > of_tab


def test_a_new_chart_and_its_table_appear_and_one_that_fails_says_so_alone(
    manager: Dashboard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(frame: Any, look: Any) -> Any:
        raise ZeroDivisionError("secret")

    new = charts.chart(stats.members, title="New (tasks)", on=stats.Position("members", 1))(broken)
    monkeypatch.setitem(charts.PLUGINS.built_in, "new", new)
    monkeypatch.setattr(charts, "new", new, raising=False)
    one = stats.table({"n": stats.Column("int64", "A number.")}, rows=rows.held, on=stats.Position("members", 2))(
        lambda q: pd.DataFrame({"n": [1234]})
    )
    one.__name__ = "one"
    monkeypatch.setitem(stats.PLUGINS.built_in, "one", one)
    monkeypatch.setattr(stats, "one", one, raising=False)
    choose(manager, tab="members")
    failed = {"text": "This could not be drawn; see the log."}
    assert content(manager, "chart-new") == {"kind": "error", "error": failed}
    assert content(manager, "table-one")["table"]["rows"] == [["1,234"]]
    assert figure(manager, "members")["data"]
    assert manager.problem == ""


def test_choosing_a_campaign_a_step_and_a_member_filters_every_part(manager: Dashboard) -> None:
    choose(manager, scope="campaign-1", step="draw", member="ana", tab="efficiency", by="week")
    world = planted.simulate(assets=20, days=6).campaign(1)
    chosen = {"member": "ana", "step": "draw"}
    assert tile(manager, "Assets") == str(stats.progress(world, **chosen)["total"].sum())
    for name in ("time_per_task", "task_times", "issues", "issue_states"):
        one = getattr(charts, name)
        given = {**chosen, "by": "week"} if "by" in one.table.takes else chosen
        look = charts.Look.of(world, by="week")
        assert figure(manager, name) == json.loads(one.draw(one.table(world, **given), look).to_json())
    choose(manager, tab="members")
    assert set(figure(manager, "members")["data"][0]["y"]) == {"ana"}


def test_a_choice_stands_in_the_address_and_comes_back_from_it(manager: Dashboard) -> None:
    choose(manager, scope="campaign-2", period="custom", start="2026-07-02", end="2026-07-05", tz="Europe/Zurich",
           by="hour", tab="efficiency", step="draw")  # fmt: skip
    again = shown(planted.simulate(assets=20, days=6), address=manager.address)
    assert again.choice == manager.choice
    assert again.choice.filters()["tz"] == "Europe/Zurich"
    assert {k: v.text for k, v in again._cards.items()} == {
        k: v.text for k, v in manager._cards.items() if k in again._cards
    }
    odd = "scope=campaign-99&tab=nothing&by=year&step=nobody&tz=Mars&start=never&period=custom&x=1&label=%00"
    assert shown(planted.simulate(assets=20, days=6), address=odd).choice == Choice(period="custom")


def test_a_period_without_work_says_so_and_one_that_is_upside_down_gets_a_sentence(manager: Dashboard) -> None:
    choose(manager, tab="efficiency", period="today")
    assert figure(manager, "task_times")["layout"]["annotations"][0]["text"].startswith("No")
    choose(manager, period="custom", start="2026-07-09", end="2026-07-08")
    assert "must come after" in manager.problem
    choose(manager, end="2026-07-10")
    assert manager.problem == ""
    assert figure(manager, "task_times")["data"]


def test_nothing_new_sends_nothing_again(manager: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    asked: list[str] = []
    monkeypatch.setattr(manager, "send", lambda *a, **k: sent.append(a))
    ask = manager._workspace.sql
    monkeypatch.setattr(manager._workspace, "sql", lambda q, p=(): asked.append(q) or ask(q, p))
    manager.observe(sent.append, ["view", "address", "problem"])
    manager.reload()
    manager.wait()
    assert sent == []
    assert len(asked) == 1  # the number of the last event


def test_a_beat_after_a_long_look_is_answered_once_that_has_rested(
    manager: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = manager._workspace.sql
    monkeypatch.setattr(manager._workspace, "sql", lambda q, p=(): asked.append(q) or ask(q, p))
    manager._rest = time.monotonic() + 0.3
    for _ in range(3):
        manager._heard(None, {"do": "beat"}, None)
    assert asked == []
    until(lambda: asked, "it looks")
    manager.wait()
    assert len(asked) == 1  # once, however often somebody asked


def test_a_bar_gives_the_rows_behind_it(manager: Dashboard) -> None:
    choose(manager, tab="members", member="ana")
    told: list[Any] = []
    manager.send = lambda message, buffers=None: told.append(message)
    bar = figure(manager, "members")["data"][0]
    assert manager.selection is None
    manager._heard(None, {"do": "behind", "card": "chart-members", "point": bar["customdata"][0], "ref": 1}, None)
    manager.wait()
    assert len(manager.selection) == stats.members(manager._workspace, member="ana")["annotated"].sum() > 0
    assert set(manager.selection["member"]) == {"ana"}
    tasks = told[0]["answer"]["campaigns"]
    assert {int(i): set(ids) for i, ids in tasks.items()} == {
        int(i): set(its["asset_id"]) for i, its in manager.selection.groupby("campaign_id")
    }
    manager._heard(None, {"do": "behind", "card": "chart-members", "point": [], "ref": 2}, None)
    manager._heard(None, {"do": "csv", "card": "nothing", "ref": 3}, None)
    manager._heard(None, {"do": "nonsense"}, None)
    manager.wait()
    assert [m["ref"] for m in told if m["error"]] == [2, 3]


def test_what_people_wrote_is_shown_as_text(tmp_path: Path) -> None:
    rows = planted.simulate(assets=15, campaigns=1).rows
    evil = "</script><img src=x onerror=alert(1)>"
    rows["campaigns"][0]["name"] = evil
    rows["members"][0]["login"] = evil
    for task in rows["tasks"]:
        task["assignee"] = evil if task["assignee"] == "ana" else task["assignee"]
        task["campaign"] = evil
    world = planted.Planted(rows)
    manager = shown(world, address="tab=members")
    for tab in manager.view["tabs"]:
        choose(manager, tab=tab)
    assert all("<img" not in card.text for card in manager._cards.values() if "figure" in card.text)
    path = tmp_path / "report.html"
    report.report(world.campaign(1), path, member=evil)
    text = path.read_text("utf-8")
    assert "<img" not in text
    assert "&lt;img" in text
    assert text.count("<script") == text.count("</script>") == 5


def test_an_empty_workspace_says_how_to_begin_and_wakes_up_by_itself() -> None:
    ws = nbw.open(":memory:")
    manager = shown(ws)
    assert manager.view["empty"]
    ws.members.add("ana", role="annotator")
    version = ws.create_dataset("d").create_version("v1")
    flow = model.Workflow((model.Step("draw", kind="annotation", assignees=("ana",)),))
    version.create_campaign("July", real.RECIPE, flow)
    manager.reload()
    manager.wait()
    assert "not launched yet" in manager.view["hint"]["text"]
    assert {"July", "d", "d / v1"} <= {offer["text"] for offer in manager.view["scopes"]}
    assert shown(version).choice.scope == f"version-{version.version_id}"
    ws.close()


def test_an_annotator_gets_a_sentence_and_no_figures(tmp_path: Path) -> None:
    ws, _, clients = real.workspace(tmp_path, images=2)
    for of in (nbw.Workspace(clients["ana"]), nbw.Workspace(clients["ana"]).campaigns["July"]):
        manager = shown(of)
        assert "annotator" in manager.problem
        assert manager.view == {}
        assert manager._cards == {}
        with pytest.raises(NotAllowed):
            manager.report(tmp_path / "r.html")
    with pytest.raises(NotAllowed):
        nbw.Workspace(clients["ana"]).campaigns["July"].report(tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()
    ws.close()


def test_a_session_that_ended_takes_the_figures_away(tmp_path: Path) -> None:
    ws, _, _ = real.workspace(tmp_path, images=2)
    ws.members.add("max", role="manager", password=real.PASSWORD)
    session = ws.client.call("sessions.open", model.Session, login="max", password=real.PASSWORD)
    manager = shown(nbw.Workspace(ws.client.acting(session.token)))
    assert tile(manager, "Assets") == "2"
    ws.members.disable("max")
    manager.reload()
    manager.wait()
    assert manager.view == {}
    assert manager.problem
    ws.close()


# --- a report ---------------------------------------------------------------------------------------------------------


def test_a_report_says_its_filters_and_replaces_no_workspace(tmp_path: Path) -> None:
    path = tmp_path / "work.duckdb"
    ws, campaign, clients = real.workspace(tmp_path, images=3, path=str(path))
    real.work(campaign, clients, tasks=6)
    campaign.report(tmp_path / "july.html", start="2026-01-01", member="ana", tz="Europe/Zurich", by="week")
    text = (tmp_path / "july.html").read_text("utf-8")
    for said in ("<dd>July</dd>", "<dd>2026-01-01</dd>", "<dd>ana</dd>", "<dd>Europe/Zurich</dd>", "<dd>week</dd>"):
        assert said in text
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text.split('<script type="application/json"')[0])
    for place in (path, tmp_path / "image01.png"):
        with pytest.raises(CannotWrite):
            campaign.report(place)
    for wrong in ({"member": "nobody"}, {"colour": "red"}, {"member": ["ana", "ben"]}, {"tz": "Mars"}):
        with pytest.raises(InvalidInput):
            campaign.report(tmp_path / "no.html", **wrong)
    assert not (tmp_path / "no.html").exists()
    owner = ws.client.place.contact()
    ws.close()
    os.kill(owner.pid, signal.SIGTERM)


def test_a_report_is_in_the_language_that_is_asked(tmp_path: Path, chromium: Any) -> None:
    ws, campaign, clients = real.workspace(tmp_path, images=3)
    real.work(campaign, clients, tasks=6)
    path = tmp_path / "juillet.html"
    campaign.report(path, language="fr", add={"draw": 2})
    errors: list[str] = []
    page = chromium.new_context(offline=True, locale="en-US").new_page()
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(path.as_uri())
    expect(page.locator("body[data-drawn]")).to_be_attached(timeout=60_000)
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.title() == "Statistiques · July"
    table = texts_of("fr").table
    both = {**table["texts"], **table["sentences"]}
    shown = page.locator("h2, h3, th, dt, .nba-tile span, nav a, .nba-none, .g-gtitle, .xtitle, .ytitle, .legendtext")
    words = [text.strip() for text in shown.all_text_contents()]
    assert "Personnes ajoutées" in words
    assert "Débit" in words
    assert [w for w in words if isinstance(both.get(w), str) and both[w] != w] == []
    assert page.locator("dd", has_text="draw: 2").count() == 1
    cells = page.locator("td").all_text_contents()
    assert "relecture" in cells
    assert not {"review", "yes", "no"} & set(cells)
    said = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot')].flatMap((p) => p.data.map((t) => t.hovertemplate ?? ''))"
    )
    assert any("tâches soumises sur" in line for line in said)
    assert not any("tasks submitted" in line for line in said)
    assert errors == []
    page.context.close()
    with pytest.raises(InvalidInput, match=r"language must be one of 'en', .*, not 'tlh'"):
        campaign.report(tmp_path / "no.html", language="tlh")
    assert not (tmp_path / "no.html").exists()
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
def test_a_manager_watches_the_work_in_a_browser(
    site: tuple[str, nbw.Campaign, dict[str, Any]], chromium: Any, tmp_path: Path
) -> None:
    url, campaign, clients = site
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda e: errors.append(str(e)))

    def heard(message: Any) -> None:
        if message.type == "error" and not re.search(NOT_OURS, message.text):
            errors.append(message.text)

    page.on("console", heard)
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{url}#statistics?tab=members")
    expect(page.locator("#nba-tab-members[aria-selected=true]")).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Throughput").click()
    read = page.locator(".nba-card:not([data-reading]):not([aria-busy=true])")
    cards = page.locator(".nba-card")
    expect(page.locator(".nba-card[data-reading]")).to_have_count(0, timeout=60_000)
    expect(page.locator(".nba-card .main-svg").first).to_be_visible(timeout=60_000)
    assert page.locator(".nba-manager").get_attribute("data-theme") == "dark"
    assert page.url.endswith("#statistics")

    # what is hidden in the legend, and the zoom, stay when somebody submits; nobody presses anything
    progress = page.locator('[data-key="chart-progress"]')
    expect(progress.locator(".bars .point path")).to_have_count(3)
    progress.locator(".legendtoggle").nth(1).click()
    expect(progress.locator(".bars .point path")).to_have_count(2)
    tiles = page.locator(".nba-tiles b")
    real.work(campaign, clients, tasks=25, seed=1)
    expect(tiles.nth(1)).to_have_text(str(campaign.progress.done), timeout=60_000)
    expect(progress.locator(".bars .point path")).to_have_count(2)

    # a filter changes every chart, and stands in the address, which opens the same view
    page.get_by_label("Step", exact=True).select_option(label="check")
    page.get_by_label("Member", exact=True).select_option(label="chloe")
    expect(page).to_have_url(re.compile(r"#statistics\?step=check&member=chloe$"), timeout=60_000)
    expect(read).to_have_count(cards.count(), timeout=60_000)
    steps = page.locator('[data-key="chart-tasks"] .ytick text')
    expect(steps).to_have_text(["check"])
    address = page.url
    page.go_back()
    expect(page.get_by_label("Member", exact=True)).to_have_value("")
    other = context.new_page()
    other.goto(address)
    expect(other.get_by_label("Member", exact=True)).to_have_value("chloe", timeout=60_000)
    expect(other.locator('[data-key="chart-tasks"] .ytick text')).to_have_text(["check"], timeout=60_000)

    # what is saved: a picture, a drawing, the table, all tabs as a report that opens with the network off
    saved = {}
    for name in ("PNG", "SVG", "CSV"):
        with page.expect_download() as download:
            progress.get_by_role("button", name=name).click()
        saved[name] = download.value.path().read_bytes()
        assert download.value.suggested_filename == f"progress-whole-workspace.{name.lower()}"
    assert saved["PNG"].startswith(b"\x89PNG")
    assert saved["SVG"].startswith(b"<svg")
    assert saved["CSV"].startswith(b"campaign_id,campaign,")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    path = tmp_path / "report.html"
    path.write_bytes(download.value.path().read_bytes())
    away = chromium.new_context(offline=True).new_page()
    away.on("pageerror", lambda e: errors.append(str(e)))
    away.on("console", heard)
    away.goto(path.as_uri())
    expect(away.locator("body[data-drawn]")).to_be_attached(timeout=60_000)
    assert (
        away.locator(".nba-plot").count()
        == away.locator(".nba-plot > .js-plotly-plot, .nba-plot.js-plotly-plot").count()
    )
    away.context.close()

    # the tasks behind a bar
    bar = page.locator('[data-key="chart-tasks"] .bars .point path >> visible=true').last
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    expect(page.locator('[data-key="chart-tasks"] .hoverlayer .hovertext')).to_be_visible()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#nbm-tab-tasks[aria-selected=true]")).to_be_visible(timeout=60_000)
    expect(page.locator(".nbm-behind")).to_be_visible()
    page.go_back()
    page.set_viewport_size({"width": 400, "height": 800})
    expect(page.get_by_role("heading", name="Statistics")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert errors == []
    outside = ("fontawesome", "file:")
    assert {u for u in asked if not u.startswith((url, "blob:", "data:")) and not any(o in u for o in outside)} == set()
    context.close()
