"""The harness page: who looks at which canvas of this process, and what a browser says that nobody can take."""

from __future__ import annotations

import pytest
from tests.harness.kernel import Kernel

from nbannotate.canvas import Canvas

RECTANGLE = "[Shape(kind='rectangle', points=((100., 100.), (300., 250.)), label='cell', id='a' * 16)]"


@pytest.mark.browser
def test_two_canvases_of_one_process_are_painted_each_in_its_own_browser(page):
    one, two = page("harness", "one"), page("harness", "one")
    one.reset(RECTANGLE)
    one.painted(200, 100, "red")
    two.click(2, 2)
    two.page.wait_for_selector(".nba-stage:focus")
    two.press("r")
    two.drag((400, 300), (500, 400))
    two.wait("len(c.shapes)", 1)
    two.press("1", "Escape")
    two.painted(400, 350, "red")
    two.painted(200, 100, "gray")
    one.painted(400, 350, "gray")
    assert one.kernel("len(c.shapes)") == 1


def test_what_a_browser_says_and_a_widget_cannot_take_is_remembered(harness):
    kernel = Kernel(lambda: Canvas(None))
    told = []
    kernel.connect(told.append)
    comm = next(iter(kernel.comms))
    kernel._thread.submit(kernel._heard, {"comm": comm, "ref": 1, "data": {"method": "no such"}}, [], told.append)
    kernel._thread.submit(kernel._heard, {"comm": comm, "ref": 2, "data": {}}, [], told.append)
    kernel.call(lambda: None)
    assert b'"idle"' in told[-1]
    assert "KeyError" in kernel.failures[0]
    kernel.close()
