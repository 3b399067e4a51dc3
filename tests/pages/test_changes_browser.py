"""What changed, in a real browser: the key, the lines on the image, the list that leads to the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Issue, Session, TaskView

pytestmark = pytest.mark.browser
PASSWORD = "a long password"


def box(x0, y0, x1, y1, label="RBC"):
    return nb.Shape(kind="rectangle", points=((x0, y0), (x1, y1)), label=label)


def work(ws: Any, login: str) -> Any:
    session = ws.client.call("sessions.open", Session, login=login, password=PASSWORD)
    return ws.client.acting(session.token)


def submit(client: Any, campaign: Any, *shapes: nb.Shape) -> None:
    view = client.call("tasks.next", TaskView, campaign_id=campaign.campaign_id, step=0)
    client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=Annotation(shapes=shapes),
                revision=view.revision)  # fmt: skip


def fill(ws: Any, folder: Path) -> None:
    """An image that ana drew on, chloe sent back, and ana changed; it waits for chloe again."""
    (folder / "images").mkdir()
    x, y = np.meshgrid(np.arange(640), np.arange(480))
    gray = (150 + 40 * np.sin(x / 25) * np.cos(y / 30)).astype(np.uint8)
    Image.fromarray(np.stack([gray, gray - 40, gray - 25], -1)).save(folder / "images" / "smear.png")
    version = ws.create_dataset("smears").create_version("v1").add_images([folder / "images"])
    steps = nb.Workflow([nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])])
    recipe = nb.Recipe(labels=["RBC", "WBC"])
    campaign = version.create_campaign("July", recipe, steps)
    campaign.launch()
    ana, chloe = work(ws, "ana"), work(ws, "chloe")
    shapes = [box(60, 60, 160, 150), box(300, 60, 400, 160), box(60, 300, 150, 400), box(480, 60, 580, 160)]
    submit(ana, campaign, *shapes)
    view = chloe.call("tasks.next", TaskView, campaign_id=campaign.campaign_id, step=1)
    chloe.call("issues.create", Issue, task_id=view.task.task_id, text="Look here", zone=(560.0, 400.0, 600.0, 440.0))
    chloe.call("tasks.rework", Closed, task_id=view.task.task_id, revision=view.revision)
    moved = replace(shapes[0], points=((80.0, 70.0), (200.0, 190.0)))
    submit(ana, campaign, moved, replace(shapes[1], label="WBC"), shapes[3], box(300, 300, 420, 400, "WBC"))


def test_a_reviewer_sees_with_one_key_what_changed_and_goes_to_each_place(harnessed):
    site = harnessed(fill)
    page = site.log_in("chloe")
    page.locator("[data-go]").first.click()
    page.wait_for_selector(".nba-stage:focus")
    page.wait_for_selector(".nbp-again button")  # beside the threads
    page.keyboard.press("Shift+B")
    page.wait_for_selector(".nbp-changes[data-on] >> text=what you saw last")
    counts = page.locator(".change-count").all_inner_texts()
    assert [" ".join(text.split()) for text in counts] == ["1 added", "1 removed", "1 moved", "1 relabeled"]
    lines = page.locator(".nba-pale-row").evaluate_all("rows => rows.map(r => r.dataset.line).sort()")
    assert lines == ["dashed", "dotted", "glow", "glow"]
    page.wait_for_selector(".change >> text=RBC → WBC")

    before = page.locator(".nba-zoom").inner_text()
    for _ in range(7):
        page.keyboard.press("+")
    page.wait_for_function("b => document.querySelector('.nba-zoom').innerText !== b", arg=before)
    page.locator(".change", has=page.locator("[data-how=moved]")).click()
    page.wait_for_selector(".nbp-inner .nba-stage:focus")
    page.wait_for_function(ON_STAGE, arg="dotted")
    page.locator(".change", has=page.locator("[data-how=removed]")).click()
    page.wait_for_function(ON_STAGE, arg="dashed")

    page.locator(".nbp-side [role=tab]", has_text="Issues").click()
    page.locator(".nbp-threads .link", has_text="on a zone").click()  # jumps there, and the thread is beside it
    page.wait_for_function("""() => {
        const image = document.querySelector('img.nba-preview').getBoundingClientRect(), k = image.width / 640;
        const stage = document.querySelector('.nba-stage').getBoundingClientRect();
        const x = image.x + 580 * k, y = image.y + 420 * k;
        return x > stage.x && x < stage.right && y > stage.y && y < stage.bottom; }""")
    page.keyboard.press("Shift+B")
    page.wait_for_selector(".nba-pale", state="detached")
    page.keyboard.press("f")
    page.keyboard.press("?")
    page.wait_for_selector(".nba-help >> text=What changed: before and after")
    page.keyboard.press("Escape")


ON_STAGE = """line => {
    const row = document.querySelector(`.nba-pale-row[data-line=${line}]`).getBoundingClientRect();
    const stage = document.querySelector('.nba-stage').getBoundingClientRect();
    const x = row.x + row.width / 2, y = row.y + row.height / 2;
    return x > stage.x && x < stage.right && y > stage.y && y < stage.bottom; }"""
