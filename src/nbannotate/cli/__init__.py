"""The command line: ``nbannotate demo | serve | import | export | versions | diff | info | members …``.

One file a topic: a module of this folder with a function ``add_commands`` is found by looking. A mistake of the user is
answered with one sentence on standard error and the exit code 2, never with a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence

from nbannotate.cli.commands import Commands
from nbannotate.errors import NbannotateError

__all__ = ["main", "parser", "version"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for a mistake, 130 when interrupted."""
    options = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except NbannotateError as error:
        print(f"nbannotate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone (| head): say nothing more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="nbannotate", description="Image annotation for people who live in Jupyter.", allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"nbannotate {version()}")
    commands = Commands(top)
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        add_commands = getattr(importlib.import_module(f"{__name__}.{module}"), "add_commands", None)
        if add_commands is not None:
            add_commands(commands)
    return top


def version() -> str:
    """Return the version of the installed package."""
    from importlib.metadata import version as installed

    return installed("nbannotate")
