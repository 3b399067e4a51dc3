"""What all commands share: how one is added, a workspace that is opened, tables of plain text."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nbannotate.errors import InvalidInput, NotAWorkspace
from nbannotate.workspace import Workspace
from nbannotate.workspace import open as open_workspace
from nbannotate.workspace.version import Version


class Commands:
    """The commands of a parser.

    Parameters
    ----------
    top
        The parser that they are added to.
    """

    def __init__(self, top: argparse.ArgumentParser) -> None:
        self._made = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(
        self, name: str, run: Callable[[argparse.Namespace], None], what: str, more: str = ""
    ) -> argparse.ArgumentParser:
        """Return the parser of a new command, which says in a few words what it does, and in ``more`` what else."""
        made = self._made.add_parser(
            name, help=what, description=f"{what[0].upper()}{what[1:]}. {more}", allow_abbrev=False
        )
        made.set_defaults(run=run)
        return made


def opened(path: Path, must_exist: bool = True) -> contextlib.closing[Workspace]:
    """Open a workspace for a ``with`` block, and refuse to make one by a typing error."""
    if must_exist:
        check_exists(path)
    return contextlib.closing(open_workspace(path))


def check_exists(path: Path) -> None:
    """Raise NotAWorkspace if there is no such file."""
    if not path.exists():
        raise NotAWorkspace(f"There is no workspace {path}.")


def version_named(ws: Workspace, name: str, option: str = "--version") -> Version:
    """Return the version that ``DATASET/VERSION`` names; the message of an error says which option it was given to."""
    dataset, slash, version = name.rpartition("/")
    if not slash:
        raise InvalidInput(f"{option} takes DATASET/VERSION, for example smears/v1, not {name!r}.")
    return ws.datasets[dataset].versions[version]


def table(rows: Iterable[Sequence[object]], head: Sequence[str]) -> str:
    """Return rows as a table of plain text, two blanks before each column."""
    cells = [[str(v) for v in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = ["  " + "  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  " + "  ".join("-" * w for w in widths), *lines[1:]])


def say(sentence: str) -> None:
    """Print a line at once."""
    print(sentence, flush=True)
