"""The simulations of whole campaigns run to their end, small."""

import re

import pytest
from tests.benchmarks.scripts import run

import nbannotate as nb


@pytest.mark.slow
def test_twenty_people_work_a_campaign_to_its_end_and_nothing_is_lost():
    printed = run("campaign.py", "--assets", "24", "--threads", "3", "--rest", "0.05")
    assert "Nothing was done twice" in printed
    assert "| tasks.rework |" in printed, "nobody sent anything to rework"


def test_the_time_of_a_campaign_is_told_by_statement():
    printed = run("campaign.py", "--assets", "6", "--statements", "--rest", "0")
    assert "update data.tasks set" in printed


def test_a_launch_deals_every_asset_and_a_reassign_moves_all_it_was_asked_to():
    printed = run("launch.py", "--assets", "500", "--tasks", "120")
    assert "| reassign of 120 tasks |" in printed


def test_a_child_of_a_version_takes_some_rows_and_no_copy():
    printed = run("versions.py", "--assets", "2000", "--deep", "2")
    assert "child of 2,000 assets and 6,000 shapes" in printed
    assert "| 2 deep |" in printed


@pytest.mark.slow
def test_every_table_and_list_of_a_generated_workspace_is_measured_beside_people_who_save(tmp_path):
    printed = run("tables.py", "--scale", "0.0002", "--seconds", "4", "--keep", str(tmp_path))
    measured = set(re.findall(r"^\| (\S+) \|", printed, re.MULTILINE))
    assert set(nb.stats.names()) - {"evaluation", "evaluation_errors"} <= measured
    assert {"tasks.mine", "jobs.of_campaign", "campaigns.progress"} <= measured
    assert re.search(r"[1-9]\d* times without a rest\nsaves: p95 \d+ ms alone, \d+ ms beside that", printed)
    with nb.open(tmp_path / "statistics-0.0002.duckdb") as ws:
        assert ws.sql("select count(*) as n from tasks")["n"].tolist() == [2 * 100]
