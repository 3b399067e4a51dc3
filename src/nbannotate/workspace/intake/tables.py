"""A table of shapes, one row each: whole columns are checked at once, and a row by itself where something is wrong.

A row without a geometry, and without a label, says nothing of its image but its tags and *nothing to label*, where the
table has such columns: what a table of images says of those without shapes when it is joined with one of shapes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Rle, Shape, fields, new_shape_id, row_shapes
from nbannotate.model.geometry import of_pixels
from nbannotate.model.suggestions import check_kind, named, near
from nbannotate.model.values import as_list, as_name, as_stored, is_missing, plain, shown
from nbannotate.workspace.intake import rows
from nbannotate.workspace.intake.naming import Naming

if TYPE_CHECKING:
    import pandas as pd


def is_table(value: Any) -> bool:
    """Return whether a value is a DataFrame, of pandas or another library."""
    return hasattr(value, "columns") and (hasattr(value, "iloc") or hasattr(value, "to_dict"))


def as_pandas(table: Any) -> pd.DataFrame:
    """Return a table as pandas has it; one of polars column by column, so that no Arrow library is needed."""
    import pandas as pd

    if hasattr(table, "iloc"):
        found: pd.DataFrame = table
        return found
    return pd.DataFrame({str(name): plain(table[name]) for name in table.columns})


def taken(given: Any, naming: Naming, only: str | None = None) -> dict[str, Annotation]:
    """Return what a table says, by the name of the image as it is written.

    Parameters
    ----------
    given
        The table.
    naming
        How labels are named.
    only
        The one image that there is, for a table without a column of images.

    Raises
    ------
    InvalidInput
        A column is missing, or a row is no shape; the message says which.
    """
    table = as_pandas(given)
    if table.index.name in fields.ASSET and not {*fields.ASSET} & set(table.columns):
        table = table.reset_index()
    plan = fields.plan(table.columns)
    _check_twice(plan.columns)
    if plan.asset is None and only is None:
        there = [str(c) for c in table.columns]
        asked = next((f" (did you mean {c!r}?)" for c in there if near(c, fields.ASSET)), "")
        raise InvalidInput(
            "The table of shapes needs a column 'asset' with the name of the image of each shape "
            f"('image', 'file_name' and 'filename' are taken, too){asked}; it has {named(there)}."
        )
    names = [only or ""] * len(table) if plan.asset is None else _names(table, plan.asset)
    found = _Columns(table, plan, naming)
    made = found.shapes(names)
    tags, nothing, values = found.said(names)
    result = {}
    for name in dict.fromkeys(names):
        result[name] = Annotation(
            shapes=tuple(made.get(name, ())), tags=tuple(tags.get(name, ())), nothing_to_label=nothing.get(name, False),
            tag_attributes=values.get(name, {}),
        )  # fmt: skip
    return result


def _check_twice(columns: tuple[str, ...]) -> None:
    twice = sorted({c for c in columns if columns.count(c) > 1})
    if twice:
        raise InvalidInput(f"The table has the columns {named(twice)} more than once; rename them.")


def _names(table: pd.DataFrame, column: str) -> list[str]:
    """Return the name of the image of each row."""
    found: list[str] = []
    for index, value in zip(table.index, table[column].tolist(), strict=True):
        if is_missing(value) or value != value or str(value) == "":
            raise InvalidInput(f"Row {plain(index)!r} of the table has no image in the column {column!r}.")
        found.append(str(value))
    return found


class _Columns:
    """The columns of a table, each looked at once."""

    def __init__(self, table: pd.DataFrame, plan: fields.Plan, naming: Naming) -> None:
        self.table, self.plan, self.naming = table, plan, naming
        self.count = len(table)
        self._present: dict[str, Any] = {}

    def present(self, column: str) -> Any:
        """Return where a column has a value: bool for each row."""
        if column not in self._present:
            self._present[column] = self.table[column].notna().to_numpy(dtype=bool)
        return self._present[column]

    def has_shape(self) -> Any:
        """Return which rows have a geometry, or a label that says that one is missing."""
        import numpy as np

        found = np.zeros(self.count, dtype=bool)
        located = [c for c in ("points", "rle", "bbox", *self.plan.box) if c in self.plan.columns]
        for column in located:
            found |= self.present(column)
        if located or not set(fields.SAID) & set(self.plan.columns):
            for name in (self.plan.label, "kind"):
                if name in self.plan.columns and name is not None:
                    found |= self.present(name)
        return found

    def shapes(self, names: list[str]) -> dict[str, list[Shape]]:
        """Return the shapes by image."""
        found: dict[str, list[Shape]] = {}
        if not self.count:
            return found
        chosen = self.has_shape()
        if not chosen.any():
            if not set(fields.SAID) & set(self.plan.columns):
                raise InvalidInput(f"The table has no shapes: {fields.lacking(self.plan.columns)}")
            return found
        made = self._fast(chosen) or self._slow(chosen, names)
        where = [name for name, yes in zip(names, chosen.tolist(), strict=True) if yes]
        for name, shape in zip(where, made, strict=True):
            found.setdefault(name, []).append(shape)
        return found

    def _slow(self, chosen: Any, names: list[str]) -> list[Shape]:
        """Return the shapes row by row, or raise InvalidInput with the place of the first that is none."""
        part = self.table[chosen]
        where = [n for n, yes in zip(names, chosen.tolist(), strict=True) if yes]
        found = []
        for index, name, row in zip(part.index, where, part.to_dict("records"), strict=True):
            try:
                found.append(rows.of_fields(self._without_missing(row), self.naming))
            except InvalidInput as error:
                raise InvalidInput(
                    f"Row {plain(index)!r} of the table, of {name!r}, is no shape: {error} Nothing was changed."
                ) from None
        return found

    def _without_missing(self, row: dict[Any, Any]) -> dict[Any, Any]:
        """Return a row whose attributes are a mapping: None is a value of a column ``attributes.…``."""
        values = row_shapes.attributes(fields.cell("attributes", row.get("attributes")))
        values |= {
            name: plain(row[column])
            for column, name in self.plan.attributes.items()
            if not _is_nothing(row[column], column)
        }
        kept = {k: v for k, v in row.items() if k not in self.plan.attributes}
        return {**kept, "attributes": values}

    def _fast(self, chosen: Any) -> list[Shape] | None:
        """Return the shapes of all rows from whole columns; None if something has to be looked at closely."""
        try:
            geometries = self._geometries(chosen)
            labels = self._labels(chosen)
            sure = self._confidences(chosen)
            colors = self._column("color", chosen)
            for color in set(colors) - {None}:
                if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
                    return None
            ids = [None] * len(labels) if self.plan.shape_id is None else self._column(self.plan.shape_id, chosen)
            attributes = self._attributes(chosen)
            also = [tuple(map(as_name, as_list("also", v))) if v else () for v in self._column("also", chosen)]
            visibility = self._column("visibility", chosen)
            seen = [() if v is None else tuple(as_list("visibility", v)) for v in visibility]
            rings = [_whole(v) for v in self._column("rings", chosen)]
            groups, tracks = (self._names(name, chosen) for name in ("group", "track"))
            keyframes = [_flag(v) for v in self._column("keyframe", chosen)]
        except (InvalidInput, TypeError, ValueError, msgspec.MsgspecError):
            return None
        if geometries is None or sure is None:
            return None
        with as_stored():  # every column was checked as a whole
            return [
                Shape(
                    kind=kind, points=points, rle=rle, label=label, id=new_shape_id() if i is None else as_name(i),
                    attributes=its, confidence=score, color=color, visibility=states, also=others, rings=counts,
                    group=group, track=track, keyframe=key,
                )
                for (kind, points, rle), label, i, its, score, color, states, others, counts, group, track, key in zip(
                    geometries, labels, ids, attributes, sure, colors, seen, also, rings, groups, tracks, keyframes,
                    strict=True,
                )
            ]  # fmt: skip

    def _column(self, name: str, chosen: Any) -> list[Any]:
        """Return the chosen cells of a column as Python has them, None where there is none."""
        if name not in self.plan.columns:
            return [None] * int(chosen.sum())
        values = self.table[name][chosen]
        present = self.present(name)[chosen].tolist()
        given = values.tolist() if values.dtype.kind in "biuf" else list(values)
        return [fields.cell(name, v) if yes else None for v, yes in zip(given, present, strict=True)]

    def _names(self, column: str, chosen: Any) -> list[str | None]:
        """Return the texts of a column; whole numbers are taken, too, and become texts."""
        found = [as_name(v) for v in self._column(column, chosen)]
        found = [str(int(v)) if (isinstance(v, float) and v.is_integer()) or type(v) is int else v for v in found]
        if any(v is not None and not (isinstance(v, str) and v) for v in found):
            raise InvalidInput(f"The column {column!r} has something that is no text.")
        return found

    def _labels(self, chosen: Any) -> list[str]:
        if self.plan.label is None:
            return [""] * int(chosen.sum())
        given = self._column(self.plan.label, chosen)
        known = {v: self.naming.of(v) for v in dict.fromkeys(given)}
        return [known[v] for v in given]

    def _confidences(self, chosen: Any) -> list[float | None] | None:
        if self.plan.confidence is None:
            return [None] * int(chosen.sum())
        given = self._column(self.plan.confidence, chosen)
        if not all(
            v is None or (isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 1) for v in given
        ):
            return None
        return [None if v is None else float(v) for v in given]

    def _attributes(self, chosen: Any) -> list[dict[str, Any]]:
        found = [dict(row_shapes.attributes(v)) if v else {} for v in self._column("attributes", chosen)]
        for column, name in self.plan.attributes.items():
            values = self.table[column][chosen]
            given = values.tolist() if values.dtype.kind in "biuf" else list(values)
            for its, value in zip(found, given, strict=True):
                if not _is_nothing(value, column):
                    its[name] = plain(value)
        return found

    def _geometries(self, chosen: Any) -> list[tuple[str, Any, Rle | None]] | None:
        import numpy as np

        count = int(chosen.sum())
        kinds = self._column("kind", chosen)
        for kind in set(kinds) - {None}:
            check_kind("a shape", kind)
        if not {"points", "rle", "bbox"} & set(self.plan.columns):
            if not self.plan.box or set(kinds) - {None, "rectangle", "ellipse"}:
                return None
            boxes = self.table.loc[chosen, list(self.plan.box)].to_numpy(dtype=np.float64)
            if self.plan.sized:
                boxes = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
            if not (np.isfinite(boxes).all() and (boxes[:, 2:] > boxes[:, :2]).all()):
                return None
            return [
                (kind or "rectangle", ((x0, y0), (x1, y1)), None)
                for kind, (x0, y0, x1, y1) in zip(kinds, boxes.tolist(), strict=True)
            ]
        if "points" not in self.plan.columns or not self.present("points")[chosen].all():
            return None
        pixels = self._column("rle", chosen)
        all_points = [_points(v) for v in self.table["points"][chosen]]
        if not np.isfinite(np.array([v for points in all_points for at in points for v in at])).all():
            return None
        found: list[tuple[str, Any, Rle | None]] = []
        for i in range(count):
            rle = None if pixels[i] is None else of_pixels("rle", pixels[i])[1]
            kind = kinds[i] or ("mask" if rle is not None else row_shapes.kind_of(len(all_points[i])))
            found.append((kind, all_points[i], rle))
        return found

    # ---- what is said of images besides shapes

    def said(
        self, names: list[str]
    ) -> tuple[dict[str, list[str]], dict[str, bool], dict[str, dict[str, dict[str, Any]]]]:
        """Return the tags, *nothing to label*, and the attributes of the tags, by image."""
        import numpy as np

        tags: dict[str, list[str]] = {}
        nothing: dict[str, bool] = {}
        values: dict[str, dict[str, dict[str, Any]]] = {}
        known = [c for c in fields.SAID if c in self.plan.columns]
        if not known:
            return tags, nothing, values
        self._check_not_lost(names)
        given = {c: self.table[c].tolist() for c in known}
        of_tags = self._attributes(np.ones(self.count, dtype=bool)) if "tag" in known else []
        for i, name in enumerate(names):
            row = {c: v for c, cells in given.items() if (v := fields.cell(c, cells[i])) is not None}
            if not row:
                continue
            its = tags.setdefault(name, [])
            its += [t for t in as_list("tags", row.get("tags")) if t not in its]
            if "tag" in row and (tag := as_name(row["tag"])) not in its:
                its.append(tag)
            if "tag" in row and of_tags[i]:
                values.setdefault(name, {})[as_name(row["tag"])] = of_tags[i]
            for tag, more in dict(row.get("tag_attributes") or {}).items():
                values.setdefault(name, {})[tag] = dict(more)
            flag = row.get("nothing_to_label", False)
            if not isinstance(flag, bool | int | float) or flag not in (0, 1):
                raise InvalidInput(f"The column 'nothing_to_label' has, for {name!r}, {shown(flag)}, no True or False.")
            nothing[name] = nothing.get(name, False) or bool(flag)
        return tags, nothing, values

    def _check_not_lost(self, names: list[str]) -> None:
        """Raise InvalidInput if a table of annotations comes without the shapes that it counts."""
        if self.plan.located or "shapes" not in self.plan.columns:
            return
        for name, count in zip(names, self.table["shapes"].tolist(), strict=True):
            if isinstance(count, int | float) and count > 0:
                raise InvalidInput(
                    f"The table says that {name!r} has {int(count)} shapes, but has none of them; put the two tables "
                    "together: pd.concat([shapes, annotations]). Nothing was changed."
                )


def _whole(value: Any) -> tuple[int, ...]:
    """Return the numbers of points of rings."""
    given = () if value is None else tuple(as_list("rings", value))
    if not all(type(v) is int for v in given):
        raise InvalidInput("The column 'rings' has something that is no list of whole numbers.")
    return given if len(given) > 1 else ()


def _flag(value: Any) -> bool:
    if value is not None and (not isinstance(value, bool | int | float) or value not in (0, 1)):
        raise InvalidInput("The column 'keyframe' has something that is neither True nor False.")
    return bool(value)


def _is_nothing(value: Any, column: str) -> bool:
    """Return whether a cell of an attribute says that there is none; in ``attributes.…`` None is a value."""
    if value is None:
        return not column.startswith(fields.PREFIX)
    return is_missing(value) or (isinstance(value, float) and value != value)


def _points(value: Any) -> tuple[tuple[float, float], ...]:
    """Return the points of a cell: an array, a list, or JSON text."""
    given = value.tolist() if hasattr(value, "tolist") else fields.cell("points", value)
    given = row_shapes.paired(given)
    return tuple((float(x), float(y)) for x, y in given)
