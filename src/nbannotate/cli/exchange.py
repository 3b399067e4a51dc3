"""``nbannotate import | export``: data sets in any format, in and out."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import get_args

from nbannotate import formats
from nbannotate.cli.commands import Commands, opened, say, table, takes_workspace, version_named
from nbannotate.errors import CannotWrite, InvalidInput
from nbannotate.files import output
from nbannotate.files.source import Source
from nbannotate.model import TASK_STATES
from nbannotate.workspace.version import Version

#: So many rows of a table of losses, or of what was left out, are printed.
MOST_ROWS = 30


def add_commands(commands: Commands) -> None:
    """Add the commands."""
    known = ", ".join(sorted(formats.available()))
    read = commands.add(
        "import",
        run_import,
        "read a data set into a version: a file, a folder or a zip",
        f"The format is recognised; --format names it: {known}.",
    )
    takes_workspace(read, is_made=True)
    read.add_argument("path", type=Path, help="the file, the folder or the zip")
    read.add_argument(
        "--version", required=True, metavar="DATASET/VERSION", help="where to; both are made when they are not there"
    )
    read.add_argument("--format", help="the format (default: the one that it is in)")
    read.add_argument("--source", help="where it comes from, as tables will show (default: the name of the file)")
    read.add_argument(
        "--on-error", choices=get_args(formats.OnError), default="error",
        help="what becomes of the data set if something in it is wrong (default: error, and nothing is read)",
    )  # fmt: skip
    read.add_argument(
        "--images", choices=("reference", "copy", "none"),
        help="whether images that come along become assets (default: of a folder where they are, of a zip copied)",
    )  # fmt: skip
    read.add_argument(
        "--split", metavar="PARTS", help="split the version afterwards, for example train=0.8,val=0.1,test=0.1"
    )
    read.add_argument(
        "--labels", metavar="MAPPING", help="change labels afterwards, for example car=vehicle,bus=vehicle"
    )
    read.add_argument("--dry-run", action="store_true", help="only say what it holds, and what in it is wrong")

    write = commands.add(
        "export",
        run_export,
        "write the annotations of a campaign or a version",
        f"Formats: {known}.",
    )
    takes_workspace(write)
    which = write.add_mutually_exclusive_group(required=True)
    which.add_argument("--campaign", metavar="NAME", help="the version that this campaign annotates")
    which.add_argument("--version", metavar="DATASET/VERSION", help="a version, for example smears/v1")
    write.add_argument("--format", default="coco", help="the format (default: coco)")
    write.add_argument(
        "--to", type=Path, metavar="PATH", help="where to write: a file, a folder or a .zip; - is standard output"
    )
    write.add_argument(
        "--state", choices=TASK_STATES, help="only assets in this state, for example done (default: all)"
    )
    write.add_argument("--split", metavar="NAME", help="only assets of this split, for example train (default: all)")
    write.add_argument("--labels", metavar="MAPPING", help="change labels while writing, for example car=vehicle,bus=")
    write.add_argument("--images", choices=("copy", "link"), help="whether the images go along (default: no)")
    write.add_argument("--dry-run", action="store_true", help="only say what the format cannot hold")
    write.add_argument("--lossy", action="store_true", help="leave out what the format cannot hold")
    write.add_argument("--overwrite", action="store_true", help="replace the file if it is there")


def run_import(options: argparse.Namespace) -> None:
    """Read a data set."""
    parts, labels = split_of(options.split), labels_of(options.labels)
    if options.dry_run:
        return show_what_it_holds(options)
    dataset, slash, name = options.version.rpartition("/")
    if not slash:
        raise InvalidInput(f"--version takes DATASET/VERSION, for example smears/v1, not {options.version!r}.")
    with opened(options.workspace, must_exist=False) as ws:
        there = ws.datasets[dataset].versions if dataset in ws.datasets else ()
        version: Version
        if name in there:
            version = ws.datasets[dataset].versions[name]
        else:
            version = ws.create_dataset(dataset, exist_ok=True).create_version(name)
        done = version.read(
            options.path, format=options.format, source=options.source, on_error=options.on_error, images=options.images
        )
        say(f"{options.path}: {done}")
        if labels is not None:
            say(str(version.labels.apply(labels)))
        if parts is not None:
            version.split(*parts)
            say(f"Split: {', '.join(f'{k} {n:,}' for k, n in sizes_of(version).items())}.")


def show_what_it_holds(options: argparse.Namespace) -> None:
    """Print what is in a data set, without a workspace."""
    with Source(options.path.expanduser()) as source:
        its = formats.get(options.format) if options.format else formats.sniff(source)
        problems = formats.Problems("skip", source.name)
        contents = its.read(source, problems)
        images, shapes, splits = 0, Counter[tuple[str, str]](), Counter[str]()
        for row in contents.rows:
            images += 1
            splits[row.split or ""] += 1
            if row.annotation is not None:
                shapes.update((shape.label, shape.kind) for shape in row.annotation.shapes)
        left_out = problems.left_out()
    say(f"{options.path}: {its.title}, {images:,} images, {shapes.total():,} shapes.\n")
    say(table(((label, kind, f"{n:,}") for (label, kind), n in sorted(shapes.items())), ("label", "kind", "shapes")))
    if set(splits) - {""}:
        say("\nSplits: " + ", ".join(f"{name or 'none'} {n:,}" for name, n in splits.items()))
    if left_out:
        rows = ((v.what, v.reason, f"{v.count:,}", v.first) for v in left_out[:MOST_ROWS])
        say("\n" + table(rows, ("wrong", "why", "count", "first")))


def run_export(options: argparse.Namespace) -> None:
    """Write annotations."""
    if options.to is None and not options.dry_run:
        raise InvalidInput("Say where to write: --to PATH.")
    to = options.to or Path(f"export{formats.get(options.format).makes}")
    if not options.dry_run and to.is_file() and not options.overwrite and not output.is_standard(to):
        raise CannotWrite(f"{to} is there already; --overwrite replaces it.")
    labels = labels_of(options.labels)
    with opened(options.workspace) as ws:
        version = ws.campaigns[options.campaign].version if options.campaign else version_named(ws, options.version)
        writing = version.write(
            options.format, to, state=options.state, split=options.split, images=options.images,
            dry_run=options.dry_run, lossy=options.lossy, labels=labels,
        )  # fmt: skip
    if options.dry_run:
        losses = writing.losses
        if not len(losses):
            return say(f"{options.format} holds all of it.")
        say(table(losses.astype(object).itertuples(index=False, name=None), [str(c) for c in losses.columns]))
    elif output.is_standard(to):
        print(writing, file=sys.stderr)
    else:
        say(f"{to}: {writing}")
    return None


def split_of(text: str | None) -> tuple[float, float, float] | None:
    """Return the parts of train, val and test that ``train=0.8,val=0.1,test=0.1`` says."""
    if text is None:
        return None
    try:
        parts = {name: float(part) for name, part in pairs(text).items() if part is not None}
    except ValueError:
        parts = {}
    if not parts or set(parts) - {"train", "val", "test"}:
        raise InvalidInput(f"--split takes parts of train, val and test, for example train=0.8,val=0.2, not {text!r}.")
    return parts.get("train", 0.0), parts.get("val", 0.0), parts.get("test", 0.0)


def labels_of(text: str | None) -> dict[str, str | None] | None:
    """Return the mapping that ``car=vehicle,bus=`` writes: a label without a new name is deleted."""
    if text is None:
        return None
    found = pairs(text)
    if not found:
        raise InvalidInput(f"--labels takes old=new, for example car=vehicle,bus=vehicle, not {text!r}.")
    return found


def pairs(text: str) -> dict[str, str | None]:
    """Return ``a=b,c=`` as a mapping; empty if it is not so."""
    found = [part.partition("=") for part in text.split(",")]
    if not all(name.strip() and sign for name, sign, _ in found):
        return {}
    return {name.strip(): value.strip() or None for name, _, value in found}


def sizes_of(version: Version) -> dict[str, int]:
    """Return how many assets are in each split of a version."""
    counts = version.assets.df()["split"].value_counts()
    return {str(name): int(n) for name, n in counts.items()}
