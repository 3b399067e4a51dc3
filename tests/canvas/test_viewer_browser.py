"""``nb.Viewer`` as a person has it in a page: one line of code, no workspace, keys and buttons."""

from __future__ import annotations

import nbformat
import pytest

CELL = """\
import pandas as pd
import nbannotate as nb
table = pd.DataFrame({{"asset": ["one", "two", "two"], "label": ["cell", "cell", "dust"], "x": [100, 50, 300],
                       "y": [100, 50, 200], "width": [200, 90, 60], "height": [150, 90, 60]}})
c = nb.Viewer({{"one": {image!r}, "two": {image!r}}}, table, height="420px")
c"""


@pytest.mark.browser
def test_shapes_of_a_table_are_looked_at_image_by_image(page, notebooks, picture):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(image=str(picture)))])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, notebooks / "viewer.ipynb")
    stage = page("harness", "viewer")
    browser = stage.page
    browser.wait_for_selector("text=1 of 2")
    browser.wait_for_selector("text=cell 1")
    browser.locator("button[title='Next image']").click()
    browser.wait_for_selector("text=2 of 2")
    browser.wait_for_selector("text=dust 1")
    stage.click(2, 2)
    stage.press("PageUp")
    browser.wait_for_selector("text=1 of 2")
    stage.press("r")  # nothing can be drawn
    stage.drag((400, 300), (500, 400))
    assert stage.kernel("len(c.canvas.shapes)") == 1
    assert stage.kernel("c.canvas.tool") == "select"
    stage.press("?")
    browser.wait_for_selector(".nba-help >> text=Next image")
