"""``nbannotate versions``: the versions of datasets, and which came from which."""

from __future__ import annotations

import argparse

from nbannotate.cli.commands import Commands, opened, say, table, takes_workspace
from nbannotate.errors import NotFound
from nbannotate.model import Version


def add_commands(commands: Commands) -> None:
    """Add the command."""
    versions = commands.add(
        "versions",
        run_versions,
        "list the versions of datasets",
        "Each below the version that it is a child of, with its state and its number of assets.",
    )
    takes_workspace(versions)
    versions.add_argument("--dataset", metavar="NAME", help="only of this dataset (default: of all)")
    versions.add_argument("--archived", action="store_true", help="also those that are put away")


def run_versions(options: argparse.Namespace) -> None:
    """Print the versions as trees."""
    with opened(options.workspace) as ws:
        if options.dataset is not None:
            ws.datasets[options.dataset]  # or say which there are
        found = ws.client.call("versions.list", list[Version])
    known = [v for v in found if options.dataset in (None, v.dataset) and (options.archived or v.archived is None)]
    if not known:
        raise NotFound("There are no versions; dataset.create_version(name) makes one.")
    rows = []
    for dataset in dict.fromkeys(v.dataset for v in known):
        its = [v for v in known if v.dataset == dataset]
        for depth, version in _in_order(its):
            state = version.state if version.archived is None else f"{version.state}, archived"
            rows.append((dataset, f"{'  ' * depth}{version.name}", state, version.assets))
    say(table(rows, ("dataset", "version", "state", "assets")))


def _in_order(versions: list[Version]) -> list[tuple[int, Version]]:
    """Return versions, each behind its parent and how many generations down, oldest first."""
    ids = {v.version_id for v in versions}
    children: dict[int | None, list[Version]] = {}
    for version in versions:
        children.setdefault(version.parent_id if version.parent_id in ids else None, []).append(version)
    found = []
    ahead = [(0, v) for v in reversed(children.get(None, []))]
    while ahead:
        depth, version = ahead.pop()
        found.append((depth, version))
        ahead += [(depth + 1, v) for v in reversed(children.get(version.version_id, []))]
    return found
