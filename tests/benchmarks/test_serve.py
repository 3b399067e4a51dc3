"""Annotators at a real server, and a workspace that grows, both small: the benchmarks run and find nothing wrong."""

import re

import pytest
from tests.benchmarks.scripts import run


@pytest.mark.slow
def test_what_pages_were_told_is_stored_is_there_once_also_when_their_server_is_killed():
    printed = run("serve.py", "--people", "2", "--minutes", "0.3", "--think", "0.3", "--kills", "1")
    cells = [cell.strip() for cell in printed.splitlines()[-3].split("|")]
    assert cells[1] == "file, 1 server, killed 1 times", printed
    assert int(cells[7]) > 2, "nobody submitted anything"
    assert cells[8:11] == ["0", "0", "0"], printed


def test_what_people_ask_of_a_large_workspace_is_measured_beside_a_small_one():
    printed = run("scale.py", "--assets", "100", "200", "--engine", "file", "--turns", "5")
    measured = set(re.findall(r"^\| file \| ([^|]+) \|", printed, re.MULTILINE))
    assert {"claim", "open", "save", "submit", "my tasks", "child version", "diff with a child"} <= measured
