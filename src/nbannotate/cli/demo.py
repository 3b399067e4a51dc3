"""``nbannotate demo``: a whole campaign to try."""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import tempfile
from pathlib import Path

from nbannotate.cli.commands import Commands, say, table
from nbannotate.errors import InvalidInput


def add_commands(commands: Commands) -> None:
    """Add the command."""
    demo = commands.add(
        "demo",
        run_demo,
        "show a whole campaign on real images, with logins to try",
        "Makes a workspace with images of scikit-image, pre-annotations, three members and a launched campaign; serves "
        "it; ends everything with Ctrl-C.",
    )
    demo.add_argument(
        "--folder", type=Path, help="keep the demo here, and go on with it next time (default: a temporary one)"
    )
    demo.add_argument(
        "--port", type=int, default=8866, help="port to listen on; the next free one if taken (default: 8866)"
    )
    demo.add_argument(
        "--untouched", action="store_true", help="leave all work to you; by default a few images are done already"
    )
    demo.add_argument("--no-serve", action="store_true", help="only make it, print the logins, and end; needs --folder")


def run_demo(options: argparse.Namespace) -> None:
    """Make the demo, serve it, and end all that was started."""
    if options.no_serve and options.folder is None:
        raise InvalidInput("--no-serve makes a demo to keep; say where: --folder NAME.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended from outside, it cleans up as after Ctrl-C
    if options.folder is not None:
        show_demo(options.folder, options)
        return
    with tempfile.TemporaryDirectory(prefix="nbannotate-demo-") as folder:
        show_demo(Path(folder), options)


def show_demo(folder: Path, options: argparse.Namespace) -> None:
    """Make or find the demo in a folder, print its logins, and serve it until Ctrl-C."""
    from nbannotate import demo

    try:
        made = demo.build(folder, say, untouched=options.untouched)
        logins = table(((v.login, v.password, v.role) for v in made.logins), ("login", "password", "role"))
        if options.no_serve:
            say(f"\n{logins}\n\nReady; serve it with: nbannotate demo --folder {folder}")
            return
        from nbannotate.serve import serve

        port = free_port(options.port)
        if port != options.port:
            say(f"Port {options.port} is in use; taking {port}.")
        stays = "The folder stays." if options.folder else "The temporary folder goes with it; --folder NAME keeps it."

        def ready(url: str) -> None:
            say(f"\nOpen {url} and log in as one of:\n\n{logins}\n\nCtrl-C ends it. {stays}\n")

        serve(made.path, port=port, ready=ready)
        say("\nEnding the server and the process that owns the workspace.")
    finally:
        demo.end_owner(folder / demo.FILE)


def free_port(wanted: int, tries: int = 50) -> int:
    """Return the first port from ``wanted`` on that nobody on this machine listens on.

    Raises
    ------
    InvalidInput
        If there is none among the next ``tries``.
    """
    for port in range(wanted, min(wanted + tries, 65536)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise InvalidInput(f"No port from {wanted} to {wanted + tries - 1} can be used; name another: --port NUMBER.")
