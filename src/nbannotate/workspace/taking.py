"""What people give as annotations meets a version: by the names of its assets, and by what files called them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbannotate import formats
from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation
from nbannotate.workspace import export, fitting, frames, intake
from nbannotate.workspace.intake import coco

if TYPE_CHECKING:
    from nbannotate.workspace.said import Said


def taken(version: Said, given: Any, labels: Any, images: Any) -> tuple[dict[str, Annotation], formats.Ids | None]:
    """Return what is said of assets, by their names as they are written; with what a COCO object calls things.

    Raises
    ------
    InvalidInput
        It is nothing that can be said of assets; the message says the row, the image or the column.
    """
    query = "select name, width, height from assets where version_id = $1 order by position"
    assets = frames.records(version.workspace.sql(query, [version.version_id]))
    there = intake.Images([r["name"] for r in assets], ids=lambda: export.remembered(version, "coco"), by_id=images)
    found = intake.taken(given, there, labels)
    if not isinstance(found, formats.Reading):
        return found, None
    sizes = {r["name"]: (r["width"], r["height"]) for r in assets}
    by_name = fitting.meant(version, found.annotations)
    for name, asset in by_name.items():
        here, said = sizes.get(asset, (0, 0)), found.sizes.get(name, (0, 0))
        if here != said and all((*here, *said)):
            raise InvalidInput(
                f"The COCO object has {said[0]} x {said[1]} pixels for {name!r}, the asset has {here[0]} x {here[1]}. "
                "Write it to a file: version.read('coco', path, scale=True) resizes the shapes. Nothing was changed."
            )
    if not coco.is_instances(given):
        return found.annotations, None
    named = fitting.meant(version, found.ids.images)
    return found.annotations, replace(found.ids, images={named[n]: i for n, i in found.ids.images.items()})
