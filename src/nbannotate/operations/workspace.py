"""The workspace itself."""

from __future__ import annotations

from importlib.metadata import version

from nbannotate.model import WorkspaceInfo
from nbannotate.model.plan import Activity
from nbannotate.operations.registry import Context, operation
from nbannotate.store.migrations import SCHEMA_VERSION


@operation()
def info(ctx: Context) -> WorkspaceInfo:
    """Return what a client learns when it connects."""
    return WorkspaceInfo(ctx.engine.path, SCHEMA_VERSION, version("nbannotate"), ctx.actor)


@operation()
def activity(ctx: Context, key: str) -> Activity | None:
    """Return how far a long operation is that was given this key; None before it begins and after its end."""
    known = ctx.engine.activities.get(key)
    return None if known is None else Activity(*known)
