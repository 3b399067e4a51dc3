"""Backups of the whole workspace."""

from __future__ import annotations

import datetime
import secrets
from importlib.metadata import version

from nbannotate.model.backups import Copied
from nbannotate.operations.registry import Context, operation
from nbannotate.store.migrations import SCHEMA_VERSION


@operation(long=True)
def create(ctx: Context, activity: str = "") -> Copied:
    """Write a copy of the workspace as it is now into the spool folder, and return where it lies.

    Who asked takes it from there; what is left goes with the owner process. Nobody waits for it: it is one snapshot,
    read beside the writer. ``activity`` is a key under which ``workspace.activity`` tells how far it is.
    """
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.backup"
    try:
        tables = ctx.engine.back_up(file, lambda done, total: ctx.report(activity, "written", done, total))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    finally:
        ctx.engine.activities.pop(activity, None)
    return Copied(str(file), ctx.now.replace(tzinfo=datetime.UTC), version("nbannotate"), SCHEMA_VERSION, tables)
