"""A manager in a real browser, in the harness."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import nbannotate as nb
from nbannotate import model
from nbannotate.errors import LoginFailed

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra [test])")
expect = playwright.expect
pytestmark = pytest.mark.browser
PASSWORD = "a long password"
WAIT_MS = 60_000
ASSETS = 300


def fill(ws: Any, folder: Path) -> None:
    """Make a campaign of 300 small images that runs, another one, and a draft."""
    for login, role in (("mia", "manager"), ("dan", "annotator")):
        ws.members.add(login, role=role, password=PASSWORD)
    for name, count in (("many", ASSETS), ("few", 4)):
        (folder / name).mkdir()
        Image.new("RGB", (32, 24), (90, 110, 120)).save(folder / "one.png")
        for i in range(count):
            (folder / name / f"image_{i:03}.png").write_bytes((folder / "one.png").read_bytes())
    draw = nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")
    steps = nb.Workflow([draw, nb.Step("check", "review", ["chloe"])])
    recipe = nb.Recipe(labels=["cell"])
    streets = ws.create_dataset("streets")
    streets.create_version("v1").add_images([folder / "many"]).create_campaign("Streets", recipe, steps).launch()
    streets.create_version("v2").add_images([folder / "few"]).create_campaign("Live", recipe, steps).launch()
    streets.create_version("v3").add_images([folder / "few"]).create_campaign("Next", recipe, steps)


@pytest.fixture(scope="module")
def site(harnessed: Any) -> Any:
    return harnessed(fill)


@pytest.fixture(scope="module")
def ws(site: Any) -> Any:
    return site.ws


@pytest.fixture(scope="module")
def mia(site: Any) -> Callable[[str], Any]:
    """Return a function that shows mia a part of the manager's page; one page for the module."""
    expect.set_options(timeout=WAIT_MS)
    page = site.manage("mia")
    page.wait_for_selector(".nbm-card")

    def show(part: str) -> Any:
        page.evaluate(
            "hash => { history.pushState(null, '', hash); dispatchEvent(new PopStateEvent('popstate')); }", part
        )
        tab = part.removeprefix("#").partition("/")[0]
        page.wait_for_selector(f"#nbm-tab-{tab}[aria-selected=true]")
        return page

    return show


def number(ws: Any, name: str) -> int:
    return int(ws.campaigns[name].campaign_id)


def holders(ws: Any, name: str) -> dict[str, str | None]:
    tasks = ws.client.call("tasks.of_campaign", list[model.Task], campaign_id=number(ws, name))
    return {t.asset: t.assignee for t in tasks}


def acting(ws: Any, login: str) -> Any:
    session = ws.client.call("sessions.open", model.Session, login=login, password=PASSWORD)
    return ws.client.acting(session.token)


def tasks_of(show: Callable[[str], Any], ws: Any, name: str) -> Any:
    page = show(f"#tasks/{number(ws, name)}")
    expect(page.locator(".nbm-rows .nbm-row:visible").first).to_be_visible()
    expect(page.locator("label:has-text('Campaign') select option:checked")).to_have_text(name)
    return page


def test_filtered_tasks_are_selected_with_shift_and_given_to_somebody_else(ws: Any, mia: Callable[[str], Any]) -> None:
    page = tasks_of(mia, ws, "Streets")
    expect(page.get_by_text(f"{ASSETS} tasks", exact=True)).to_be_visible()
    assert page.locator(".nbm-rows .nbm-row").count() < 60, "only the rows that are seen are in the page"
    page.get_by_label("Assignee", exact=True).select_option("=ana")
    page.get_by_placeholder("Part of a name").fill("image_0")
    mine = sorted(a for a, who in holders(ws, "Streets").items() if who == "ana" and "image_0" in a)
    expect(page.get_by_text(f"{len(mine)} of {ASSETS} tasks", exact=False)).to_be_visible()
    row = lambda asset: page.locator(".nbm-row", has_text=asset)  # noqa: E731
    row(mine[1]).click()
    row(mine[9]).click(modifiers=["Shift"])
    expect(page.get_by_text("9 selected")).to_be_visible()
    row(mine[3]).locator(".c-tick").click()
    expect(page.get_by_text("8 selected")).to_be_visible()
    page.get_by_role("button", name="Reassign…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("8 tasks of ana go to ben.")
    dialog.get_by_role("button", name="Reassign").click()
    expect(page.get_by_text("8 tasks to ben.")).to_be_visible()
    now = holders(ws, "Streets")
    given = [*mine[1:3], *mine[4:10]]
    assert {now[a] for a in given} == {"ben"}
    assert {now[a] for a in mine if a not in given} == {"ana"}
    expect(row(mine[1])).to_have_count(0)  # the filter says ana, and the page has heard of it
    page.get_by_text("clear the filters").click()
    expect(page.get_by_text(f"{ASSETS} tasks", exact=True)).to_be_visible()


def test_any_image_is_opened_from_the_list_and_an_issue_from_its_tab(ws: Any, mia: Callable[[str], Any]) -> None:
    page = tasks_of(mia, ws, "Streets")
    page.get_by_placeholder("Part of a name").fill("image_01")
    expect(page.get_by_text(f"10 of {ASSETS} tasks", exact=False)).to_be_visible()
    page.locator(".nbm-row:visible", has_text="image_012").click()
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Go to task").click()
    image = opening.value
    image.set_default_timeout(WAIT_MS)
    title = image.locator(".nbp-task h1")
    expect(title).to_have_text("image_012.png")
    expect(image.locator(".steps .place")).to_contain_text("3 / 10")
    expect(image.locator(".saved")).to_have_text("Read-only")
    image.keyboard.press("PageDown")
    expect(title).to_have_text("image_013.png")  # the next one of the filtered list
    image.keyboard.press("i")
    image.get_by_role("dialog").get_by_role("textbox").fill("Whose car is this?")
    image.keyboard.press("Control+Enter")
    expect(image.locator(".nbp-threads")).to_contain_text("Whose car is this?")

    page.bring_to_front()
    mia("#issues")
    page.get_by_label("Author", exact=True).select_option("mia")
    row = page.locator(".nbm-threads tbody tr")
    expect(row).to_have_count(1)
    for word in ("Whose car is this?", "open", "image", "image_013.png", "Streets", "draw", "mia"):
        expect(row).to_contain_text(word)
    image.keyboard.press("PageUp")
    expect(title).to_have_text("image_012.png")
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(title).to_have_text("image_013.png")  # in the same tab as before
    expect(image.get_by_role("tab", name=re.compile("^Issues"))).to_have_attribute("aria-selected", "true")
    expect(image.locator(".steps .place")).to_contain_text("1 / 1")
    image.reload()
    expect(title).to_have_text("image_013.png")
    page.get_by_role("button", name="open", exact=False).first.click()  # no open ones: nothing is left
    expect(page.get_by_text("No issue matches these filters.")).to_be_visible()
    page.get_by_text("clear the filters").click()
    expect(row.first).to_be_visible()
    image.close()
    mia(f"#tasks/{number(ws, 'Streets')}").get_by_placeholder("Part of a name").fill("")


def test_with_the_keys_alone_tasks_are_found_selected_and_put_back_into_the_queue(
    ws: Any, mia: Callable[[str], Any]
) -> None:
    page = tasks_of(mia, ws, "Streets")
    page.locator("#nbm-tab-tasks").focus()
    page.keyboard.press("/")
    page.keyboard.type("image_29")
    expect(page.get_by_text(f"10 of {ASSETS} tasks", exact=False)).to_be_visible()
    page.keyboard.press("ArrowDown")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To").select_option("-")
    expect(dialog).to_contain_text("3 tasks of ben go back to the queue.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("3 tasks went back to the queue.")).to_be_visible()
    now = holders(ws, "Streets")
    assert [now[f"image_29{i}.png"] for i in range(4)] == [None, None, None, "ben"]
    expect(page.locator(".nbm-row", has_text="image_290")).to_contain_text("in the queue")
    page.locator(".nbm-rows").focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("10 selected")).to_be_visible()
    page.get_by_placeholder("Part of a name").fill("image_295")
    expect(page.get_by_text("1 selected")).to_be_visible()  # what a filter hides is not selected any more
    page.locator(".nbm-rows").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Select rows to reassign them")).to_be_visible()
    page.get_by_text("clear the filters").click()


def test_the_page_stays_live_and_keeps_selection_scroll_and_focus(ws: Any, mia: Callable[[str], Any]) -> None:
    page = tasks_of(mia, ws, "Streets")
    rows = page.locator(".nbm-rows")
    page.wait_for_function(  # a table that is still being filled begins at its top again
        "() => { const e = document.querySelector('.nbm-rows'); e.scrollTop = 3600;"
        " return [...e.querySelectorAll('.nbm-row:not([hidden])')].some(row => row.innerText.includes('image_105')); }"
    )
    page.locator(".nbm-row", has_text="image_105").click()
    page.locator(".nbm-row", has_text="image_107").click(modifiers=["Control"])
    held = next(a for a, who in holders(ws, "Streets").items() if who == "ana" and a >= "image_108")
    tasks = ws.client.call("tasks.of_campaign", list[model.Task], campaign_id=number(ws, "Streets"))
    task = next(t for t in tasks if t.asset == held)
    ana = acting(ws, "ana")
    view = ana.call("tasks.open", model.TaskView, task_id=task.task_id)
    answer = model.Annotation(nothing_to_label=True)
    ana.call("tasks.submit", model.Closed, task_id=task.task_id, annotation=answer, revision=view.revision, seconds=1)
    expect(page.locator(".nbm-row", has_text=held)).to_contain_text("check")
    expect(page.get_by_text("2 selected")).to_be_visible()
    assert rows.evaluate("e => e.scrollTop") == 3600
    assert rows.evaluate("e => e === document.activeElement")
    page.keyboard.press("Escape")


def test_a_draft_is_launched_after_a_look_at_its_plan(ws: Any, mia: Callable[[str], Any]) -> None:
    page = mia("#campaigns")
    card = page.locator("article[aria-label=Next]")
    expect(card).to_contain_text("draft")
    card.get_by_role("button", name="Launch…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("4 of 4 assets of the version")
    expect(dialog.locator(".chip")).to_have_text(["ana 2", "ben 2"])
    dialog.get_by_role("button", name="Launch", exact=True).click()
    expect(page.get_by_text("Next is launched: 4 tasks created.")).to_be_visible()
    expect(card).to_contain_text("active")
    assert Counter(holders(ws, "Next").values()) == {"ana": 2, "ben": 2}


def test_what_remains_of_a_step_is_shared_by_weights_as_the_preview_says(ws: Any, mia: Callable[[str], Any]) -> None:
    page = mia(f"#jobs/{number(ws, 'Live')}")
    panel = page.locator("section[aria-label=draw]")
    panel.get_by_role("button", name="Share what remains…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Weight of ana").fill("3")
    expect(dialog.locator("tbody td:last-child")).to_have_text(["3", "1"])
    dialog.get_by_role("button", name="Share").click()
    expect(page.get_by_text("3 tasks to ana · 1 task to ben.")).to_be_visible()
    assert Counter(holders(ws, "Live").values()) == {"ana": 3, "ben": 1}
    expect(panel.locator("tr", has_text="ana")).to_contain_text("0 of 3")


def test_a_member_is_invited_and_another_one_disabled(ws: Any, mia: Callable[[str], Any]) -> None:
    page = mia("#members")
    page.get_by_role("button", name="Invite…").click()
    dialog = page.get_by_role("dialog")
    page.keyboard.type("emma")
    dialog.get_by_role("button", name="Invite").click()
    link = dialog.get_by_label("Link").input_value()
    assert re.search(r"/invite#emma/[\w-]{32,}$", link)
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    assert link not in page.content()

    acting(ws, "dan")
    page.get_by_role("button", name="More for dan").click()
    page.get_by_role("menuitem", name="Disable…").click()
    expect(dialog).to_contain_text("dan is logged out everywhere at once")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "More for dan"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Disable").click()
    expect(page.locator("tr", has_text="dan")).to_contain_text("disabled")
    assert {m.login: m.active for m in ws.members}["dan"] is False
    with pytest.raises(LoginFailed):
        acting(ws, "dan")
    expect(page.locator("tr", has_text="root").get_by_role("button")).to_have_count(0)


def test_the_statistics_come_with_their_tab_and_the_way_back_works(ws: Any, mia: Callable[[str], Any]) -> None:
    page = mia("#members")
    page.keyboard.press("6")
    expect(page.get_by_role("heading", name="Statistics")).to_be_visible()
    expect(page.locator(".nba-plot .main-svg").first).to_be_attached()
    page.go_back()
    expect(page.locator("#nbm-tab-members[aria-selected=true]")).to_be_visible()
    page.set_viewport_size({"width": 420, "height": 800})
    for part in ("campaigns", "tasks", "jobs", "issues", "members"):
        mia(f"#{part}")
        page.wait_for_function("document.querySelector('.nbm-part').scrollWidth <= 420")
    page.set_viewport_size({"width": 1200, "height": 800})
