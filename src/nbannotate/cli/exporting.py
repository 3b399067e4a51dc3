"""``nbannotate export``: the annotations of a version, or of a campaign, in a format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbannotate.cli.commands import Commands, opened, say, version_named
from nbannotate.errors import CannotWrite
from nbannotate.files import output
from nbannotate.model import TASK_STATES


def add_commands(commands: Commands) -> None:
    """Add the command."""
    export = commands.add("export", run_export, "write the annotations of a campaign or a version to a file")
    export.add_argument("workspace", type=Path, help="the workspace file")
    which = export.add_mutually_exclusive_group(required=True)
    which.add_argument("--campaign", metavar="NAME", help="the version that this campaign annotates")
    which.add_argument("--version", metavar="DATASET/VERSION", help="a version, for example smears/v1")
    export.add_argument("--format", default="coco", help="the file format (default: coco)")
    export.add_argument("--to", type=Path, required=True, metavar="FILE", help="where to write; - is standard output")
    export.add_argument(
        "--state", choices=TASK_STATES, help="only assets in this state, for example done (default: all)"
    )
    export.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")


def run_export(options: argparse.Namespace) -> None:
    """Write annotations to a file."""
    if options.to.is_file() and not options.overwrite and not output.is_standard(options.to):
        raise CannotWrite(f"{options.to} is there already; --overwrite replaces it.")
    with opened(options.workspace) as ws:
        version = ws.campaigns[options.campaign].version if options.campaign else version_named(ws, options.version)
        writing = version.write(options.format, options.to, state=options.state)
    if output.is_standard(options.to):
        print(writing, file=sys.stderr)
    else:
        say(f"{options.to}: {writing}")
