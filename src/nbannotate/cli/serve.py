"""``nbannotate serve``: a workspace served to its members."""

from __future__ import annotations

from nbannotate.cli.commands import Commands
from nbannotate.serve import options


def add_commands(commands: Commands) -> None:
    """Add the command."""
    serve = commands.add("serve", options.run, "serve a workspace to its members", "They log in with a browser.")
    options.add_arguments(serve)
