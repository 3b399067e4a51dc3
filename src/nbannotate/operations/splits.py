"""Which assets of a version are for training, validation and tests."""

from __future__ import annotations

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


class _Staged(Struct, frozen=True):
    """What was staged: the set, the one that it was made from, what differs, the sizes, and what is to be deleted."""

    batch_id: int
    before: int | None
    changed: int
    counts: dict[str, int]
    gone: list[int]


def _stage(ctx: Context, stage: Stage, version_id: int, file: Path, how: Splitting | None = None) -> dict[str, _Staged]:
    """Check the splits of a file and write them in pieces, with those of the assets that it does not name."""
    version = draft(ctx, version_id)
    if strange := splits.strange(ctx.tx, version_id, file):
        some = ", ".join(map(repr, strange[:5])) + (" …" if len(strange) > 5 else "")
        raise NotFound(
            f"{len(strange)} images are no assets of the version {version.name!r}: {some}. Nothing was changed."
        )
    if twice := splits.twice(ctx.tx, file):
        raise InvalidInput(f"There are two rows for {twice!r}; nothing was changed.")
    for name in splits.names(ctx.tx, file):
        check_split(name)
    before = splits.current(ctx.tx, version_id)
    splits.stage(stage, version_id, file)
    changed, counts = splits.changes(stage, version_id, stage.batch_id), splits.counts(stage, stage.batch_id)
    return {"prepared_set": _Staged(stage.batch_id, before, changed, counts, stage.gone)}


@operation(writes=True, stage=_stage)
def set_(ctx: Context, version_id: int, file: Path, prepared_set: _Staged, how: Splitting | None = None) -> int:
    """Say the splits of the assets of a Parquet file, and return how many have another one now; the others keep theirs.

    Columns: asset (name), and split, or null for none. ``how`` says by which rule they were dealt; None: by hand.
    """
    draft(ctx, version_id)
    if splits.current(ctx.tx, version_id) != prepared_set.before:
        raise Stale("The splits were changed by somebody else meanwhile; try again.")
    if not prepared_set.changed:
        ctx.unchanged()
        return 0
    kept = msgspec.json.encode(how).decode()
    gone = splits.reveal(ctx.tx, prepared_set.batch_id, version_id, kept, ctx.now)
    removal.leave(ctx, prepared_set.gone, *gone)
    said = msgspec.to_builtins(how)
    ctx.note(detail={"version_id": version_id, "splits": prepared_set.counts, "how": said})
    return prepared_set.changed


@operation()
def how(ctx: Context, version_id: int) -> Splitting | None:
    """Return by which rule the assets of a version were dealt into its splits; None: by hand, or there are none."""
    kept = splits.how(ctx.tx, version_id)
    return None if kept is None else msgspec.json.decode(kept, type=Splitting | None)
