"""A manager disables an account while its person is at work in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from serve_rig import Server, end_owner, password

import nbannotate as nb

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser
EXPECT_MS = 60_000


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Any]:
    """A workspace with one image to annotate."""
    made = nb.open(tmp_path / "work.duckdb")
    made.members.add("ana", password=password("ana"))
    Image.fromarray(np.full((300, 400), 120, np.uint8)).save(tmp_path / "image.png")
    version = made.create_dataset("smears").create_version("v1").add_images([tmp_path / "image.png"])
    steps = nb.Workflow([nb.Step("draw", kind="annotation", assignees=["ana"])])
    version.create_campaign("July", nb.Recipe(labels=["cell"]), steps).launch()
    yield made
    made.close()
    end_owner(made.client)


@pytest.fixture
def server(ws: Any, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    made = chromium.new_context(viewport={"width": 1200, "height": 800}).new_page()
    made.set_default_timeout(EXPECT_MS)
    yield made
    made.context.close()


def log_in(page: Any) -> None:
    page.fill("#login", "ana")
    page.fill("#password", password("ana"))
    page.press("#password", "Enter")


def go_on(page: Any) -> None:
    """Open the first job, and wait for its image."""
    page.wait_for_selector("[data-go]")
    page.locator("[data-go]").first.click()
    page.wait_for_selector(".nba-preview[src]", state="attached")
    page.wait_for_selector(".nba-stage:focus")


def draw(page: Any, x0: float, y0: float, x1: float, y1: float) -> None:
    box = page.locator(".nba-overlay").bounding_box()
    page.keyboard.press("r")
    page.mouse.move(box["x"] + x0 * box["width"], box["y"] + y0 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + x1 * box["width"], box["y"] + y1 * box["height"], steps=3)
    page.mouse.up()


def test_who_is_disabled_at_work_is_told_and_stores_nothing_more(ws, server, page):
    page.goto(server.url)
    log_in(page)
    go_on(page)
    draw(page, 0.3, 0.3, 0.5, 0.5)
    shapes = page.locator(".nbp-shapes li")
    playwright.expect(shapes).to_have_count(1, timeout=EXPECT_MS)
    page.wait_for_selector(".saved[data-state=saved]")

    ws.members.disable("ana")
    draw(page, 0.6, 0.6, 0.7, 0.7)
    page.wait_for_selector("#lost:not([hidden]) >> text=Your session has ended — what was saved is kept")
    since = ws.sql(
        "select operation from events where member = 'ana' "
        "and event_id > (select event_id from events where operation = 'members.disable')"
    )
    assert since.empty, since
    notices = ws.sql("select text from notices where kind = 'account'")
    assert notices["text"].tolist() == ["ana was disabled and holds 1 open task in July; reassign them."]

    page.click("#lost-button")
    page.wait_for_selector("#password")
    log_in(page)
    assert page.inner_text("[role=alert]") == "The login or the password is wrong."

    ws.members.enable("ana")
    log_in(page)
    go_on(page)
    # What was drawn when nothing was stored any more was kept in the browser, and is put back now.
    playwright.expect(shapes).to_have_count(2, timeout=EXPECT_MS)
