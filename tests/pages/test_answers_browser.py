"""Deciding between what several people answered, in a real browser, by keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Session, TaskView

pytestmark = pytest.mark.browser
PASSWORD = "a long password"


def box(x0, y0, x1, y1, label="RBC"):
    return nb.Shape(kind="rectangle", points=((x0, y0), (x1, y1)), label=label)


def fill(ws: Any, folder: Path) -> None:
    """Images that ana and ben answered for; chloe decides."""
    (folder / "images").mkdir()
    x, y = np.meshgrid(np.arange(640), np.arange(480))
    for i in range(2):
        gray = (150 + 40 * np.sin(x / (25 + i)) * np.cos(y / 30)).astype(np.uint8)
        Image.fromarray(np.stack([gray, gray - 40, gray - 25], -1)).save(folder / "images" / f"smear {i}.png")
    version = ws.create_dataset("smears").create_version("v1").add_images([folder / "images"])
    steps = [nb.Step("draw", "annotation", ["ana", "ben"], copies=2), nb.Step("agree", "consensus", ["chloe"])]
    recipe = nb.Recipe(labels=["RBC", "WBC"], tags=["blurred"])
    campaign = version.create_campaign("July", recipe, nb.Workflow(steps))
    campaign.launch()
    said = {
        "ana": Annotation(shapes=(box(60, 60, 160, 150), box(300, 60, 400, 160), box(60, 300, 150, 400))),
        "ben": Annotation(shapes=(box(63, 58, 158, 152), box(302, 66, 404, 158, "WBC")), tags=("blurred",)),
    }
    for login, annotation in said.items():
        session = ws.client.call("sessions.open", Session, login=login, password=PASSWORD)
        client = ws.client.acting(session.token)
        for _ in range(2):
            view = client.call("tasks.next", TaskView, campaign_id=campaign.campaign_id, step=0)
            client.call("tasks.submit", Closed, task_id=view.task.task_id, annotation=annotation, revision=0)


def counts(page: Any) -> str:
    return " ".join(page.locator(".nbp-answers h2 .limit").inner_text().split())


def lines(page: Any) -> list[str]:
    return page.locator(".nba-pale-row").evaluate_all("rows => rows.map(r => r.dataset.line).sort()")


def test_an_image_is_decided_by_keyboard(harnessed):
    site = harnessed(fill)
    page = site.log_in("chloe")
    page.locator("[data-go]").first.click()
    page.wait_for_selector(".nba-stage:focus")
    page.wait_for_selector(".nbp-answers")
    assert counts(page) == "3 to decide"
    assert "ana" not in page.locator(".nbp-side").inner_text()
    page.wait_for_function("() => document.querySelectorAll('.nba-pale-row').length === 3")
    assert lines(page) == ["dotted", "dotted", "dotted"]

    page.keyboard.press("Shift+D")
    page.wait_for_selector(".dispute[data-at]:focus")
    page.wait_for_selector(".nba-pale-row[data-line=dashed]")
    page.keyboard.press("2")  # what ben said of the one that both drew
    page.wait_for_selector(".dispute[data-key=d0][data-decided='1']")
    page.wait_for_selector(".nbp-shapes >> text=WBC")
    page.keyboard.press("Shift+D")
    page.wait_for_selector(".dispute[data-key=d1]:focus")
    page.keyboard.press("0")
    page.wait_for_selector(".dispute[data-key=d1][data-decided=none]")
    assert counts(page) == "1 to decide"

    page.keyboard.press("Enter")
    page.wait_for_selector(".nba-stage:focus")
    page.keyboard.press("Shift+O")
    page.wait_for_selector(".person[data-key=p0][aria-pressed=true]")
    page.wait_for_function("() => document.querySelectorAll('.nba-pale-row').length === 3")
    page.keyboard.press("Shift+O")
    page.wait_for_selector(".person[data-key=p1][aria-pressed=true]")
    page.wait_for_function("() => document.querySelectorAll('.nba-pale-row').length === 2")
    page.keyboard.press("Shift+O")
    page.wait_for_selector(".person[data-key=p1][aria-pressed=false]")

    page.keyboard.press("Control+Enter")  # a tag is not decided: it asks once
    page.wait_for_selector(".dispute[data-key=d2]:focus")
    assert page.locator(".nbp-answers").count() == 1
    page.keyboard.press("1")
    page.wait_for_selector(".dispute[data-key=d2][data-decided='0']")
    assert counts(page) == "all decided"
    page.keyboard.press("Enter")
    page.wait_for_selector(".nba-stage:focus")
    first = page.locator(".nbp-top").inner_text()
    page.keyboard.press("Control+Enter")
    page.wait_for_function("t => document.querySelector('.nbp-top').innerText !== t", arg=first)
    page.wait_for_function("() => document.querySelector('.nbp-answers h2 .limit')?.innerText.startsWith('3')")
    rows = site.ws.sql("select member, source, shapes from annotations where is_latest").values.tolist()
    assert rows == [["chloe", "consensus", 2]]
