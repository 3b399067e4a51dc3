"""Shapes with flaws on a page: the way to the first one that keeps a task from being submitted."""

from __future__ import annotations

from nbannotate.errors import Incomplete
from nbannotate.model import Shape
from nbannotate.pages.work import events
from nbannotate.pages.work.desk import Desk


def show(desk: Desk, what: Incomplete) -> None:
    """Lead the person to what a refusal is about: select the first shape, bring it into sight, open its form."""
    first = next((s for s in desk.canvas.shapes if s.id in what.shapes[:1]), None)
    if first is not None:
        desk.canvas.select([first.id])
        look_at(desk, first)
        desk.store.draw(selected=desk.canvas.selected)
    desk.tell(events.PanelOpened("shapes", what.tag, what.attribute))


def look_at(desk: Desk, shape: Shape) -> None:
    """Bring a shape into sight."""
    xs, ys = [x for x, _ in shape.points], [y for _, y in shape.points]
    desk.canvas.look_at((min(xs), min(ys), max(xs), max(ys)))
