"""``nbannotate info``: what is in a workspace."""

from __future__ import annotations

import argparse

from nbannotate.cli.commands import Commands, opened, say, table, takes_workspace
from nbannotate.model import Version, WorkspaceInfo


def add_commands(commands: Commands) -> None:
    """Add the command."""
    info = commands.add(
        "info", run_info, "say what is in a workspace", "Its members, datasets, and how far its campaigns are."
    )
    takes_workspace(info)


def run_info(options: argparse.Namespace) -> None:
    """Print what is in a workspace."""
    with opened(options.workspace) as ws:
        info = ws.client.call("workspace.info", WorkspaceInfo)
        say(f"{info.path}\nwritten by nbannotate {info.program}, schema {info.schema_version}\n")
        members = ((m.login, m.role, "active" if m.active else "disabled") for m in ws.members)
        say(table(members, ("member", "role", "account")) + "\n")
        versions = ((v.dataset, v.name, v.assets) for v in ws.client.call("versions.list", list[Version]))
        say(table(versions, ("dataset", "version", "assets")) + "\n")
        rows = []
        for campaign in ws.campaigns:
            p = campaign.progress
            rows.append((campaign.name, p.total, p.done, p.skipped, p.remaining, p.open_issues))
        say(table(rows, ("campaign", "assets", "done", "skipped", "remaining", "open issues")))
