"""The workspace itself."""

from __future__ import annotations

from importlib.metadata import version

from nbannotate.model import WorkspaceInfo
from nbannotate.operations.registry import Context, operation
from nbannotate.store.migrations import SCHEMA_VERSION


@operation()
def info(ctx: Context) -> WorkspaceInfo:
    """Return what a client learns when it connects."""
    return WorkspaceInfo(ctx.engine.path, SCHEMA_VERSION, version("nbannotate"), ctx.actor)
