"""``python -m nbannotate.serve work.duckdb --port 8866``: the same as ``nbannotate serve``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbannotate.errors import NbannotateError
from nbannotate.serve.app import serve
from nbannotate.serve.settings import THEMES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the server to a parser of command line arguments."""
    parser.add_argument("workspace", type=Path, help="the workspace file, for example work.duckdb")
    parser.add_argument("--port", type=int, default=8866, help="port to listen on; 0 takes a free one (default: 8866)")
    parser.add_argument("--ip", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--base-url", default="/", help="path of the site behind a proxy, for example /annotate/")
    host = "public host name of a proxy in front of the server; may be given more than once"
    parser.add_argument("--host", action="append", default=[], dest="hosts", metavar="NAME", help=host)
    parser.add_argument("--preheat", type=int, default=1, help="kernels that wait for the next page (default: 1)")
    parser.add_argument("--theme", choices=THEMES, default="auto", help="auto follows each person's system (default)")
    parser.add_argument("--notebooks", type=Path, help="a folder with work.ipynb (default: the packaged one)")


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nbannotate.serve", description="Serve a workspace to its members.")
    add_arguments(parser)
    options = vars(parser.parse_args(arguments))
    try:
        serve(options.pop("workspace"), **options)
    except NbannotateError as error:
        print(f"nbannotate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
