"""The options of a server on the command line: those of ``nbannotate serve`` and ``python -m nbannotate.serve``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.serve.settings import THEMES, Limits

if TYPE_CHECKING:
    from nbannotate.serve.hub import Hub

LIMITS = Limits()
#: What a kernel needs to show a page at all, with room for an image.
LEAST_MIB = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the server to a parser of command line arguments."""
    what = "the workspace file, for example work.duckdb, or the address of a database"
    parser.add_argument("workspace", help=what)
    parser.add_argument("--port", type=int, default=8866, help="port to listen on; 0 takes a free one (default: 8866)")
    parser.add_argument(
        "--ip", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    parser.add_argument("--base-url", default="/", help="path of the site behind a proxy, for example /annotate/")
    host = "public host name of a proxy in front of the server; may be given more than once"
    parser.add_argument("--host", action="append", default=[], dest="hosts", metavar="NAME", help=host)
    hop = "address or network of a proxy whose X-Forwarded-* headers are believed; may be given more than once"
    parser.add_argument("--trust-proxy", action="append", default=[], dest="trust_proxies", metavar="ADDRESS", help=hop)
    hub = "be a service of a JupyterHub, whose accounts people log in with; the Hub names the address (docs/hub.md)"
    parser.add_argument("--hub", action="store_true", help=hub)
    groups = "roles of the Hub's groups, for example annotators=annotator,leads=manager; the first that fits counts"
    parser.add_argument("--hub-groups", metavar="GROUP=ROLE,…", help=groups)
    parser.add_argument("--preheat", type=int, default=1, help="kernels that wait for the next page (default: 1)")
    most = f"as many wait at most when many pages are opened (default: {LIMITS.spares})"
    parser.add_argument("--preheat-most", type=int, default=LIMITS.spares, metavar="N", help=most)
    each = f"kernels, so open pages, of one member (default: {LIMITS.kernels})"
    parser.add_argument("--max-kernels-per-member", type=int, default=LIMITS.kernels, metavar="N", help=each)
    in_all = "kernels of all members together; who comes then waits on a page (default: no limit)"
    parser.add_argument("--max-kernels", type=int, default=LIMITS.in_all, metavar="N", help=in_all)
    idle = f"a page goes to sleep when nobody did anything for so long; 0: never (default: {LIMITS.idle / 60:g})"
    parser.add_argument("--kernel-idle", type=float, default=LIMITS.idle / 60, metavar="MINUTES", help=idle)
    memory = "MiB that a kernel may have; one that needs more ends, and its page says so (default: no limit)"
    parser.add_argument("--kernel-memory", type=int, default=0, metavar="MIB", help=memory)
    user = "system user that kernels run as, who reads neither the workspace nor other kernels; needs root"
    parser.add_argument("--kernel-user", metavar="NAME", help=user)
    log = "write the log as a line of JSON an event, without names, addresses or what people typed"
    parser.add_argument("--log-json", action="store_true", help=log)
    parser.add_argument("--theme", choices=THEMES, default="auto", help="auto follows each person's system (default)")
    metrics = "port on 127.0.0.1 where Prometheus finds /metrics; 0 takes a free one (default: none)"
    parser.add_argument("--metrics-port", type=int, metavar="PORT", help=metrics)
    parser.add_argument("--notebooks", type=Path, help="a folder with work.ipynb (default: the packaged one)")


def run(options: argparse.Namespace) -> None:
    """Serve a workspace as the options say, until it is interrupted."""
    from nbannotate.serve.app import serve

    hub = _hub(options)
    names = (
        "port", "ip", "base_url", "hosts", "trust_proxies", "preheat", "theme", "notebooks", "metrics_port",
        "kernel_user", "log_json",
    )  # fmt: skip
    given: dict[str, Any] = {name: getattr(options, name) for name in names}
    limits = limits_of(options)
    if limits != LIMITS:
        given["limits"] = limits
    serve(options.workspace, hub=hub, **given)


def limits_of(options: argparse.Namespace) -> Limits:
    """Return the limits that options say, or raise InvalidInput that names the option."""
    for name, least in (
        ("preheat", 0), ("preheat_most", 0), ("max_kernels_per_member", 1), ("max_kernels", 0), ("kernel_idle", 0),
        ("kernel_memory", 0),
    ):  # fmt: skip
        if not least <= (value := getattr(options, name)) < 1e6:
            raise InvalidInput(f"--{name.replace('_', '-')} must be {least} or more, not {value:g}.")
    if 0 < options.kernel_memory < LEAST_MIB:
        raise InvalidInput(f"--kernel-memory must be {LEAST_MIB} or more, which a page needs; 0 sets no limit.")
    return LIMITS._replace(
        kernels=options.max_kernels_per_member,
        in_all=options.max_kernels,
        spares=options.preheat_most,
        idle=60 * options.kernel_idle,
        memory=options.kernel_memory << 20,
    )


def _hub(options: argparse.Namespace) -> Hub | None:
    """Return the Hub that is wanted, and put the address that it gives into the options."""
    if not options.hub:
        if options.hub_groups is not None:
            raise InvalidInput("--hub-groups needs --hub.")
        return None
    from nbannotate.serve.hub import Hub

    hub = Hub.of_environment(groups=options.hub_groups)
    options.base_url = hub.prefix
    if hub.listen:
        options.ip, options.port = hub.listen
    return hub
