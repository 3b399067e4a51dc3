"""The pages from right to left, in a pseudo-locale: what stands left stands right, and the image stays as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.pages.test_languages import PASSWORD, fill

import nbannotate

PAGES = Path(nbannotate.__file__).parent / "pages"
#: What stands in the middle, what a script places, and what is a coordinate of an image.
PLACED = ("translateX", "canvas.cells", ".nbp-tip", ".nbm-menu {", "~ .nbp-toasts")
SIDE = re.compile(
    r"(margin|padding|border)-(left|right)|(?<![-\w])(left|right): |text-align: (left|right)|-(left|right)-radius"
)
BOX = "(name) => { const box = document.querySelector(name).getBoundingClientRect(); return [box.left, box.right]; }"


def test_no_style_of_a_page_says_left_or_right() -> None:
    wrong = [
        f"{sheet.name}:{number}: {line.strip()[:90]}"
        for sheet in PAGES.rglob("*.css")
        for number, line in enumerate(sheet.read_text("utf-8").split("\n"), 1)
        if SIDE.search(line) and not any(word in line for word in PLACED)
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def site(serve: Any) -> Any:
    return serve(fill)


def enter(site: Any, chromium: Any, login: str, path: str, language: str = "ar-XB") -> Any:
    page = chromium.new_context(viewport={"width": 1200, "height": 800}).new_page()
    page.goto(f"{site.url}login?language={language}&next=/{path}")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar-XB" else "ltr")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    return page


def sides(page: Any, first: str, second: str) -> bool:
    """Return whether one element stands left of another."""
    return bool(page.evaluate(BOX, first)[0] < page.evaluate(BOX, second)[0])


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"))


@pytest.mark.browser
def test_a_page_of_an_annotator_is_turned_and_its_image_is_not(site: Any, chromium: Any) -> None:
    for language, turned in (("ar-XB", True), ("en-XA", False)):
        page = enter(site, chromium, "ana", "work", language)
        page.wait_for_selector("[data-go]")
        assert page.evaluate("document.documentElement.lang") == language
        assert page.get_attribute(".nbp", "dir") == ("rtl" if turned else "ltr")
        assert sides(page, ".bell", ".nbp-brand") is turned
        assert fits(page)
        page.click("[data-go]")
        page.wait_for_selector(".nba-preview[src]")
        assert sides(page, ".nbp-side", ".nbp-stage") is turned
        assert page.evaluate("getComputedStyle(document.querySelector('.nba-canvas')).direction") == "ltr"
        assert fits(page)
        page.context.close()


@pytest.mark.browser
def test_a_review_and_the_manager_s_page_are_turned(site: Any, chromium: Any) -> None:
    page = enter(site, chromium, "chloe", "work")
    page.click("[data-go]")
    page.wait_for_selector(".nbp-actions [data-key=rework]")
    assert sides(page, ".nbp-side", ".nbp-stage")
    page.context.close()
    page = enter(site, chromium, "mia", "manager")
    page.wait_for_selector(".nbm-card")
    assert sides(page, ".nbm-card", ".nbm-rail")
    page.focus("[role=tab][aria-selected=true]")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#nbm-tab-tasks[aria-selected=true]")
    page.wait_for_selector(".nbm-row[id]")
    assert sides(page, ".nbm-row.head .cell:last-child", ".nbm-row.head .cell:first-child")
    assert fits(page)
    page.context.close()
