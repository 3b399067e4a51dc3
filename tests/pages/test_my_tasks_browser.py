"""*My tasks* in a browser: a job that no image has reached yet is not finished, and comes to the top when one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import nbannotate as nb

pytestmark = pytest.mark.browser


def fill(ws: Any, folder: Path) -> None:
    (folder / "images").mkdir()
    Image.new("RGB", (64, 48), (90, 110, 120)).save(folder / "images" / "image_0.png")
    version = ws.create_dataset("smears").create_version("v1").add_images([folder / "images"])
    steps = [nb.Step("draw", "annotation", ["ana"]), nb.Step("check", "review", ["chloe"])]
    version.create_campaign("July", nb.Recipe(["cell"]), nb.Workflow(steps)).launch()


def test_a_job_that_nothing_has_reached_stands_under_not_yet(harnessed: Any) -> None:
    site = harnessed(fill)
    page = site.log_in("chloe")
    folds = page.locator(".nbp-fold summary")
    assert folds.all_inner_texts() == ["Not yet\n1"]
    row = page.locator(".nbp-fold[data-key=ahead] .nbp-job")
    assert "Waits for the step before" in row.inner_text()
    assert page.locator(".nbp-all-done").inner_text().startswith("No image has come to you yet")

    for task in site.ws.campaigns["July"].as_member("ana"):
        task.submit([])
    page.wait_for_selector(".nbp-jobs > .nbp-campaign .nbp-job [data-go]")
    assert folds.count() == 0
    for task in site.ws.campaigns["July"].as_member("chloe"):
        task.accept()
    page.wait_for_selector(".nbp-fold[data-key=closed] .nbp-job >> text=Done for now")
    assert folds.all_inner_texts() == ["Finished\n1"]
    assert page.locator(".nbp-all-done").inner_text() == "All done. Nothing waits for you right now."
