"""The options of a server on the command line: those of ``nbannotate serve`` and ``python -m nbannotate.serve``."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbannotate.serve.settings import THEMES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the server to a parser of command line arguments."""
    parser.add_argument("workspace", type=Path, help="the workspace file, for example work.duckdb")
    parser.add_argument("--port", type=int, default=8866, help="port to listen on; 0 takes a free one (default: 8866)")
    parser.add_argument(
        "--ip", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    parser.add_argument("--base-url", default="/", help="path of the site behind a proxy, for example /annotate/")
    host = "public host name of a proxy in front of the server; may be given more than once"
    parser.add_argument("--host", action="append", default=[], dest="hosts", metavar="NAME", help=host)
    parser.add_argument("--preheat", type=int, default=1, help="kernels that wait for the next page (default: 1)")
    parser.add_argument("--theme", choices=THEMES, default="auto", help="auto follows each person's system (default)")
    metrics = "port on 127.0.0.1 where Prometheus finds /metrics; 0 takes a free one (default: none)"
    parser.add_argument("--metrics-port", type=int, metavar="PORT", help=metrics)
    parser.add_argument("--notebooks", type=Path, help="a folder with work.ipynb (default: the packaged one)")


def run(options: argparse.Namespace) -> None:
    """Serve a workspace as the options say, until it is interrupted."""
    from nbannotate.serve.app import serve

    names = ("port", "ip", "base_url", "hosts", "preheat", "theme", "notebooks", "metrics_port")
    serve(options.workspace, **{name: getattr(options, name) for name in names})
