"""``diff.show()`` as a person has it in a page: the list of assets, the list of changes, keys, before and after."""

from __future__ import annotations

import nbformat
import pytest

CELL = """\
import nbannotate as nb
from PIL import Image
from pathlib import Path
import tempfile
folder = Path(tempfile.mkdtemp(prefix="nbannotate-diff-"))
for name in ("one", "two"):
    Image.open({image!r}).save(folder / f"{{name}}.png")
ws = nb.open(":memory:")
first = ws.create_dataset("d").create_version("v1").add_images(folder)
box = nb.Shape.rectangle
first.add_annotations({{"one.png": [box(100, 100, 200, 150, "cell", id="a"), box(20, 20, 40, 40, "dust", id="b")],
                       "two.png": [box(50, 50, 90, 90, "cell", id="c")]}}, "hand")
second = first.create_child("v2")
second.add_annotations({{"one.png": [box(130, 110, 200, 150, "cell", id="a"), box(350, 60, 80, 60, "ring", id="d")],
                        "two.png": [box(50, 50, 90, 90, "ring", id="c")]}}, "model")
c = nb.diff(first, second).show(height="420px")
c"""


@pytest.mark.browser
def test_a_diff_is_stepped_through_change_by_change(page, notebooks, picture):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(image=str(picture)))])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, notebooks / "diff.ipynb")
    stage = page("harness", "diff")
    browser = stage.page
    browser.wait_for_selector("text=1 of 2")
    browser.wait_for_selector("text=1 moved")
    browser.wait_for_selector("text=1 added")
    browser.wait_for_selector("text=1 removed")
    assets, changes = browser.locator("select").nth(0), browser.locator("select").nth(1)
    told = [t.replace("\xa0", " ") for t in assets.locator("option").all_text_contents()]
    assert told == ["one.png (3)", "two.png (1)"]
    assert [t.split(":")[0] for t in changes.locator("option").all_text_contents()] == ["cell", "ring", "dust"]
    changes.select_option(index=1)  # a change that is chosen comes into sight, selected
    stage.wait("tuple(c.canvas.selected)", ("d",))
    stage.click(2, 2)
    browser.wait_for_selector(".nba-stage:focus")
    stage.press("Alt+b")  # as it was before
    stage.wait("sorted(s.id for s in c.canvas.shapes)", ["a", "b"])
    browser.wait_for_selector("button.mod-active >> text=Before")
    stage.press("Alt+b")
    stage.wait("sorted(s.id for s in c.canvas.shapes)", ["a", "d"])
    for _ in range(2):  # through what is left of this image, and on to the next one
        stage.press("Alt+PageDown")
    browser.wait_for_selector("text=2 of 2")
    browser.wait_for_selector("text=1 named otherwise")
    stage.wait("(c.name, c._changes.index)", ("two.png", 0))
    assets.select_option(index=0)
    browser.wait_for_selector("text=1 of 2")
    stage.wait("c.name", "one.png")
    stage.press("?")
    browser.wait_for_selector(".nba-help >> text=Next change")
    stage.run("import shutil; shutil.rmtree(folder)")
