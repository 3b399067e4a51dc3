"""What all commands share: how one is added, a workspace that is opened, tables of plain text."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nbannotate.errors import InvalidInput, NotAWorkspace
from nbannotate.store.postgres.address import is_address, shown
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


def place(text: str) -> Path | str:
    """Return where a workspace lies: the path of a file, or the address of a database."""
    return text if is_address(text) else Path(text)


def named(where: Path | str) -> str:
    """Return what a place may be called on a screen: an address without its password."""
    return str(where) if isinstance(where, Path) else shown(where)


def takes_workspace(command: argparse.ArgumentParser, *, is_made: bool = False) -> None:
    """Let a command take the workspace that it is about."""
    what = "the workspace file, or postgresql://user@host/database"
    command.add_argument("workspace", type=place, help=what + "; it is made when it is not there" * is_made)


def opened(where: Path | str, must_exist: bool = True) -> contextlib.closing[Workspace]:
    """Open a workspace for a ``with`` block, and refuse to make one by a typing error."""
    if must_exist:
        check_exists(where)
    return contextlib.closing(open_workspace(where))


def check_exists(where: Path | str) -> None:
    """Raise NotAWorkspace if there is no such file; a database says itself whether it is there."""
    if isinstance(where, Path) and not where.exists():
        raise NotAWorkspace(f"There is no workspace {where}.")


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
