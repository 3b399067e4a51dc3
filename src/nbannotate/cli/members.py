"""``nbannotate members | add-member | invite | export-member | forget-member``: who works in a workspace."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbannotate.cli.commands import Commands, opened, say, table, takes_workspace
from nbannotate.model import ROLES


def add_commands(commands: Commands) -> None:
    """Add the commands."""
    add = commands.add(
        "add-member", run_add_member, "add a member and print the password", "The password is shown this once."
    )
    takes_workspace(add, is_made=True)
    add.add_argument("login", help="the name to log in with")
    add.add_argument("--role", choices=ROLES, default="annotator", help="what the member may do (default: annotator)")
    add.add_argument("--password", help="a password of your choice (default: a good one is made)")

    invite = commands.add(
        "invite",
        run_invite,
        "add a member who chooses the password, and print the link to send",
        "The link can be used once, within 7 days, and is shown this once. Inviting again makes a new one.",
    )
    takes_workspace(invite, is_made=True)
    invite.add_argument("login", help="the name to log in with")
    invite.add_argument(
        "--role", choices=ROLES, default="annotator", help="what the member may do (default: annotator)"
    )
    invite.add_argument(
        "--site", default="http://127.0.0.1:8866/", metavar="URL",
        help="the address where people reach the pages (default: http://127.0.0.1:8866/)",
    )  # fmt: skip

    members = commands.add("members", run_members, "list the members", "With their roles, open tasks and last login.")
    takes_workspace(members)
    _add_leaving(commands)


def _add_leaving(commands: Commands) -> None:
    """Add the commands for somebody who asks for the own data, or leaves."""
    export = commands.add(
        "export-member",
        run_export_member,
        "write all that a workspace has of a person",
        "CSV files and manifest.json, to be given to the person.",
    )
    takes_workspace(export)
    export.add_argument("login", help="who it is")
    export.add_argument("to", type=Path, metavar="FOLDER|ZIP", help="where it is written")

    forget = commands.add(
        "forget-member",
        run_forget_member,
        "replace a person by a pseudonym, for ever",
        "Without --yes it says what would happen. Annotations, times and statistics stay, under the pseudonym.",
    )
    takes_workspace(forget)
    forget.add_argument("login", help="who it is")
    forget.add_argument("--yes", action="store_true", help="do it; else it is only said what would happen")
    forget.add_argument("--return-tasks", action="store_true", help="let open tasks go back to the queue")
    only = "replace the login in what people wrote only behind an @ (for a login that is a common word)"
    forget.add_argument("--only-mentions", action="store_true", help=only)


def run_add_member(options: argparse.Namespace) -> None:
    """Add a member and print the password."""
    with opened(options.workspace, must_exist=False) as ws:
        added = ws.members.add(options.login, role=options.role, password=options.password)
    say(table([(added.member.login, added.password, added.member.role)], ("login", "password", "role")))


def run_invite(options: argparse.Namespace) -> None:
    """Invite a member and print the link."""
    with opened(options.workspace, must_exist=False) as ws:
        invited = ws.members.invite(options.login, role=options.role)
    until = f"{invited.expires:%Y-%m-%d %H:%M} UTC"
    say(f"{invited.link(options.site)}\n\nSend it to {options.login} ({options.role}); it works once, until {until}.")


def run_members(options: argparse.Namespace) -> None:
    """Print the members."""
    with opened(options.workspace) as ws:
        found = ws.members.df().drop(columns="archived")
    found["active"] = found["active"].map({True: "active", False: "disabled"})
    found["created"] = found["created"].dt.strftime("%Y-%m-%d")
    found["last_login"] = found["last_login"].dt.strftime("%Y-%m-%d %H:%M").fillna("never")
    rows = found.itertuples(index=False, name=None)
    say(table(rows, ("login", "role", "account", "created", "open tasks", "last login (UTC)")))


def run_export_member(options: argparse.Namespace) -> None:
    """Write all that a workspace has of a person."""
    with opened(options.workspace) as ws:
        say(str(ws.members.export(options.login, options.to)))


def run_forget_member(options: argparse.Namespace) -> None:
    """Replace a person by a pseudonym, or say what would happen."""
    with opened(options.workspace) as ws:
        found = ws.members.forget(
            options.login,
            return_tasks=options.return_tasks,
            words=not options.only_mentions,
            dry_run=not options.yes,
        )
    say(str(found) if found.done else f"{found}\nNothing was changed; --yes does it.")
