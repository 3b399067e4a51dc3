"""Each kind of fault strikes once under people who annotate: what they were told is there, once."""

import re

import pytest
from tests.benchmarks.scripts import run

KINDS = ["owner", "log", "full", "readonly", "clock", "pg-owner", "pg-backend", "pg-server", "pg-network"]


def test_all_kinds_are_tested():
    assert {line.split()[0] for line in run("faults.py", "--list").splitlines()} == set(KINDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_people_were_told_is_there_once(kind):
    printed = run("faults.py", "--fault", kind, "--times", "1")
    if reason := re.search("not here: ([^|]+)", printed):
        pytest.skip(reason[1])
    told = re.search(rf"^\| {kind} \| 1 \| ([\d,]+) \| 0 \| 0 \|", printed, re.MULTILINE)
    assert told, printed
    assert int(told[1].replace(",", "")) > 20
