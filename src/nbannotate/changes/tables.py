"""What differs, as tables: one row a change, one row an asset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate.changes.cached_tables import Kept
from nbannotate.changes.comparison import Differing
from nbannotate.model import Shape
from nbannotate.rules.compare import HOWS, Change, How, same_value
from nbannotate.shapes.overlap import ious

if TYPE_CHECKING:
    import pandas as pd

_TEXT, _COUNT = "VARCHAR", "BIGINT"
#: What a change of an annotation is that is no change of a shape.
OTHERS = ("tag_added", "tag_removed", "tag_attributes", "nothing_to_label")


class Changes(Kept):
    """What differs, one row a change: a shape that was moved and named otherwise has two."""

    what, one = "changes", "change"
    key = ("asset", "shape_id", "change")
    first = ("asset", "change", "label", "label_before", "iou")
    meanings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "asset": (_TEXT, "Name of the asset."),
        "change": (
            _TEXT,
            "added, removed, moved (the geometry is another one), relabeled or attributes, of a shape; tag_added, "
            "tag_removed, tag_attributes or nothing_to_label, of the asset.",
        ),
        "label": (_TEXT, "Label of the shape now, or when it was there last."),
        "label_before": (_TEXT, "Label of the shape before; missing for what was added."),
        "kind": (_TEXT, "Kind of the shape now, or when it was there last."),
        "shape_id": (_TEXT, "Id of the shape now, or when it was there last; missing for changes of the asset."),
        "shape_id_before": (_TEXT, "Id of the shape before; missing for what was added."),
        "iou": (
            "DOUBLE",
            "Intersection over union of the shape before and now; missing for what was on one side only.",
        ),
        "fields": (_TEXT, "What is another one, by name: points, label, attributes.stage …"),
        "tag": (_TEXT, "Name of the tag; missing for changes of shapes."),
    }


class ChangedAssets(Kept):
    """The assets that differ, one row each, with what differs counted."""

    what, one = "assets that differ", "asset that differs"
    first = ("asset", "change", *HOWS, "tags")
    meanings: ClassVar[Mapping[str, tuple[str, str]]] = {
        "asset": (_TEXT, "Name of the asset."),
        "change": (_TEXT, "added or removed (the asset itself), or changed: something else is said of it."),
        **{how: (_COUNT, f"How many shapes: {how}.") for how in HOWS},
        "tags": (_COUNT, "How many tags, and whether *nothing to label*, are said otherwise."),
    }


def of_changes(found: Sequence[Differing]) -> pd.DataFrame:
    """Return the rows of :class:`Changes`."""
    import pandas as pd

    each = [(its.asset, change) for its in found for change in its.comparison.shapes]
    pairs = [(c.before, c.after) for _, c in each if c.before is not None and c.after is not None]
    overlap = iter(ious([was for was, _ in pairs], [now for _, now in pairs]).tolist())
    ahead = {id(change): next(overlap) for _, change in each if change.before is not None and change.after is not None}
    rows: list[dict[str, Any]] = []
    for its in found:
        rows += [row for change in its.comparison.shapes for row in _rows(its.asset, change, ahead.get(id(change)))]
        rows += _others(its)
    table = pd.DataFrame(rows, columns=list(Changes.meanings), dtype=object)
    return table.astype({"iou": "float64"})


def of_assets(found: Sequence[Differing]) -> pd.DataFrame:
    """Return the rows of :class:`ChangedAssets`."""
    import pandas as pd

    rows = [
        {
            "asset": its.asset, "change": its.change, **{how: its.comparison.count(how) for how in HOWS},
            "tags": len(its.comparison) - len(its.comparison.shapes),
        }
        for its in found
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(ChangedAssets.meanings))
    return table.astype({name: "int64" for name, (type_, _) in ChangedAssets.meanings.items() if type_ == _COUNT})


def counted(changes: pd.DataFrame) -> pd.DataFrame:
    """Return how many shapes changed how: a row for each label, those with most first, a column for each way."""
    import pandas as pd

    of_shapes = changes[changes["change"].isin(HOWS)]
    found = pd.crosstab(of_shapes["label"], of_shapes["change"]).reindex(columns=list(HOWS), fill_value=0)
    most_first = found.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return found.loc[most_first].rename_axis(index="label", columns=None).astype("int64")


def _rows(asset: str, change: Change, iou: float | None) -> Iterator[dict[str, Any]]:
    was, now = change.before, change.shape
    for how in change.how:
        yield {
            "asset": asset, "change": how, "label": now.label, "label_before": None if was is None else was.label,
            "kind": now.kind, "shape_id": now.id, "shape_id_before": None if was is None else was.id, "iou": iou,
            "fields": ", ".join(fields(how, change)), "tag": None,
        }  # fmt: skip


def fields(how: How, change: Change) -> list[str]:
    """Return the names of what is another one, for one way in which a shape changed."""
    was, now = change.before, change.after
    if was is None or now is None:
        return []
    if how == "attributes":
        keys = dict.fromkeys([*was.attributes, *now.attributes])
        own = [f"attributes.{key}" for key in keys if not same_value(was.attributes.get(key), now.attributes.get(key))]
        return own + _differing(was, now, ("color", "group", "track", "keyframe"))
    if how == "relabeled":
        return _differing(was, now, ("label", "also"))
    return _differing(was, now, ("kind", "points", "rings", "rle", "visibility"))


def _differing(was: Shape, now: Shape, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(was, name, None) != getattr(now, name, None)]


def _others(its: Differing) -> Iterator[dict[str, Any]]:
    """Return the changes of an asset that are none of a shape."""
    said = its.comparison
    told: list[tuple[str, str | None, str]] = [("tag_added", tag, "tags") for tag in said.tags_added]
    told += [("tag_removed", tag, "tags") for tag in said.tags_removed]
    for changed in said.tags_changed:
        keys = dict.fromkeys([*changed.before, *changed.after])
        differ = [key for key in keys if not same_value(changed.before.get(key), changed.after.get(key))]
        told.append(("tag_attributes", changed.tag, ", ".join(differ)))
    if said.nothing is not None:
        told.append(("nothing_to_label", None, "nothing_to_label"))
    nothing = dict.fromkeys(Changes.meanings)
    yield from ({**nothing, "asset": its.asset, "change": how, "tag": tag, "fields": which} for how, tag, which in told)
