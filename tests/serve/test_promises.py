"""What docs/serving.md and docs/comparison.md promise in numbers and names is what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbannotate import formats, shapes
from nbannotate.operations.throttle import LONGEST_S, NARROW, WIDE
from nbannotate.rules.passwords import LONGEST, SHORTEST
from nbannotate.serve.channel import OPENING
from nbannotate.serve.identity import KNOWN_DAYS
from nbannotate.serve.options import add_arguments
from nbannotate.serve.settings import Limits

DOCS = Path(__file__).resolve().parents[2] / "docs"
LIMITS = Limits()
WORDS = {2: "two", 3: "third", 4: "Four", 5: "five", 100: "a hundred"}


def text(name: str) -> str:
    """Return a page of the docs, its lines joined."""
    return re.sub(r"\s+", " ", (DOCS / name).read_text("utf-8"))


@pytest.mark.parametrize(
    "promise",
    [
        f"A member has {LIMITS.kernels} at most",
        f"{WORDS[LIMITS.starting]} kernels start at the same time at most",
        f"Ends {LIMITS.leaving:g} s after its page was closed, {LIMITS.grace:g} s after its websocket was lost",
        f"after {LIMITS.idle / 3600:g} h without activity",
        f"{LIMITS.messages:g} messages a second (and a burst of five seconds' worth) for each *member*",
        f"opening a websocket counts as {LIMITS.messages * OPENING:g}; {LIMITS.size >> 20} MiB each",
        f"A kernel has {WORDS[LIMITS.sockets]} websockets at most",
        f"a request's body | {LIMITS.body >> 10} KiB",
        f"its head, its body, a connection without a request | {LIMITS.patience:g} s each",
        f"connections of one address (IPv6: of one /64) | {LIMITS.connections};",
        f"somebody who does not read | {LIMITS.unread >> 20} MiB a connection",
        f"connections altogether | {LIMITS.everybody:,},",
        f"({WORDS[NARROW.free]} are free, then the wait doubles, up to {LONGEST_S / 60:g} minutes",
        f"one is forgotten every {NARROW.forgotten_s / 60:g} minutes), and, {WORDS[WIDE.free]} free",
        f"`HttpOnly`, {KNOWN_DAYS} days",
        f"have {SHORTEST} to {LONGEST} characters",
        f"client_max_body_size {LIMITS.body >> 10}k; client_header_timeout {LIMITS.patience:g}s;",
    ],
)
def test_serving_names_the_limits_that_hold(promise: str) -> None:
    assert promise in text("serving.md")


def test_serving_names_every_option_of_the_command() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    there = set(re.findall(r"^\| `(--[\w-]+)", (DOCS / "serving.md").read_text("utf-8"), flags=re.MULTILINE))
    assert there == {a.option_strings[-1] for a in parser._actions if a.option_strings} - {"--help"}


def test_the_comparison_names_every_kind_of_shape_and_misses_no_format_that_there_is() -> None:
    ours = next(line for line in (DOCS / "comparison.md").read_text("utf-8").splitlines() if "**nbannotate**" in line)
    named = {
        word.strip().replace("key points", "keypoints").replace(" ", "_")
        for word in ours.split("|")[-2].partition(";")[0].split(",")
    }
    assert named == set(shapes.kinds())
    missing = (DOCS / "comparison.md").read_text("utf-8").partition("## What is not there yet")[2]
    assert missing
    assert [f.title for f in formats.available().values() if f.title.split()[0] in missing] == []
