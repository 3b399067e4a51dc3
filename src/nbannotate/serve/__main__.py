"""``python -m nbannotate.serve work.duckdb --port 8866``: the same as ``nbannotate serve``."""

from __future__ import annotations

import argparse
import os
import sys

from nbannotate.errors import NbannotateError
from nbannotate.owner.place import STORE
from nbannotate.serve.options import add_arguments, run


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is interrupted; return the exit code."""
    about = "Serve a workspace to its members."
    parser = argparse.ArgumentParser(prog="python -m nbannotate.serve", description=about, allow_abbrev=False)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    options.workspace = os.environ.pop(STORE, options.workspace)
    try:
        run(options)
    except NbannotateError as error:
        print(f"nbannotate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
