"""``nbannotate report``: the statistics as one HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbannotate.cli.commands import Commands, opened, say, takes_workspace, version_named
from nbannotate.errors import InvalidInput
from nbannotate.files import output
from nbannotate.stats.scope import Scope
from nbannotate.texts import languages

FILTERS = ("start", "end", "tz", "step", "member", "label", "by")


def add_commands(commands: Commands) -> None:
    """Add the command."""
    report = commands.add(
        "report",
        run_report,
        "write the statistics as one HTML file",
        "It holds all charts of the dashboard, and opens without a network.",
    )
    takes_workspace(report)
    report.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="where; - is standard output")
    report.add_argument("--campaign", metavar="NAME", help="of this campaign only")
    report.add_argument("--version", metavar="DATASET/VERSION", help="of this version only, for example smears/v1")
    report.add_argument("--start", metavar="DAY", help="from this day on, for example 2026-07-01")
    report.add_argument("--end", metavar="DAY", help="up to this day, which is in it")
    report.add_argument("--tz", metavar="ZONE", help="the zone of all times, for example Europe/Zurich (default: UTC)")
    report.add_argument("--step", metavar="NAME", help="of this step only")
    report.add_argument("--member", metavar="LOGIN", help="of this member only")
    report.add_argument("--label", metavar="NAME", help="of this label only")
    report.add_argument(
        "--add", action="append", default=[], metavar="STEP=N", help="forecast with so many people more at a step"
    )
    report.add_argument("--language", default="en", metavar="TAG", help=f"{', '.join(languages())} (default: en)")
    report.add_argument("--by", default="day", metavar="PERIOD", help="hour, day, week or month (default: day)")


def _added(given: list[str]) -> dict[str, int]:
    """Return how many people are added at which steps, as ``draw=2`` says."""
    found: dict[str, int] = {}
    for text in given:
        step, _, many = text.rpartition("=")
        if not step or not many.isdecimal():
            raise InvalidInput(f"--add takes a step and a number of people, for example draw=2, not {text!r}.")
        found[step] = int(many)
    return found


def run_report(options: argparse.Namespace) -> None:
    """Write the report."""
    from nbannotate.pages.manage.report import report

    if options.campaign is not None and options.version is not None:
        raise InvalidInput("Give --campaign or --version, not both.")
    with opened(options.workspace) as ws:
        scope: Scope = ws if options.campaign is None else ws.campaigns[options.campaign]
        if options.version is not None:
            scope = version_named(ws, options.version)
        filters = {name: getattr(options, name) for name in FILTERS}
        report(scope, options.output, language=options.language, add=_added(options.add), **filters)
    if not output.is_standard(options.output):
        say(f"{options.output} is written.")
