"""``nbannotate copy``: a workspace from a file into a database, or back."""

from __future__ import annotations

import argparse

from nbannotate.cards import counted
from nbannotate.cli.commands import Commands, say
from nbannotate.store.postgres.address import is_address, shown
from nbannotate.workspace import copying


def add_commands(commands: Commands) -> None:
    """Add the command."""
    copy = commands.add(
        "copy",
        run_copy,
        "copy a workspace from a file into a PostgreSQL database, or back",
        "People go on working meanwhile; the copy is the workspace as it is at one moment. Images stay where they are, "
        "and nobody is logged in. What the versions hold is compared at the end. What was broken off goes on when the "
        "same is copied again.",
    )
    copy.add_argument("source", help="the workspace file, or postgresql://user@host/database")
    copy.add_argument("target", help="a new file, or the address of an empty database")


def run_copy(options: argparse.Namespace) -> None:
    """Copy, and say what came of it."""
    rows, versions = copying.copy(options.source, options.target)
    target = shown(options.target) if is_address(options.target) else options.target
    say(f"{target} is there: {counted(rows, 'row')}; {counted(versions, 'version')} hold the same.")
