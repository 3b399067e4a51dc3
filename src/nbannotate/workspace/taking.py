"""What people give as annotations meets a version: by the names of its assets, and by what files called them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation
from nbannotate.workspace import fitting, frames, intake, remembered
from nbannotate.workspace.intake import coco

if TYPE_CHECKING:
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


def remember(version: Said, said: coco.Object) -> None:
    """Keep what a COCO object calls its images, shapes and labels."""
    named = fitting.meant(version, [row.name for row in said.rows])
    images = {named[row.name]: row.foreign for row in said.rows}
    shapes = {shape_id: foreign for row in said.rows for shape_id, foreign in row.shapes.items()}
    remembered.remember(version, "coco", images, shapes, said.head)
