"""``nbannotate owner``: a workspace's daily work for members on other machines."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from nbannotate.cli.commands import Commands, check_exists, say
from nbannotate.errors import InvalidInput


def add_commands(commands: Commands) -> None:
    """Add the command."""
    more = 'They open it with nb.open("https://host:port", member=…, password=…). It listens until Ctrl-C.'
    owner = commands.add("owner", run, "let members on other machines work, by TLS", more)
    owner.add_argument("workspace", type=Path, help="the workspace file, for example work.duckdb")
    listen = "where to listen, for example 0.0.0.0:8867; port 0 takes a free one"
    owner.add_argument("--listen", required=True, metavar="ADDRESS:PORT", help=listen)
    owner.add_argument(
        "--tls-cert", required=True, type=Path, metavar="FILE", help="certificates as PEM, its own first"
    )
    owner.add_argument("--tls-key", required=True, type=Path, metavar="FILE", help="the key of the certificate, as PEM")


def run(options: argparse.Namespace) -> None:
    """Listen, until it is interrupted."""
    from nbannotate.owner import gateway
    from nbannotate.owner.client import connect

    check_exists(options.workspace)
    address, colon, port = options.listen.rpartition(":")
    if not colon or not address or not port.isdigit():
        raise InvalidInput(f"--listen takes ADDRESS:PORT, for example 0.0.0.0:8867, not {options.listen!r}.")
    with contextlib.closing(connect(options.workspace)) as client:
        listening = gateway.listen(address.strip("[]"), int(port))
        at = f"{address}:{listening.getsockname()[1]}"

        def ready() -> None:
            say(f"nbannotate lets members work in {options.workspace.name} at https://{at}")

        with listening:
            gateway.run(client, listening, options.tls_cert, options.tls_key, ready)
