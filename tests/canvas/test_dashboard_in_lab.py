"""``nb.Dashboard(campaign)`` in a cell of JupyterLab: drawn, live, and a bar gives its rows to the notebook."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.mark.browser
@pytest.mark.xdist_group("canvas-lab")
def test_in_jupyterlab_the_dashboard_is_live_and_a_bar_gives_its_rows(cell):
    stage = cell("lab", "dashboard")
    page, patience = stage.page, 60_000
    done = page.locator(".nba-tile", has_text="Done").locator("b")
    expect(done).to_have_text("1", timeout=patience)
    stage.run("ana.next().submit([])")
    expect(done).to_have_text("2", timeout=patience)

    bars = page.locator("[data-key=chart-tasks] .bars .point path >> visible=true")
    expect(bars).to_have_count(2, timeout=patience)  # two are done, two wait
    bars.last.scroll_into_view_if_needed()
    box = bars.last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    expect(page.locator("[data-key=chart-tasks] .hoverlayer .hovertext")).to_be_visible(timeout=patience)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = "2 rows behind it: dashboard.selection in the notebook"
    expect(page.locator(".nba-told")).to_have_text(told, timeout=patience)
    assert stage.kernel("sorted(dashboard.selection['state'])") == ["done", "done"]
    width = "document.querySelector('.nba-manager').scrollWidth - document.querySelector('.nba-manager').clientWidth"
    assert page.evaluate(width) <= 1  # nothing is cut off at the side
