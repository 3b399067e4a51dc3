"""The cards of diffs and merges."""

from __future__ import annotations

from nbannotate.cards import Card, Chips, Counts, Grid, card_of, count, quoted
from nbannotate.changes.difference import Diff
from nbannotate.changes.merge_result import Merge
from nbannotate.rules.compare import COLORS, HOWS

#: So many labels are listed.
MOST = 12


@card_of.register
def _(diff: Diff) -> Card:
    by_label, assets = diff.counts, diff.assets
    if not len(diff) and not len(assets):
        return Card("Diff", f"{diff.a} → {diff.b}", "the same")
    of_assets = assets.df()["change"].value_counts()
    counts: Counts = (count(len(assets), "asset that differs", "assets that differ"),)
    counts += tuple(
        count(int(n), f"asset {what}", f"assets {what}") for what, n in of_assets.items() if what != "changed"
    )
    ways = Chips(
        "shapes", tuple((how, COLORS[how], f"{int(by_label[how].sum()):,}") for how in HOWS if by_label[how].any())
    )
    rows = tuple(
        (label or "without label", *(int(n) for n in row))
        for label, row in zip(by_label.index, by_label.to_numpy()[:MOST], strict=False)
    )
    others = diff._rows.loc[~diff._rows["change"].isin(HOWS), "change"].value_counts()
    said = Chips("assets", tuple((str(what).replace("_", " "), None, f"{int(n):,}") for what, n in others.items()))
    grid = Grid(("label", *HOWS), rows, max(0, len(by_label) - MOST))
    first = quoted(str(assets._rows["asset"].iloc[0]))
    return Card(
        "Diff", f"{diff.a} → {diff.b}", "", counts,
        (*((ways, grid) if len(by_label) else ()), *((said,) if len(others) else ())),
        (), ("diff.df()", "diff.assets.df()", f"diff.show({first})", "diff.figure()"),
    )  # fmt: skip


@card_of.register
def _(merge: Merge) -> Card:
    conflicts, version = merge.conflicts, merge.version
    counts: Counts = (count(len(conflicts), "conflict"),)
    counts += tuple((n, f"assets {what.replace('_', ' ')}") for what, n in merge.counts.items())
    head, rows = conflicts._preview(MOST)
    cells = tuple(tuple(None if cell is None else str(cell) for cell in row) for row in rows)
    grid = Grid(tuple(head), cells, max(0, len(conflicts) - len(rows)))
    then: tuple[str, ...] = ("merge.conflicts.df()",)
    if version is not None:
        then = ("nb.diff(ours, merge.version)", *then, *(("merge.create_campaign(…)",) if len(conflicts) else ()))
    name = f"{merge._ours.name} + {merge._theirs.name}"
    made = f" → {version.name}" if version is not None else ""
    return Card("Merge", f"{name}{made}", "" if made else "nothing written", counts, (grid,), (), then)
