"""What came of a merge: the new version, and what had to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate.cards import counted, one_line
from nbannotate.changes.cached_tables import Kept
from nbannotate.changes.merge_plan import Plan
from nbannotate.errors import Refused
from nbannotate.model import Filter, Recipe, Shape, Workflow
from nbannotate.model.values import as_list
from nbannotate.rules.compare import differs
from nbannotate.rules.merging import Decided, MergeConflict
from nbannotate.shapes import kind
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.picked_assets import one_of_assets

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.campaign import Campaign
    from nbannotate.workspace.dataset import Version

#: So many conflicts are named in the instructions of a campaign.
MOST_NAMED = 200
_TEXT, _TIME = "VARCHAR", "TIMESTAMP"


class Conflicts(Kept):
    """What two versions say differently of the same thing, one row each."""

    what, one = "conflicts", "conflict"
    key = ("asset", "what", "shape_id", "tag")
    first = ("asset", "what", "label", "ours", "theirs", "choice")
    meanings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "asset": (_TEXT, "Name of the asset."),
        "what": (
            _TEXT,
            "changed (both changed a shape), removed (one removed it, the other one changed it), added (both added one "
            "in the same place, but not the same), tag, nothing_to_label, or asset (one took it away).",
        ),
        "label": (_TEXT, "Label of the shape; empty where it is about none."),
        "shape_id": (_TEXT, "Id of the shape; empty where it is about none."),
        "tag": (_TEXT, "Name of the tag; empty where it is about none."),
        "ours": (_TEXT, "What ours made of it: moved, relabeled, attributes, added or removed."),
        "theirs": (_TEXT, "What theirs made of it."),
        "ours_by": (_TEXT, "Login of who said it last in ours; missing where nobody did."),
        "theirs_by": (_TEXT, "Login of who said it last in theirs; missing where nobody did."),
        "ours_at": (_TIME, "When that was."),
        "theirs_at": (_TIME, "When that was."),
        "choice": (_TEXT, "What was chosen: ours, theirs, base, both, or own: a shape that resolve gave."),
    }


class Merge(Handle):
    """What came of a merge.

    Made by :func:`nb.merge`.

    Attributes
    ----------
    version
        The new version, a draft; None if nothing was written.
    conflicts
        What had to be decided, as a table.
    campaign
        In which people decide, once it is written; None before.
    counts
        How many assets were *taken* as theirs has them, *joined* of both, *added*, *put_away* or *taken_back*.
    """

    def __init__(self, ours: Version, theirs: Version, plan: Plan, version: Version | None) -> None:
        self._ours, self._theirs, self._plan = ours, theirs, plan
        self.version, self.counts = version, dict(plan.counts)
        self.campaign: Campaign | None = None
        of = f" between {ours.name!r} and {theirs.name!r}"
        self.conflicts = Conflicts(ours.workspace, _rows(plan.conflicts), of)
        self._seal()

    def create_campaign(self, name: str, recipe: Recipe, workflow: Workflow, **more: Any) -> Campaign:
        """Write a campaign in which people look at what had to be decided; ``launch()`` begins it.

        Its assets are those with conflicts, with what stands in the merged version to begin with; the instructions name
        the conflicts of each. With ``resolve="both"`` people find what both sides drew, and delete what is wrong.

        Parameters
        ----------
        name, recipe, workflow
            As :meth:`Version.create_campaign` takes them.
        **more
            What else that takes; ``instructions`` follow those about the conflicts.

        Raises
        ------
        Refused
            Nothing was written, or there were no conflicts.
        """
        if self.version is None:
            raise Refused("Nothing was written; merge without dry_run first.")
        if not len(self.conflicts):
            raise Refused(f"There were no conflicts{self.conflicts._of()}, so there is nothing to look at.")
        told = [instructions(self._ours, self._theirs, self._plan)]
        told += as_list("instructions", more.pop("instructions", ()) or ())
        where = one_with_conflicts(self._ours, self._theirs, self._plan)
        made = self.version.create_campaign(name, recipe, workflow, filter=where, instructions=told, **more)
        self._set(campaign=made)
        return made

    def __repr__(self) -> str:
        made = "nothing written" if self.version is None else repr(self.version.name)
        return one_line(f"Merge({made}: {counted(len(self.conflicts), 'conflict')})")


def one_with_conflicts(ours: Version, theirs: Version, plan: Plan) -> Filter:
    """Return the filter of the assets with conflicts of two versions."""
    assets = dict.fromkeys(d.conflict.asset for d in plan.conflicts)
    there = ours.workspace.sql(
        "select distinct asset_id, name from assets where version_id in ($1, $2) order by 1",
        [ours.version_id, theirs.version_id],
    )
    ids = [int(i) for i, asset in zip(there["asset_id"], there["name"], strict=True) if asset in assets]
    return Filter.sql(one_of_assets(ids))


def instructions(ours: Version, theirs: Version, plan: Plan) -> str:
    """Return the conflicts of two versions as Markdown, asset by asset."""
    lines = [
        f"# Conflicts of {_code(ours.name)} and {_code(theirs.name)}",
        "Two versions said something different of these images. Look whether what is there now is right.",
    ]
    for asset, its in groupby(plan.conflicts[:MOST_NAMED], lambda d: d.conflict.asset):
        lines.append(f"- {_code(asset)}: {'; '.join(_told(d) for d in its)}")
    more = len(plan.conflicts) - MOST_NAMED
    return "\n\n".join(lines[:2]) + "\n\n" + "\n".join([*lines[2:], *([f"- and {more:,} more"] if more > 0 else [])])


def _rows(decided: Iterable[Decided]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "asset": c.asset, "what": c.what, "label": c.label, "shape_id": _id(c), "tag": c.tag,
            "ours": _did(c, c.ours, 1), "theirs": _did(c, c.theirs, 2), "ours_by": c.ours_by or None,
            "theirs_by": c.theirs_by or None, "ours_at": c.ours_at, "theirs_at": c.theirs_at, "choice": d.choice,
        }
        for d in decided
        for c in (d.conflict,)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(Conflicts.meanings), dtype=object)
    return table.astype({"ours_at": "datetime64[us]", "theirs_at": "datetime64[us]"})


def _id(conflict: MergeConflict) -> str:
    shape = conflict.base or conflict.ours or conflict.theirs
    return shape.id if shape is not None else ""


def _did(conflict: MergeConflict, shape: Shape | None, side: int) -> str:
    """Return what a side made of it, in words."""
    if conflict.what == "tag":
        was, now = conflict.values[0], conflict.values[side]
        return "removed" if now is None else "added" if was is None else "attributes"
    if conflict.what in ("nothing_to_label", "asset"):
        return ""
    if shape is None:
        return "removed"
    return "added" if conflict.base is None else ", ".join(differs(conflict.base, shape)) or "attributes"


def _told(decided: Decided) -> str:
    """Return a conflict as people read it."""
    c = decided.conflict
    if c.what == "asset":
        return "one version has put it away, the other one changed it"
    if c.what == "nothing_to_label":
        return "one version says that there is nothing to label, the other one has shapes"
    name = f"the tag {_code(c.tag)}" if c.what == "tag" else f"a shape {_code(c.label)}" if c.label else "a shape"
    sides = ((c.ours, c.ours_by), (c.theirs, c.theirs_by))
    whose = [f"{_did(c, s, i)}{f' by {_code(by)}' if by else ''}{_where(s)}" for i, (s, by) in enumerate(sides, 1)]
    kept = {"both": "both are there now", "own": "decided otherwise"}.get(
        decided.choice, f"{decided.choice} is there now"
    )
    return f"{name} was {' and '.join(whose)} ({kept})"


def _where(shape: Shape | None) -> str:
    """Return what tells a shape from the other candidate: kind, label, and the corner where it begins."""
    if shape is None:
        return ""
    what, corner = kind(shape.kind).title.lower(), ""
    if shape.points:
        x, y = (min(p[axis] for p in shape.points) for axis in (0, 1))
        corner = f" at {x:,.0f}, {y:,.0f}"
    return f" ({what}{f' {_code(shape.label)}' if shape.label else ''}{corner})"


def _code(text: str) -> str:
    """Return what people typed so that Markdown shows it as it is."""
    return f"`{one_line(text).replace('`', chr(39))}`"
