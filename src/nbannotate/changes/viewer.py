"""Looking at a diff: the assets that differ one after the other, with what differs marked on the canvas."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from nbannotate.canvas import Ghost
from nbannotate.cards import counted, one_line
from nbannotate.errors import NbannotateError, NotFound
from nbannotate.model import Label, Shape
from nbannotate.model.call_errors import told
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.pages.widgets.sources import Source
from nbannotate.pages.widgets.viewer import Viewer
from nbannotate.pages.work.changes import values_differing
from nbannotate.rules.compare import COLORS, HOWS, Change, Comparison
from nbannotate.shapes.overlap import ious
from nbannotate.workspace import export

if TYPE_CHECKING:
    from nbannotate.changes.difference import Diff

#: So many assets, and changes of one asset, are listed; all can be stepped through.
MOST_LISTED = 1_000
#: How the ways of a change are written.
WORDS = {"added": "added", "removed": "removed", "moved": "moved", "relabeled": "named otherwise",
         "attributes": "other attributes"}  # fmt: skip


class DiffViewer(Viewer):
    """The assets of a diff, one after the other.

    What was removed is dashed, the old outline of what was moved dotted; what is new, or named otherwise, glows. A list
    has the assets, another one the changes of the asset that is shown: choosing one brings it into sight.

    Parameters
    ----------
    diff
        The diff.
    asset
        The asset to begin with; the first one if not given.
    height
        CSS height of the image.

    Attributes
    ----------
    canvas
        The canvas.
    """

    @told
    def __init__(self, diff: Diff, asset: str | None = None, *, height: str = "560px") -> None:
        names = tuple(diff._found)
        if not names:
            raise NotFound(f"Nothing differs{diff._of()}, so there is nothing to look at.")
        if asset is not None and asset not in diff._found:
            raise NotFound(sentence(unknown("asset that differs", asset, names, diff._of())))
        self._diff, self._before = diff, False
        self._comparison = Comparison()
        self._both: tuple[tuple[Shape, ...], tuple[Shape, ...]] = ((), ())
        side = ipywidgets.Layout(width="280px", flex="0 0 auto", margin="0 0 0 10px")
        self._assets = ipywidgets.Select(
            options=[(_asset_line(name, diff._found[name].comparison), name) for name in names[:MOST_LISTED]],
            rows=10,
            layout=ipywidgets.Layout(width="auto"),
        )
        self._changes = ipywidgets.Select(rows=14, layout=ipywidgets.Layout(width="auto"))
        self._then = ipywidgets.ToggleButton(
            description="Before", tooltip=f"Show {diff.a} (alt+b)", layout=ipywidgets.Layout(width="84px")
        )
        super().__init__(Source(names, self._image, self._now, _labels(diff)), show=asset or 0, height=height)
        self._top.children = [*self._top.children, self._then]
        lists = ipywidgets.VBox(
            [_titled("Assets that differ"), self._assets, _titled("Changes"), self._changes], layout=side
        )
        shown = ipywidgets.VBox([self._top, self.canvas], layout=ipywidgets.Layout(flex="1 1 auto", min_width="0"))
        self.children = [ipywidgets.HBox([shown, lists], layout=ipywidgets.Layout(align_items="stretch"))]
        self._assets.observe(self._on_asset, "value")
        self._changes.observe(self._on_change, "value")
        self._then.observe(self._on_then, "value")
        self.canvas.bind("alt+PageDown", "Next change", self.step, "Changes", any_image=True)
        self.canvas.bind("alt+PageUp", "Previous change", partial(self.step, -1), "Changes", any_image=True)
        self.canvas.bind("alt+b", "Show it as it was before", self.turn, "Changes")

    def step(self, by: int = 1) -> None:
        """Bring the next change into sight, of this asset or of the next one; with -1 the one before."""
        at, many = self._changes.index, len(self._changes.options)
        to = (0 if by > 0 else many - 1) if at is None else at + by
        if 0 <= to < many:
            self._changes.index = to
            return
        place = self.index
        (self.next if by > 0 else self.previous)()
        if self.index != place and self._changes.options:
            self._changes.index = 0 if by > 0 else len(self._changes.options) - 1

    def turn(self) -> None:
        """Show the asset as it was before, or as it is again."""
        self._then.value = not self._then.value

    def __repr__(self) -> str:
        return one_line(f"DiffViewer({self.name!r}, {self.index + 1:,} of {counted(len(self), 'asset')})")

    def _image(self, name: str) -> Any:
        side = self._diff._before if self._diff._found[name].change == "removed" else self._diff._after
        assert side.image is not None
        return side.image(name)

    def _now(self, name: str) -> tuple[Shape, ...]:
        """Return the shapes that are shown."""
        return self._both[0 if self._before else 1]

    def _paint(self, strict: bool = False) -> None:
        its = self._diff._found[self.name]
        was, now = (self._diff._shapes(self.name, side) for side in (self._diff._before, self._diff._after))
        self._both = was, now
        self._comparison = its.comparison
        problem = ""
        try:
            self.canvas.show(self._source.image(self.name), self._now(self.name), labels=self._labels, editable=False)
            self._mark()
        except NbannotateError as error:
            problem = error.message
            self.canvas.show(None, labels=self._labels, editable=False, instead=problem)
        self._line.value = _said(self.name, self.index, len(self), its.change, its.comparison, problem)
        for button, off in zip(self._buttons, (self.index == 0, self.index == len(self) - 1), strict=True):
            button.disabled = off
        self._changes.options = [_change_line(c) for c in its.comparison.shapes[:MOST_LISTED]]
        self._changes.index = None
        if self.index < len(self._assets.options):
            self._assets.index = self.index

    def _mark(self) -> None:
        """Mark what differs in what is shown."""
        self.canvas.ghosts = [marked(change, self._before) for change in self._comparison.shapes]

    def _on_asset(self, change: Any) -> None:
        if change["new"] is not None and change["new"] != self.name:
            self.show(change["new"])

    def _on_change(self, change: Any) -> None:
        at = self._changes.index
        if at is None:
            return
        its = self._comparison.shapes[at]
        shown = its.before if self._before else its.after
        self.canvas.select([] if shown is None else [shown.id])
        boxes = [s.bounds for s in (its.before, its.after) if s is not None and s.points]
        if boxes:
            x0, y0, x1, y1 = zip(*boxes, strict=True)
            self.canvas.look_at((min(x0), min(y0), max(x1), max(y1)))

    def _on_then(self, change: Any) -> None:
        self._before = bool(change["new"])
        self.canvas.show(self._source.image(self.name), self._now(self.name), labels=self._labels, editable=False,
                         keep_view=True)  # fmt: skip
        self._mark()


def marked(change: Change, before: bool = False) -> Ghost:
    """Return how a change is marked in what is there now, or was before: what is not there dashed, or dotted."""
    shown, other = (change.before, change.after) if before else (change.after, change.before)
    color = COLORS[change.how[0]]
    if shown is None:
        assert other is not None
        return Ghost(other, color, "dashed")
    if "moved" in change.how and other is not None:
        return Ghost(other, COLORS["moved"], "dotted")
    return Ghost(shown, color, "glow")


def _labels(diff: Diff) -> tuple[Label | str, ...]:
    """Return the labels of both sides, with their colors where those are known."""
    known = export.labels(diff._asked)
    there = {v.name for v in known}
    said = {*diff._rows["label"].dropna(), *diff._rows["label_before"].dropna()}
    return (*known, *sorted(name for name in said if name and name not in there))


def _titled(text: str) -> Any:
    return ipywidgets.HTML(f'<b style="font-size:12px">{escape(text)}</b>')


def _asset_line(name: str, its: Comparison) -> str:
    """Return how an asset stands in the list: its name, and how many differences it has."""
    return f"{name} ({len(its):,})"


def _change_line(change: Change) -> str:
    """Return how a change stands in the list: what the shape is called, and how it is another one."""
    was, now = change.before, change.after
    label = " + ".join(change.shape.labels) or "no label"
    if was is None or now is None:
        return f"{label}: {WORDS[change.how[0]]}"
    told = [f"moved, IoU {float(ious([was], [now])[0]):.2f}"] if "moved" in change.how else []
    told += [f"was {' + '.join(was.labels) or 'no label'}"] if "relabeled" in change.how else []
    if "attributes" in change.how:
        told += values_differing(was.attributes, now.attributes) or [WORDS["attributes"]]
    return f"{label}: {'; '.join(told)}"


def _said(name: str, at: int, of: int, change: str, its: Comparison, problem: str) -> str:
    """Return the line above the image: which asset, what became of it, and what differs, counted, in its colors."""
    parts = [f"<b>{escape(name)}</b>", f"{at + 1:,} of {of:,}"]
    parts += [f"<i>asset {change}</i>"] if change != "changed" else []
    parts += [
        f'<span style="white-space:nowrap"><span style="display:inline-block;width:11px;height:11px;border-radius:3px;'
        f'margin-right:5px;background:{COLORS[how]}"></span>{its.count(how):,} {WORDS[how]}</span>'
        for how in HOWS
        if its.count(how)
    ]
    parts += [f"tag {escape(tag)} added" for tag in its.tags_added]
    parts += [f"tag {escape(tag)} removed" for tag in its.tags_removed]
    parts += [
        f"tag {escape(c.tag)}: {escape('; '.join(values_differing(c.before, c.after)))}" for c in its.tags_changed
    ]
    if its.nothing is not None:
        parts.append("nothing to label" if its.nothing else "no longer: nothing to label")
    parts += [f'<span role="alert">{escape(problem)}</span>'] if problem else []
    line = "".join(f"<span>{part}</span>" for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;gap:2px 14px;line-height:1.5">{line}</div>'
