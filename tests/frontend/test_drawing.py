"""What a page keeps when it is painted anew: focus, caret, scroll, what is being typed, what others put into it."""

from __future__ import annotations

from typing import Any

import pytest

from nbannotate.frontend import building

pytestmark = pytest.mark.browser

PAGE = """
globalThis.state = { text: "", chosen: "b", on: true, rows: [1, 2, 3], folded: true };
globalThis.paint = () => draw(
  document.getElementById("page"),
  state.rows.length > 5 ? h("p", {}, "many") : null,
  h("input", { id: "text", value: state.text, maxlength: "9" }),
  h("select", { id: "chosen", value: state.chosen }, ["a", "b", "c"].map((v) => h("option", { value: v }, v))),
  h("input", { id: "on", type: "checkbox", checked: state.on }),
  h("details", { id: "details" }, h("summary", {}, "more"), "text"),
  h("ul", { style: "height:40px;overflow:auto" }, state.rows.map((row) =>
    h("li", { "data-key": `r${row}` }, h("button", { title: row === 2 ? null : "row", spellcheck: "false" }, row)))),
  h("div", { id: "slot" }),
);
"""


@pytest.fixture
def page(chromium: Any) -> Any:
    page = chromium.new_page()
    page.set_content("<div id=page></div>")
    page.add_script_tag(content=building.bundle("shared/dom"))
    page.add_script_tag(content=PAGE)
    page.evaluate("paint()")
    yield page
    page.close()


def repaint(page: Any, **state: Any) -> None:
    page.evaluate("(now) => { Object.assign(state, now); paint(); }", state)


def test_what_is_being_typed_stays_with_its_caret_and_is_set_when_nobody_types(page: Any) -> None:
    page.click("#text")
    page.keyboard.type("abcd")
    page.keyboard.press("ArrowLeft")
    repaint(page, rows=[1, 2, 3, 4, 5, 6])
    page.keyboard.type("X")
    assert page.input_value("#text") == "abcXd"
    page.click("#on")
    repaint(page, text="from Python")
    assert page.input_value("#text") == "from Python"


def test_a_choice_stays_until_something_else_is_so(page: Any) -> None:
    assert page.input_value("#chosen") == "b"
    page.focus("#chosen")
    page.select_option("#chosen", "c")
    repaint(page)  # Python has not answered yet
    assert page.input_value("#chosen") == "c"
    repaint(page, chosen="a")
    assert page.input_value("#chosen") == "a"
    assert page.evaluate("document.activeElement.id") == "chosen"


def test_a_box_shows_what_is_so_whatever_was_clicked(page: Any) -> None:
    assert page.is_checked("#on")
    page.click("#on")
    repaint(page)
    assert page.is_checked("#on")


def test_rows_keep_their_focus_and_their_list_its_scroll(page: Any) -> None:
    repaint(page, rows=list(range(1, 30)))
    page.evaluate("document.querySelector('ul').scrollTop = 60")
    page.focus("li:nth-child(4) button")
    scrolled = page.evaluate("document.querySelector('ul').scrollTop")
    repaint(page, rows=list(range(1, 20)))
    assert page.evaluate("document.activeElement.textContent") == "4"
    assert page.evaluate("document.querySelector('ul').scrollTop") == scrolled > 0


def test_what_a_person_opened_and_what_others_put_there_stays(page: Any) -> None:
    page.click("summary")
    page.evaluate("slot.append(Object.assign(document.createElement('b'), { id: 'theirs' }))")
    repaint(page, rows=[])
    assert page.evaluate("details.open")
    assert page.query_selector("#slot > #theirs")


def test_attributes_are_what_is_written(page: Any) -> None:
    assert page.eval_on_selector_all("li button", "all => all.map((b) => b.getAttribute('title'))") == [
        "row",
        None,
        "row",
    ]
    assert not page.evaluate("document.querySelector('li button').spellcheck")
    assert page.get_attribute("li", "data-key") == "r1"
    page.evaluate("clear(document.getElementById('page'))")
    assert page.evaluate("document.getElementById('page').childNodes.length") == 0
