"""Which assets of a version are for training, validation and tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from nbannotate.errors import InvalidInput, NotFound, Stale
from nbannotate.model import Splitting
from nbannotate.operations import removal
from nbannotate.operations.registry import Context, operation
from nbannotate.operations.versions import draft
from nbannotate.rules.splits import check_split
from nbannotate.store import splits
from nbannotate.store.staging import Stage


class Staged(Struct, frozen=True):
    """What was staged: the set, the one that it was made from, what differs, the sizes, and what is to be deleted."""

    splits_id: int
    before: int | None
    changed: int
    counts: dict[str, int]
    gone: list[int]


def _stage(ctx: Context, stage: Stage, version_id: int, file: Path, how: Splitting | None = None) -> dict[str, Staged]:
    """Check the splits of a file and write them in pieces."""
    return {"prepared_set": stage_set(ctx, stage, version_id, [file])}


def stage_set(ctx: Context, stage: Stage, version_id: int, files: Sequence[Path]) -> Staged:
    """Check the splits of files and write them in pieces, with those of the assets that they do not name."""
    version = draft(ctx, version_id)
    splits.open_table(stage, files)
    if strange := splits.strange(stage, version_id):
        some = ", ".join(map(repr, strange[:5])) + (" …" if len(strange) > 5 else "")
        raise NotFound(
            f"{len(strange)} images are no assets of the version {version.name!r}: {some}. Nothing was changed."
        )
    if twice := splits.twice(stage):
        raise InvalidInput(f"There are two rows for {twice!r}; nothing was changed.")
    for name in splits.names(stage):
        check_split(name)
    before = splits.current(ctx.tx, version_id)
    new = splits.stage(stage, version_id)
    return Staged(new, before, splits.changes(stage, version_id, new), splits.counts(stage, new), stage.gone)


@operation(writes=True, stage=_stage)
def set_(ctx: Context, version_id: int, file: Path, prepared_set: Staged, how: Splitting | None = None) -> int:
    """Say the splits of the assets of a Parquet file, and return how many have another one now; the others keep theirs.

    Columns: asset (name), and split, or null for none. ``how`` says by which rule they were dealt; None: by hand.
    """
    changed = take(ctx, version_id, prepared_set, how)
    if not changed:
        ctx.unchanged()
    return changed


def take(ctx: Context, version_id: int, staged: Staged, how: Splitting | None = None) -> int:
    """Let a version have the staged splits, and return how many assets have another one; the last step."""
    draft(ctx, version_id)
    if splits.current(ctx.tx, version_id) != staged.before:
        raise Stale("The splits were changed by somebody else meanwhile; try again.")
    if not staged.changed:
        return 0
    kept = msgspec.json.encode(how).decode()
    gone = splits.reveal(ctx.tx, staged.splits_id, version_id, kept, ctx.now)
    removal.leave(ctx, staged.gone, *gone)
    said = msgspec.to_builtins(how)
    ctx.note(detail={"version_id": version_id, "splits": staged.counts, "how": said})
    return staged.changed


@operation()
def how(ctx: Context, version_id: int) -> Splitting | None:
    """Return by which rule the assets of a version were dealt into its splits; None: by hand, or there are none."""
    kept = splits.how(ctx.tx, version_id)
    return None if kept is None else msgspec.json.decode(kept, type=Splitting | None)
