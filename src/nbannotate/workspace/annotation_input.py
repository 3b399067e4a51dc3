"""What people give as annotations meets a version: by the names of its assets, and by what files called them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate import model
from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Imported, Missing, OnConflict
from nbannotate.model.values import as_list, as_whole, encode
from nbannotate.workspace import asset_matching, foreign_names, frames, intake, pieces, remote_images
from nbannotate.workspace.inputs import checked
from nbannotate.workspace.intake import coco

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version


def add_annotations(
    self: Version,
    annotations: Any,
    source: str,
    *,
    labels: Any = None,
    images: Any = None,
    missing: model.Missing = "error",
    on_conflict: model.OnConflict = "skip",
    overwrite: bool | None = None,
) -> model.Imported:
    """Add annotations, for example the predictions of a model: a new revision for each asset. All or nothing.

    What people said stays what counts: assets that somebody has annotated, reviewed, skipped or discarded, or works
    on now, and those that are done, are left out and counted. What the same source has said just so already is not
    said again, so that a cell may run twice.

    Parameters
    ----------
    annotations
        A DataFrame, one row a shape: ``asset``, ``label``, and ``kind`` and ``points``, or a box as ``x, y, width,
        height`` or ``x0, y0, x1, y1``, or ``rle``; ``confidence``; every further column is an attribute. Or a
        mapping from the name of the asset (as much of its path as is clear) to what is said of it:
        :class:`nb.Annotation`, shapes, ``(n, 4)`` boxes, bool masks, what torchvision or supervision detected. Or a
        COCO object, or a list of COCO results. What is empty is passed over.
    source
        Where they come from, as the tables will show.
    labels
        The names of labels that are given as numbers: a list in their order, a mapping, or a recipe.
    images
        For COCO results, the names of images by their ``image_id``: a mapping, or COCO's list of images. If it is
        not given, what COCO files that were read called them is known.
    missing
        What becomes of names that are no assets of this version: ``"error"``, or ``"skip"``: they are counted.
    on_conflict
        What becomes of assets that people have worked on: ``"skip"``; ``"error"``; or ``"replace"``: they get a new
        revision, too. What people said stays as an earlier one; ``version.restore(source=…)`` brings it back.
    overwrite
        The old name of ``on_conflict="replace"``.

    Returns
    -------
    Imported
        How many assets got one, how many were left out, stand so already, or are none.

    Raises
    ------
    InvalidInput
        An image is not in this version, a name fits several or two names fit one, or a shape is not well formed;
        the message says the row, the image or the column. Nothing is changed.
    Conflict
        With ``on_conflict="error"``: people have worked on some.
    """
    import pandas as pd

    missing, on_conflict = checked(missing, on_conflict, overwrite)
    with self._fresh.filling():
        given, called = taken(self, annotations, labels, images)
        by_name = asset_matching.meant(self, given)
        kept = {by_name[name]: a for name, a in given.items() if not a.empty}
        remote_images.measure_named(self, [name for name, a in kept.items() if a.shapes])
        table = pd.DataFrame(
            {
                "asset": list(kept),
                "shapes": [_json(name, a.shapes) for name, a in kept.items()],
                "tags": [_json(name, a.tags) for name, a in kept.items()],
                "nothing_to_label": [a.nothing_to_label for a in kept.values()],
                "tag_attributes": [_json(name, a.tag_attributes) for name, a in kept.items()],
            }
        ).astype({"asset": "str", "shapes": "str", "tags": "str", "nothing_to_label": "bool", "tag_attributes": "str"})
        if called is not None:
            return _bring_in(self, called, table, source, missing, on_conflict)
        return self.workspace.client.upload(
            "annotations.add", model.Imported, frames.to_parquet(table),
            version_id=self.version_id, source=source, missing=missing, on_conflict=on_conflict,
        )  # fmt: skip


def restore(self: Version, revisions: int | Iterable[int] | None = None, *, source: str | None = None) -> int:
    """Bring earlier revisions back, each as a new revision as said by who said it; nothing is deleted.

    Parameters
    ----------
    revisions
        The ``annotation_id`` of a revision, or several of different assets; ``annotations.df(history=True)`` lists
        them.
    source
        Instead of that, the source of an import that is to be taken back: where it is what stands now, what stood
        before it comes back. Assets that had nothing before keep it.

    Returns
    -------
    int
        How many assets have an earlier revision again.

    Raises
    ------
    NotFound, InvalidInput, Refused
        A revision is none of this version, two are of one asset, or the version is published.
    """
    ids = None if revisions is None else [as_whole("revisions", i) for i in as_list("revisions", revisions)]
    return self.workspace.client.call(
        "annotations.restore", int, version_id=self.version_id, revisions=ids, source=source
    )


def _json(asset: str, value: object) -> str:
    """Return a part of an annotation as JSON, or raise InvalidInput that begins with the asset."""
    try:
        return encode(value).decode()
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None


def taken(version: Version, given: Any, labels: Any, images: Any) -> tuple[dict[str, Annotation], coco.Object | None]:
    """Return what is said of assets, by their names as they are written; with a COCO object that calls things.

    Raises
    ------
    InvalidInput
        It is nothing that can be said of assets; the message says the row, the image or the column.
    """
    query = "select name, width, height from assets where version_id = $1 order by position"
    assets = frames.records(version.workspace.sql(query, [version.version_id]))
    there = intake.Images([r["name"] for r in assets], ids=lambda: foreign_names.ids(version, "coco"), by_id=images)
    found = intake.taken(given, there, labels)
    if not isinstance(found, coco.Object):
        return found, None
    sizes = {r["name"]: (r["width"], r["height"]) for r in assets}
    by_name = asset_matching.meant(version, found.annotations)
    for row in found.rows:
        here, said = sizes.get(by_name.get(row.name, ""), (0, 0)), (row.width, row.height)
        if here != said and all((*here, *said)):
            raise InvalidInput(
                f"The COCO object has {said[0]} x {said[1]} pixels for {row.name!r}, the asset has {here[0]} x "
                f"{here[1]}. Write it to a file: version.read('coco', path, scale=True) resizes the shapes. Nothing "
                "was changed."
            )
    return found.annotations, found if coco.is_instances(given) else None


def _bring_in(
    version: Version, said: coco.Object, table: pd.DataFrame, source: str, missing: Missing, on_conflict: OnConflict
) -> Imported:
    """Send what a COCO object says (a table as for ``annotations.add``) with what it calls things, as one import."""
    named = asset_matching.meant(version, [row.name for row in said.rows])
    with tempfile.TemporaryDirectory(prefix="nbannotate") as place:
        annotations, foreign = Path(place) / "annotations.parquet", pieces.foreign(Path(place))
        frames.write_parquet(table, annotations)
        for row in said.rows:
            foreign_names.add(foreign, "image", named[row.name], row.foreign)
            for shape_id, its in row.shapes.items():
                foreign_names.add(foreign, "shape", shape_id, its)
        foreign_names.add_head(foreign, said.head)
        tables = [("annotations", annotations), *(("foreign", file) for file in foreign.finish())]
        return pieces.send(version, tables, source, "coco", missing=missing, on_conflict=on_conflict)
