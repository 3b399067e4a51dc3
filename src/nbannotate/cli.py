"""The command line: ``nbannotate demo | serve | export | info | members | add-member | invite``.

A mistake of the user is answered with one sentence on standard error and the exit code 2, never with a traceback.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nbannotate.errors import CannotWrite, InvalidInput, NbannotateError, NotAWorkspace
from nbannotate.files import output
from nbannotate.model import ROLES, TASK_STATES, Version, WorkspaceInfo
from nbannotate.serve import options as serve_options
from nbannotate.workspace import Workspace
from nbannotate.workspace import open as open_workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for a mistake, 130 when interrupted."""
    options = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except NbannotateError as error:
        print(f"nbannotate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone (| head): say nothing more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="nbannotate", description="Image annotation for people who live in Jupyter.", allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"nbannotate {version()}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], None], what: str, more: str = ""
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=what, description=f"{what[0].upper()}{what[1:]}. {more}", allow_abbrev=False
        )
        made.set_defaults(run=run)
        return made

    demo = command(
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

    serve = command("serve", serve_options.run, "serve a workspace to its members", "They log in with a browser.")
    serve_options.add_arguments(serve)

    export = command("export", run_export, "write the annotations of a campaign or a version to a file")
    export.add_argument("workspace", type=Path, help="the workspace file")
    which = export.add_mutually_exclusive_group(required=True)
    which.add_argument("--campaign", metavar="NAME", help="the version that this campaign annotates")
    which.add_argument("--version", metavar="DATASET/VERSION", help="a version, for example smears/v1")
    export.add_argument("--format", default="coco", help="the file format (default: coco)")
    export.add_argument("--to", type=Path, required=True, metavar="FILE", help="where to write; - is standard output")
    export.add_argument(
        "--state", choices=TASK_STATES, help="only assets in this state, for example done (default: all)"
    )
    export.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")

    info = command(
        "info", run_info, "say what is in a workspace", "Its members, datasets, and how far its campaigns are."
    )
    info.add_argument("workspace", type=Path, help="the workspace file")

    add = command(
        "add-member", run_add_member, "add a member and print the password", "The password is shown this once."
    )
    add.add_argument("workspace", type=Path, help="the workspace file; it is made when it is not there")
    add.add_argument("login", help="the name to log in with")
    add.add_argument("--role", choices=ROLES, default="annotator", help="what the member may do (default: annotator)")
    add.add_argument("--password", help="a password of your choice (default: a good one is made)")

    invite = command(
        "invite",
        run_invite,
        "add a member who chooses the password, and print the link to send",
        "The link can be used once, within 7 days, and is shown this once. Inviting again makes a new one.",
    )
    invite.add_argument("workspace", type=Path, help="the workspace file; it is made when it is not there")
    invite.add_argument("login", help="the name to log in with")
    invite.add_argument(
        "--role", choices=ROLES, default="annotator", help="what the member may do (default: annotator)"
    )
    invite.add_argument(
        "--site", default="http://127.0.0.1:8866/", metavar="URL",
        help="the address where people reach the pages (default: http://127.0.0.1:8866/)",
    )  # fmt: skip

    members = command("members", run_members, "list the members", "With their roles, open tasks and last login.")
    members.add_argument("workspace", type=Path, help="the workspace file")
    return top


def version() -> str:
    """Return the version of the installed package."""
    from importlib.metadata import version as installed

    return installed("nbannotate")


def opened(path: Path, must_exist: bool = True) -> contextlib.closing[Workspace]:
    """Open a workspace for a ``with`` block, and refuse to make one by a typing error."""
    if must_exist:
        check_exists(path)
    return contextlib.closing(open_workspace(path))


def check_exists(path: Path) -> None:
    """Raise NotAWorkspace if there is no such file."""
    if not path.exists():
        raise NotAWorkspace(f"There is no workspace {path}.")


def table(rows: Iterable[Sequence[object]], head: Sequence[str]) -> str:
    """Return rows as a table of plain text, two blanks before each column."""
    cells = [[str(v) for v in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = ["  " + "  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  " + "  ".join("-" * w for w in widths), *lines[1:]])


def say(sentence: str) -> None:
    """Print a line at once."""
    print(sentence, flush=True)


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


def run_export(options: argparse.Namespace) -> None:
    """Write annotations to a file."""
    if options.to.is_file() and not options.overwrite and not output.is_standard(options.to):
        raise CannotWrite(f"{options.to} is there already; --overwrite replaces it.")
    with opened(options.workspace) as ws:
        if options.campaign:
            version_id = ws.campaigns[options.campaign].version_id
            known = ws.client.call("versions.list", list[Version])
            dataset, name = next((v.dataset, v.name) for v in known if v.version_id == version_id)
        else:
            dataset, slash, name = options.version.rpartition("/")
            if not slash:
                raise InvalidInput(f"--version takes DATASET/VERSION, for example smears/v1, not {options.version!r}.")
        writing = ws.datasets[dataset].versions[name].write(options.format, options.to, state=options.state)
    if output.is_standard(options.to):
        print(writing, file=sys.stderr)
    else:
        say(f"{options.to}: {writing}")


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


if __name__ == "__main__":
    sys.exit(main())
