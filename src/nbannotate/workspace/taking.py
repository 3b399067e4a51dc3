"""What people give as annotations meets a version: by the names of its assets, and by what files called them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Imported, Missing, OnConflict
from nbannotate.workspace import fitting, frames, intake, pieces, remembered
from nbannotate.workspace.intake import coco

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.said import Said


def taken(version: Said, given: Any, labels: Any, images: Any) -> tuple[dict[str, Annotation], coco.Object | None]:
    """Return what is said of assets, by their names as they are written; with a COCO object that calls things.

    Raises
    ------
    InvalidInput
        It is nothing that can be said of assets; the message says the row, the image or the column.
    """
    query = "select name, width, height from assets where version_id = $1 order by position"
    assets = frames.records(version.workspace.sql(query, [version.version_id]))
    there = intake.Images([r["name"] for r in assets], ids=lambda: remembered.ids(version, "coco"), by_id=images)
    found = intake.taken(given, there, labels)
    if not isinstance(found, coco.Object):
        return found, None
    sizes = {r["name"]: (r["width"], r["height"]) for r in assets}
    by_name = fitting.meant(version, found.annotations)
    for row in found.rows:
        here, said = sizes.get(by_name.get(row.name, ""), (0, 0)), (row.width, row.height)
        if here != said and all((*here, *said)):
            raise InvalidInput(
                f"The COCO object has {said[0]} x {said[1]} pixels for {row.name!r}, the asset has {here[0]} x "
                f"{here[1]}. Write it to a file: version.read('coco', path, scale=True) resizes the shapes. Nothing "
                "was changed."
            )
    return found.annotations, found if coco.is_instances(given) else None


def bring_in(
    version: Said, said: coco.Object, table: pd.DataFrame, source: str, missing: Missing, on_conflict: OnConflict
) -> Imported:
    """Send what a COCO object says (a table as for ``annotations.add``) with what it calls things, as one import."""
    named = fitting.meant(version, [row.name for row in said.rows])
    with tempfile.TemporaryDirectory(prefix="nbannotate") as place:
        annotations, foreign = Path(place) / "annotations.parquet", pieces.foreign(Path(place))
        frames.write_parquet(table, annotations)
        for row in said.rows:
            remembered.add(foreign, "image", named[row.name], row.foreign)
            for shape_id, its in row.shapes.items():
                remembered.add(foreign, "shape", shape_id, its)
        remembered.add_head(foreign, said.head)
        tables = [("annotations", annotations), *(("foreign", file) for file in foreign.finish())]
        return pieces.send(version, tables, source, "coco", missing=missing, on_conflict=on_conflict)
