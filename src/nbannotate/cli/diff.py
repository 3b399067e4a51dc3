"""``nbannotate diff``: what differs between two versions."""

from __future__ import annotations

import argparse
from pathlib import Path

import nbannotate as nb
from nbannotate.cli.commands import Commands, opened, say, table, takes_workspace, version_named
from nbannotate.errors import InvalidInput
from nbannotate.files import output


def add_commands(commands: Commands) -> None:
    """Add the command."""
    diff = commands.add(
        "diff",
        run_diff,
        "say what differs between two versions",
        "Counts by label and by asset; --to writes every change as CSV.",
    )
    takes_workspace(diff)
    diff.add_argument("before", metavar="DATASET/VERSION", help="the version before, for example smears/v1")
    diff.add_argument("after", metavar="DATASET/VERSION", help="the version after")
    diff.add_argument(
        "--threshold", type=float, default=0.5, metavar="IOU",
        help="the least overlap of two shapes with different ids that are the same one (default: 0.5)",
    )  # fmt: skip
    diff.add_argument(
        "--to", type=Path, metavar="FILE", help="write each change as a row of a CSV; - is standard output"
    )
    diff.add_argument("--assets", type=int, default=20, metavar="N", help="name at most N assets (default: 20)")


def run_diff(options: argparse.Namespace) -> None:
    """Print what differs."""
    if options.assets < 0:
        raise InvalidInput(f"--assets is a number from 0 up, not {options.assets}.")
    with opened(options.workspace) as ws:
        before, after = version_named(ws, options.before, "BEFORE"), version_named(ws, options.after, "AFTER")
        found = nb.diff(before, after, threshold=options.threshold)
        changes = found.df()
    if options.to is not None:
        output.replace(options.to, changes.to_csv(index=False).encode())
        if output.is_standard(options.to):
            return
    if not len(found):
        say(f"{options.before} and {options.after} are the same.")
        return
    counts = found.counts.reset_index()
    say(table(counts.astype(object).itertuples(index=False, name=None), [str(c) for c in counts.columns]) + "\n")
    its = found.assets.df()
    rows = its.head(options.assets).astype(object)
    say(table(rows.itertuples(index=False, name=None), [str(c) for c in its.columns]))
    if len(its) > len(rows):
        say(f"  … and {len(its) - len(rows):,} more assets")
