"""Annotations: importing them into a version, and looking at a revision."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput, NotFound
from nbannotate.model import Annotation, Imported, Missing, OnConflict, Shape
from nbannotate.model.values import decode
from nbannotate.operations import blocks
from nbannotate.operations.access import check_may_see_revision
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.versions import draft
from nbannotate.rules.equality import says_same
from nbannotate.rules.well_formed import check_fits
from nbannotate.store import blocks as store_blocks
from nbannotate.store import data, importing, task_rows
from nbannotate.store.staging import Stage

#: So many assets, and shapes as soon as there are as many, are written in one piece.
PIECE_ASSETS, PIECE_SHAPES = 500, 2_000


def _stage(
    ctx: Context,
    stage: Stage,
    version_id: int,
    source: str,
    file: Path,
    missing: Missing = "error",
    on_conflict: OnConflict = "skip",
) -> dict[str, Staged]:
    """Check the annotations of a file and write them in pieces, without those of assets that people work on."""
    coming = Coming(ctx, stage, version_id, source, missing, on_conflict)
    coming.say(file)
    return {"prepared_batch": replace(coming.finish(), arrived=importing.finish(stage))}


class Coming:
    """What files say of assets, on its way into a version: checked, and written in pieces."""

    def __init__(
        self, ctx: Context, stage: Stage, version_id: int, source: str, missing: Missing, on_conflict: OnConflict,
        format_: str = "",
    ) -> None:  # fmt: skip
        self._version = draft(ctx, version_id)
        self._ctx, self._stage, self._missing, self._on_conflict = ctx, stage, missing, on_conflict
        known = data.asset_ids(ctx.tx, version_id)
        self._worked = importing.worked_on(ctx.tx, version_id)
        standing = importing.stands(ctx.tx, version_id, source)
        self._drawn = blocks.Drawn(ctx, stage, version_id, source, known, standing, format_)
        self._given = 0
        self._strange: list[str] = []
        self._theirs: list[str] = []
        self._same: list[int] = []

    def know(self, new: dict[str, tuple[int, int, int]]) -> None:
        """Take assets that come with it, too: id, width and height by their names."""
        self._drawn.known.update(new)

    def say(self, file: Path) -> None:
        """Take what a file says of assets; where it says null in place of the shapes, those come behind it."""
        known, theirs = self._drawn.known, self._on_conflict == "skip"
        piece: list[importing.Revision] = []
        shapes = 0
        for row in importing.rows_in(self._ctx.tx, file):
            name = row["asset"]
            self._given += 1
            if name not in known:
                self._strange.append(name)
                continue
            asset_id, width, height = known[name]
            if asset_id in self._worked:
                self._theirs.append(name)
            passed_over = asset_id in self._worked and theirs
            if row["shapes"] is None:
                if not passed_over:
                    self._drawn.expect(row)
                continue
            annotation = Annotation(
                shapes=_shapes(name, row["shapes"]), tags=tuple(json.loads(row["tags"])),
                nothing_to_label=row["nothing_to_label"],
                tag_attributes=json.loads(row.get("tag_attributes") or "{}"),
            )  # fmt: skip
            _check(name, annotation, width, height)
            if passed_over:
                continue
            piece.append(importing.Revision(asset_id, self._ctx.actor.member_id, self._drawn.source, annotation))
            shapes += len(annotation.shapes)
            if len(piece) == PIECE_ASSETS or shapes >= PIECE_SHAPES:
                self._write(piece)
                piece, shapes = [], 0
        if piece:
            self._write(piece)

    @property
    def called(self) -> int:
        """The last position of what was said of what shapes are called."""
        return self._drawn.last

    def draw(self, file: Path) -> None:
        """Take the shapes of a file."""
        self._drawn.take(file)

    def finish(self) -> Staged:
        """Say what was staged, or raise what is wrong with all of it."""
        names = self._strange
        if names and self._missing == "error":
            raise InvalidInput(
                f"{len(names)} of {self._given} annotated images are not assets of the version "
                f"{self._version.name!r}: {_some(names)}. Add the images first, or pass over them with missing='skip'; "
                "nothing was imported."
            )
        if self._theirs and self._on_conflict == "error":
            raise _worked_on(self._theirs)
        same = [*self._same, *self._drawn.finish()]
        known, passed = self._drawn.known, set(same)
        left = tuple(self._theirs) if self._on_conflict == "skip" else ()
        over = sum(known[n][0] not in passed for n in self._theirs) if self._on_conflict == "replace" else 0
        first = next((name for name, (asset_id, *_) in known.items() if same and asset_id == same[0]), "")
        return Staged(self._stage.batch_id, left, over, len(same), first, tuple(names))

    def _write(self, piece: list[importing.Revision]) -> None:
        """Write a piece of an import, but for assets of which the same source says just that already."""
        again = data.latest_of(
            self._ctx.tx, self._version.version_id, [r.asset_id for r in piece if r.asset_id in self._drawn.standing]
        )
        same = [r.asset_id for r in piece if r.asset_id in again and says_same(again[r.asset_id], r.annotation)]
        passed = set(same)
        if new := [r for r in piece if r.asset_id not in passed]:
            importing.stage(self._stage, new, self._ctx.now)
        self._same += same


def _some(names: list[str]) -> str:
    return ", ".join(map(repr, names[:5])) + (" …" if len(names) > 5 else "")


def _worked_on(names: list[str]) -> Conflict:
    return Conflict(
        f"People have worked on {len(names):,} of these images: {_some(names)}. Pass over them with "
        "on_conflict='skip', or give them a new revision, too, with 'replace'; nothing was imported."
    )


class Staged(Struct, frozen=True):
    """What was staged: the batch, what was left out, over how many answers it goes, what stands, what is missing.

    ``arrived`` is how much it is, once all of it is there.
    """

    batch_id: int
    left: tuple[str, ...] = ()
    over: int = 0
    same: int = 0
    first_same: str = ""
    missing: tuple[str, ...] = ()
    arrived: importing.Arrived | None = None


@operation(writes=True, stage=_stage)
def add(
    ctx: Context,
    version_id: int,
    source: str,
    file: Path,
    prepared_batch: Staged,
    missing: Missing = "error",
    on_conflict: OnConflict = "skip",
) -> Imported:
    """Add the annotations of a Parquet file to a version, one revision for each asset. All or nothing.

    Columns: asset (name), shapes (JSON list), tags (JSON list), nothing_to_label; and, if there are any, tag_attributes
    (JSON object: tag, then attribute, then value). ``missing`` says what becomes of names that are no assets, and
    ``on_conflict`` of assets that people have worked on. What the same source said just so already is not said again.
    """
    return take(ctx, version_id, source, prepared_batch, on_conflict)


def take(ctx: Context, version_id: int, source: str, staged: Staged, on_conflict: OnConflict) -> Imported:
    """Give what was staged to a version, and say what became of it; the last step."""
    draft(ctx, version_id)
    added, late = importing.reveal(
        ctx.tx, staged.batch_id, version_id, staged.arrived, overwrite=on_conflict == "replace"
    )
    late_names = [row.name for i in late if (row := data.asset(ctx.tx, i)) is not None]
    if late_names and on_conflict == "error":
        raise _worked_on(late_names)
    names = [*staged.left, *late_names]
    detail = {"version_id": version_id, "source": source, "assets": added, "left_out": len(names)}
    if on_conflict == "replace":
        detail["overwritten"] = staged.over
    ctx.note(detail=detail | ({"missing": len(staged.missing)} if staged.missing else {}))
    return Imported(
        added,
        left_out=len(names),
        first=next(iter(names), ""),
        overwritten=staged.over,
        unchanged=staged.same,
        first_unchanged=staged.first_same,
        missing=len(staged.missing),
        first_missing=next(iter(staged.missing), ""),
    )


def _shapes(asset: str, text: str) -> tuple[Shape, ...]:
    try:
        return decode(text, tuple[Shape, ...])  # check_fits tells what is wrong, with the shape's place
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: these are no shapes. {error} Nothing was imported.") from None


def _check(asset: str, annotation: Annotation, width: int, height: int) -> None:
    """Raise InvalidInput if an annotation may not be in the store."""
    try:
        check_fits(annotation, width, height)
    except InvalidInput as error:
        raise InvalidInput(f"{asset}: {error} Nothing was imported.") from None


def _stage_restore(
    ctx: Context, stage: Stage, version_id: int, revisions: list[int] | None = None, source: str | None = None
) -> dict[str, tuple[int, importing.Arrived]]:
    """Copy the revisions that are to come back, in pieces."""
    version = draft(ctx, version_id)
    if (revisions is None) == (source is None):
        raise InvalidInput("restore takes either revisions, or the source of an import that is to be taken back.")
    if revisions is not None:
        known = importing.assets_of(ctx.tx, version_id, revisions)
        if strange := [i for i in revisions if i not in known]:
            raise NotFound(
                f"{len(strange)} of {len(revisions)} revisions are none of the version {version.name!r}, for example "
                f"{strange[0]}; version.annotations(history=True) lists them. Nothing was changed."
            )
        if len(set(known.values())) < len(set(revisions)):
            raise InvalidInput("Two of these revisions are of the same asset; name one each. Nothing was changed.")
        importing.mark_revisions(ctx.tx, version_id, revisions)
    else:
        assert source is not None
        importing.mark_before(ctx.tx, version_id, source)
    importing.copy(stage, version_id, ctx.now)
    return {"prepared_batch": (stage.batch_id, importing.finish(stage))}


@operation(writes=True, stage=_stage_restore)
def restore(
    ctx: Context,
    version_id: int,
    prepared_batch: tuple[int, importing.Arrived],
    revisions: list[int] | None = None,
    source: str | None = None,
) -> int:
    """Bring earlier revisions of a version back, each as a new one, and return how many; nothing is deleted.

    Either these revisions, one of an asset at most; or, where an import of this source stands, what stood before it.
    Those that stand already are passed over.
    """
    draft(ctx, version_id)
    batch_id, arrived = prepared_batch
    restored, _ = importing.reveal(ctx.tx, batch_id, version_id, arrived, overwrite=True)
    ctx.note(detail={"version_id": version_id, "source": source, "revisions": revisions, "assets": restored})
    return restored


@operation()
def drafts(ctx: Context, campaign_id: int) -> dict[str, Annotation]:
    """Return what I have drawn in a campaign and not submitted, by the name of the asset."""
    return task_rows.drafts(ctx.tx, campaign_id, ctx.actor.member_id)


@operation()
def get(ctx: Context, annotation_id: int) -> Annotation:
    """Return one revision as it was submitted."""
    row = data.annotation_row(ctx.tx, annotation_id)
    check_may_see_revision(ctx, row)
    return data.annotation(ctx.tx, found(row, f"annotation {annotation_id}"))


@operation(long=True)
def shapes(ctx: Context, version_id: int, asset_ids: list[int]) -> Path:
    """Return the shapes that a version shows of some assets as a Parquet file, those of an asset in their order.

    ``points`` are JSON: a list of pairs, or only the numbers of these, x and y in turn.
    """
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.parquet"
    store_blocks.write(ctx.tx, version_id, asset_ids, file)
    return file
