"""``nbannotate backup | restore | verify``: copies of a whole workspace, and whether all is as it was."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbannotate.cards import counted
from nbannotate.cli.commands import Commands, named, opened, place, say, takes_workspace
from nbannotate.errors import NotAWorkspace, Refused
from nbannotate.workspace import Workspace, backups


def add_commands(commands: Commands) -> None:
    """Add the commands."""
    backup = commands.add(
        "backup",
        run_backup,
        "write a backup of a workspace",
        "People go on working meanwhile. Images that were copied into the workspace come along, each once.",
    )
    takes_workspace(backup)
    backup.add_argument("folder", type=Path, help="the folder of backups; each gets a folder in it, named by its time")
    restore = commands.add(
        "restore", run_restore, "make a workspace of a backup", "Nobody is logged in; passwords are those of then."
    )
    restore.add_argument("backup", type=Path, help="the folder of one backup")
    where = "the new workspace file, or the address of an empty database"
    restore.add_argument("workspace", type=place, help=where)
    folder = "for a database: a new folder for the images that came with the backup"
    restore.add_argument("--images", type=Path, metavar="FOLDER", help=folder)
    verify = commands.add(
        "verify",
        run_verify,
        "say whether a backup, or a workspace, is as it was",
        "Of a backup every byte is looked at; of a workspace the published versions and the files of images.",
    )
    verify.add_argument("path", type=place, help="the folder of one backup, a workspace file, or an address")


def run_backup(options: argparse.Namespace) -> None:
    """Write a backup."""
    with opened(options.workspace) as ws:
        made = ws.backup(options.folder)
    size = f"{made.bytes / 1e6:,.1f} MB"
    say(f"{made.path} is written: {counted(made.rows, 'row')}, {counted(made.images, 'image')} "
        f"({made.new_images:,} new), {size}.")  # fmt: skip


def run_restore(options: argparse.Namespace) -> None:
    """Make a workspace of a backup."""
    images = backups.restore(options.backup, options.workspace, options.images)
    say(f"{named(options.workspace)} is there, with {counted(images, 'image')} that came with the backup.")


def run_verify(options: argparse.Namespace) -> None:
    """Say what is not as it was; that is an error."""
    path = named(options.path)
    if isinstance(options.path, Path) and not options.path.exists():
        raise NotAWorkspace(f"There is nothing at {path}.")
    if isinstance(options.path, Path) and backups.is_backup(options.path):
        manifest = backups.read_manifest(options.path)
        wrong = backups.problems(options.path)
        rows = counted(sum(manifest.tables.values()), "row")
        good = f"{path} is whole: {rows}, {counted(len(manifest.images), 'image')}."
    else:
        with opened(options.path) as ws:
            wrong = _of_workspace(ws)
        good = f"{path}: all published versions, and all files of images, are as they were."
    if wrong:
        more = len(wrong) - backups.MOST_NAMED
        rest = f"\nand {more:,} more" if more > 0 else ""
        raise Refused(f"{path} is not as it was:\n" + "\n".join(wrong[: backups.MOST_NAMED]) + rest)
    say(good)


def _of_workspace(ws: Workspace) -> list[str]:
    """Return what is not as it was in a workspace, a sentence each."""
    wrong = []
    for dataset in ws.datasets:
        for version in dataset.versions:
            name = f"{dataset.name}/{version.name}"
            if version.state == "published" and not (its := version.verify()):
                wrong.append(f"{name}: {', '.join(its.differs)} are not what was published.")
            files = version.check_files()
            wrong += [f"{name}: {one.asset} is {one.problem}: {one.path}." for one in files.itertuples()]
    return wrong
