"""``nbannotate owner``: a workspace's daily work for members on other machines."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from nbannotate.cli.commands import Commands, check_exists, say, takes_workspace
from nbannotate.errors import InvalidInput, NotAllowed, Refused
from nbannotate.model import Session

if TYPE_CHECKING:
    from nbannotate.owner.client import SocketClient
    from nbannotate.owner.gateway import Admit


def add_commands(commands: Commands) -> None:
    """Add the command."""
    more = 'They open it with nb.open("https://host:port", member=…, password=…). It listens until Ctrl-C.'
    owner = commands.add("owner", run, "let members on other machines work, by TLS", more)
    takes_workspace(owner)
    listen = "where to listen, for example 0.0.0.0:8867; port 0 takes a free one"
    owner.add_argument("--listen", required=True, metavar="ADDRESS:PORT", help=listen)
    owner.add_argument(
        "--tls-cert", required=True, type=Path, metavar="FILE", help="certificates as PEM, its own first"
    )
    owner.add_argument("--tls-key", required=True, type=Path, metavar="FILE", help="the key of the certificate, as PEM")
    hub = "take the word of the JupyterHub at JUPYTERHUB_API_URL for who a server of its own is (docs/hub.md)"
    owner.add_argument("--hub", action="store_true", help=hub)
    groups = "roles of the Hub's groups, for example annotators=annotator; the first that fits counts"
    owner.add_argument("--hub-groups", metavar="GROUP=ROLE,…", help=groups)


def run(options: argparse.Namespace) -> None:
    """Listen, until it is interrupted."""
    from nbannotate.owner import gateway
    from nbannotate.owner.client import connect

    check_exists(options.workspace)
    if options.hub_groups is not None and not options.hub:
        raise InvalidInput("--hub-groups needs --hub.")
    address, colon, port = options.listen.rpartition(":")
    if not colon or not address or not port.isdigit():
        raise InvalidInput(f"--listen takes ADDRESS:PORT, for example 0.0.0.0:8867, not {options.listen!r}.")
    with contextlib.closing(connect(options.workspace)) as client:
        listening = gateway.listen(address.strip("[]"), int(port))
        at = f"{address}:{listening.getsockname()[1]}"

        def ready() -> None:
            name = client.place.database.name if client.place.is_file else client.place.shown
            say(f"nbannotate lets members work in {name} at https://{at}")

        with listening:
            admit = by_hub(client, options.hub_groups) if options.hub else None
            gateway.run(client, listening, options.tls_cert, options.tls_key, ready, admit)


def by_hub(client: SocketClient, groups: str | None) -> Admit:
    """Return what opens a session on the word of the JupyterHub that the environment names."""
    from starlette.concurrency import run_in_threadpool

    from nbannotate.serve.hub import Hub, HubAway

    hub = Hub.of_environment(groups=groups, pages=False)

    async def admit(token: str, address: str) -> Session:
        try:
            user = await hub.who(token)
        except HubAway as error:
            raise Refused("The JupyterHub does not answer. Please try again in a minute.") from error
        if user is None:
            raise NotAllowed("The Hub does not let you use this service; ask who runs the Hub.")
        told = {"login": user.name, "role": hub.role_of(user), "address": address}
        return await run_in_threadpool(client.call, "sessions.admit", Session, **told)

    return admit
