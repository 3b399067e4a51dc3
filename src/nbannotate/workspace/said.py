"""What was said of assets: annotations and tags as tables, adding and restoring them, and the assets' metadata."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nbannotate import model
from nbannotate.cards import Shown
from nbannotate.errors import InvalidInput
from nbannotate.model.values import as_list, as_whole, encode
from nbannotate.workspace import fitting, frames, taking
from nbannotate.workspace.chained import Chained
from nbannotate.workspace.described import Described
from nbannotate.workspace.given import checked
from nbannotate.workspace.handle import Handle

if TYPE_CHECKING:
    from nbannotate.workspace.workspace import Workspace


class Said(Described, Chained, Handle, Shown):
    """The base of a version for what concerns whole assets."""

    workspace: Workspace
    version_id: int
    name: str

    def add_annotations(
        self,
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
        with self._filling():
            given, called = taking.taken(self, annotations, labels, images)
            by_name = fitting.meant(self, given)
            kept = {by_name[name]: a for name, a in given.items() if not a.empty}
            table = pd.DataFrame(
                {
                    "asset": list(kept),
                    "shapes": [_json(name, a.shapes) for name, a in kept.items()],
                    "tags": [_json(name, a.tags) for name, a in kept.items()],
                    "nothing_to_label": [a.nothing_to_label for a in kept.values()],
                    "tag_attributes": [_json(name, a.tag_attributes) for name, a in kept.items()],
                }
            ).astype(
                {"asset": "str", "shapes": "str", "tags": "str", "nothing_to_label": "bool", "tag_attributes": "str"}
            )
            if called is not None:
                return taking.bring_in(self, called, table, source, missing, on_conflict)
            return self.workspace.client.upload(
                "annotations.add", model.Imported, frames.to_parquet(table),
                version_id=self.version_id, source=source, missing=missing, on_conflict=on_conflict,
            )  # fmt: skip

    def restore(self, revisions: int | Iterable[int] | None = None, *, source: str | None = None) -> int:
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
