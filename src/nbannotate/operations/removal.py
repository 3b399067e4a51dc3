"""What deleting and putting away have in common: what stands against it, confirming it, and what is left to delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Loss
from nbannotate.operations.registry import Context
from nbannotate.store import removing
from nbannotate.store.staging import Stage


def check_quiet(ctx: Context, what: str, version_ids: Sequence[int], done: str) -> None:
    """Raise Refused if a campaign runs on one of some versions."""
    running = removing.running_on(ctx.tx, version_ids)
    if running:
        some = ", ".join(map(repr, running[:5])) + (" …" if len(running) > 5 else "")
        raise Refused(
            f"The {what} cannot be {done}: the campaign {some} is running on it. Complete it first, with "
            "complete(reason)."
        )


def check_confirmed(gone: Loss, confirm: str) -> None:
    """Raise InvalidInput if something else was confirmed."""
    if confirm != gone.name:
        raise InvalidInput(f"This is the {gone.what}, not {confirm!r}; nothing was deleted.")


def stage(ctx: Context, stage: Stage, **_: Any) -> dict[str, list[int]]:
    """Stand ready to delete, in pieces, what the last step leaves."""
    return {"prepared_gone": stage.gone}


def leave(ctx: Context, gone: list[int], *owners: int) -> None:
    """Leave the rows of what was deleted to the stage, and to nobody else."""
    gone.extend(owners)
    ctx.engine.staging.update(owners)
