"""Every page in the light and in the dark theme under axe-core: nothing serious or critical stands in anybody's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Attribute, Closed, Issue, Session, TaskView

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed (extra [test])")
pytestmark = pytest.mark.browser
PASSWORD = "a long password"
THEMES = ("light", "dark")
#: What is judged; "needs review" (what a machine cannot decide) is not among the violations.
RUN = """() => axe.run(document, { resultTypes: ['violations'] }).then(r => [r.passes.length, r.violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.flat().join(' ')} | ${n.html.slice(0, 160)} | `
      + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? '')))])"""
#: What comes in by an animation is judged as it then is; a spinner turns for ever.
STILL = """() => Promise.all(document.getAnimations()
    .filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => 0)))"""
THEMED = "theme => [...document.querySelectorAll('.nbp')].every(e => e.dataset.theme === theme)"
#: The tabs of a manager, and what is there when they are.
MANAGER = {
    "campaigns": ".nbm-card", "tasks": ".nbm-row", "jobs": ".nbm-part >> text=check",
    "members": ".nbm-part >> text=chloe", "statistics": ".nba-plot .main-svg",
}  # fmt: skip


def submit(client: Any, view: TaskView, shape: nb.Shape) -> None:
    said = Annotation(shapes=(shape,), tags=("dark",), tag_attributes={"dark": {"stage": "ring"}})
    client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=said, revision=view.revision)


def acting(ws: Any, login: str) -> Any:
    session = ws.client.call("sessions.open", Session, login=login, password=PASSWORD)
    return ws.client.acting(session.token)


def fill(ws: Any, folder: Path) -> None:
    """A campaign with something on every page: attributes, limits, an image that came back, issues, notices."""
    ws.members.add("mia", role="manager", password=PASSWORD)
    (folder / "images").mkdir()
    for i in range(5):
        Image.new("RGB", (320, 240), (90 + 30 * i, 110, 120)).save(folder / "images" / f"image_{i}.png")
    version = ws.create_dataset("smears", readme="About *smears*.").create_version("v1")
    version.add_images([folder / "images"])
    stage = Attribute("stage", "choice", ("ring", "schizont"), required=True)
    labels = [nb.Label("cell", attributes=(stage, Attribute("note"))), "dust"]
    tags = ["blurred", nb.Tag("dark", [stage, "why"])]
    recipe = nb.Recipe(labels=labels, tags=tags, max_shapes=5, open_labels=True, metadata="edit")
    for name in version.assets.df()["name"]:
        version.set_metadata(name, {"site": "Bern", "sharp": True, "spacing": [0.5, 0.5], "note": "long " * 50})
    draw = nb.Step("draw", "annotation", ["ana"], statuses=("unsure",))
    steps = nb.Workflow([draw, nb.Step("check", "review", ["chloe"])])
    campaign = version.create_campaign("July", recipe, steps, instructions="Draw *every* [cell](https://example.org).",
                                       due="2030-01-31")  # fmt: skip
    campaign.launch()
    version2 = ws.datasets["smears"].create_version("v2").add_images([folder / "images"])
    version2.create_campaign("Written", recipe, steps)
    ana, chloe = acting(ws, "ana"), acting(ws, "chloe")
    drawn = nb.Shape(kind="rectangle", points=((20.0, 20.0), (90.0, 90.0)), label="cell", attributes={"stage": "ring"})
    where = {"campaign_id": campaign.campaign_id}
    for _ in range(3):
        submit(ana, ana.call("tasks.next", TaskView, step=0, **where), drawn)
    for i in range(2):
        view = chloe.call("tasks.next", TaskView, step=1, **where)
        zone = (200.0, 100.0, 250.0, 160.0)
        chloe.call("issues.create", Issue, task_id=view.task.task_id, text="Look here", zone=zone)
        chloe.call("tasks.rework", Closed, task_id=view.task.task_id, revision=view.revision)
        if not i:
            view = ana.call("tasks.next", TaskView, step=0, **where)
            submit(ana, view, replace(drawn, points=((120.0, 20.0), (190.0, 90.0))))


@pytest.fixture(scope="module")
def site(serve: Any) -> Any:
    return serve(fill)


@pytest.fixture(scope="module")
def judge() -> Any:
    """Return a function that lists what axe finds on a page, in both themes."""
    source = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")

    def judge(page: Any, name: str) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = []
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.wait_for_function(THEMED, arg=theme)
            page.evaluate(STILL)
            passed, failed = page.evaluate(RUN)
            assert passed > 5, f"{name}: hardly anything was judged"
            found += [f"{name}, {theme}: {line}" for line in failed]
        return found

    return judge


@pytest.fixture(scope="module")
def visitor(site: Any, chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1200, "height": 800})
    yield context.new_page()
    context.close()


def test_the_pages_before_the_login(site, visitor, judge):
    visitor.goto(site.url)
    found = judge(visitor, "login")
    visitor.fill("#login", "ana")
    visitor.fill("#password", "wrong")
    visitor.press("#password", "Enter")
    visitor.wait_for_selector(".error")
    found += judge(visitor, "login refused")
    visitor.goto(site.ws.members.invite("eva", role="annotator").link(site.url))
    visitor.wait_for_selector("#new")
    found += judge(visitor, "invitation")
    assert not found, "\n".join(found)


def test_the_pages_of_an_annotator(site, judge):
    page = site.log_in("ana")
    found = judge(page, "my tasks")
    page.locator("[role=tab]", has_text="Issues").click()
    page.wait_for_selector(".rows .row")
    found += judge(page, "my issues")
    page.locator("[role=tab]", has_text="My tasks").click()
    page.keyboard.press("Shift+N")
    page.wait_for_selector(".nbp-notices .notice")
    found += judge(page, "notices")
    page.keyboard.press("Escape")
    page.locator("[data-open]").first.click()
    page.wait_for_selector(".nbp-list .image")
    found += judge(page, "job")
    page.locator("[data-key=go]").click()
    page.wait_for_selector(".nba-stage:focus")
    page.wait_for_selector(".nbp-threads li")
    found += judge(page, "task, issues")
    page.keyboard.press("Shift+B")
    page.wait_for_selector(".nbp-changes[data-on]")
    found += judge(page, "task, history")
    for name in ("Info", "Shapes"):
        page.locator(".nbp-side [role=tab]", has_text=name).click()
        if name == "Shapes":
            page.locator(".shape").first.click()
            page.wait_for_selector(".nbp-panel .nbp-form")
        found += judge(page, f"task, {name.lower()}")
        for mode in ("form", "json") if name == "Info" else ():
            page.click(f".nbp-meta h2 [data-key={mode}]")
            page.wait_for_selector(".nbp-meta .field" if mode == "form" else ".nbp-json textarea:focus")
            found += judge(page, f"task, metadata, {mode}")
    page.locator(".nba-bar [data-do=label]").click()
    page.wait_for_selector(".nba-menu [role=menuitemradio]:focus")
    found += judge(page, "task, the labels of the selection")
    page.keyboard.press("Escape")
    page.keyboard.press("i")
    page.wait_for_selector(".nbp-dialog textarea")
    found += judge(page, "dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector(".nba-help")
    found += judge(page, "keys")
    page.keyboard.press("Escape")
    page.goto(f"{site.url.rstrip('/')}/password")
    found += judge(page, "password")
    assert not found, "\n".join(found)


def test_the_pages_of_a_reviewer(site, judge):
    page = site.log_in("chloe")
    found = judge(page, "my tasks")
    page.locator("[data-open]").first.click()
    page.locator(".nbp-order select").select_option("random")
    page.wait_for_selector(".nbp-order input")
    page.wait_for_selector(".nbp-list .image")
    found += judge(page, "job of a review")
    page.locator(".nbp-order select").select_option("changes")
    page.wait_for_selector(".nbp-list .image >> text=change")
    page.locator("[aria-label='My tasks'], .nbp-top .wide").first.click()
    page.wait_for_selector(".nbp-jobs")
    page.locator("[data-go]").first.click()
    page.wait_for_selector(".nba-stage:focus")
    found += judge(page, "review")
    page.locator("[data-key=rework]").click()
    page.wait_for_selector(".nbp-dialog textarea")
    found += judge(page, "rework")
    assert not found, "\n".join(found)


def test_the_pages_of_a_manager(site, visitor, judge):
    page = visitor
    page.goto(f"{site.url.rstrip('/')}/login?next=/manager")
    page.fill("#login", "mia")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(f"{site.url.rstrip('/')}/manager")
    found: list[str] = []
    for name, shown in MANAGER.items():
        page.locator(f"#nbm-tab-{name}").click()
        page.wait_for_selector(shown)
        found += judge(page, f"manager, {name}")
    assert not found, "\n".join(found)
