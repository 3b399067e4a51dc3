"""``nb.diff``: what differs between two versions, or between a version and shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.cards import counted, one_line
from nbannotate.changes import tables
from nbannotate.changes.comparison import Differing, differing
from nbannotate.changes.sides import Side, shapes_of, sides
from nbannotate.changes.tables import ChangedAssets, Changes
from nbannotate.errors import InvalidInput
from nbannotate.model.call_errors import told
from nbannotate.model.values import plain, shown

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from nbannotate.changes.viewer import DiffViewer
    from nbannotate.model import Shape
    from nbannotate.workspace.dataset import Version


class Diff(Changes):
    """What differs between two sides: a table, one row a change; ``len(diff)`` is 0 if nothing does.

    Made by :func:`nb.diff`. It is what was found then; later work does not change it.

    Attributes
    ----------
    a, b
        What both sides are called.
    assets
        The assets that differ, as a table: one row each, with what differs counted.
    """

    def __init__(self, asked: Version, before: Side, after: Side, found: list[Differing]) -> None:
        self.a, self.b = before.name, after.name
        of = f" between {self.a!r} and {self.b!r}"
        self.assets = ChangedAssets(asked.workspace, tables.of_assets(found), of)
        super().__init__(asked.workspace, tables.of_changes(found), of)
        self._asked, self._before, self._after = asked, before, after
        self._found = {its.asset: its for its in found}

    @property
    def counts(self) -> pd.DataFrame:
        """How many shapes changed how: a row for each label, a column for each way."""
        return tables.counted(self._rows)

    def figure(self) -> go.Figure:
        """Return the counts as a Plotly figure: a bar for each label."""
        from nbannotate.charts import changed

        return changed.draw(self.counts)

    def show(self, asset: str | None = None, *, height: str = "560px") -> DiffViewer:
        """Look at the assets that differ, one after the other, with what differs marked on the canvas.

        Parameters
        ----------
        asset
            The one to begin with; the first one if not given.
        height
            CSS height of the image.

        Raises
        ------
        NotFound
            No asset of that name differs.
        """
        from nbannotate.changes.viewer import DiffViewer

        return DiffViewer(self, asset, height=height)

    def _shapes(self, asset: str, side: Side) -> tuple[Shape, ...]:
        return shapes_of(self._workspace, side, asset)

    def __repr__(self) -> str:
        return one_line(f"Diff({self.a!r}, {self.b!r}: {counted(len(self), 'change')})")


@told
def diff(a: Any, b: Any, *, threshold: float | None = 0.5, labels: Any = None) -> Diff:
    """Return what differs between two versions, or between a version and shapes.

    Shapes with the same id are the same shape, then those in the same place, then, of those that are left in an image,
    those that overlap enough: so that all together overlap most. Order, confidences, and coordinates that differ by
    less than a hundredth of a pixel are no difference. Assets that are put away are not there.

    Parameters
    ----------
    a, b
        Before and after: versions (of two datasets or workspaces, too: their assets are then matched by name), also as
        they were, ``version.at(time)``; one of them may be shapes over the assets of the other one, all that
        ``version.add_annotations`` takes, for example a DataFrame of predictions. Those say nothing of tags.
    threshold
        The least intersection over union of two shapes with different ids that are the same one, up to 1. Lines count
        as bands, and points as discs, of 5 pixels. None: they must be in the same place.
    labels
        The names of labels that shapes give as numbers: a list in their order, a mapping, or a recipe.

    Raises
    ------
    InvalidInput
        Neither is a version, the threshold is none, or names of assets are not clear.

    Examples
    --------
    >>> changed = nb.diff(dataset.versions["v1"], dataset.versions["v2"])
    >>> changed.counts
    >>> changed.df(change="relabeled")
    >>> changed.show()
    """
    least = checked_threshold(threshold)
    asked, before, after = sides(a, b, labels)
    return Diff(asked, before, after, differing(asked.workspace, before, after, least))


def checked_threshold(threshold: Any) -> float | None:
    """Return the least overlap of two shapes that are the same one; InvalidInput if it is none."""
    least = plain(threshold)
    if least is not None and (isinstance(least, bool) or not isinstance(least, int | float) or not 0 < least <= 1):
        raise InvalidInput(f"threshold is a number above 0 and up to 1, or None; not {shown(least)}.")
    return least
