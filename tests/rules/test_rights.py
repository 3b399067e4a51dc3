"""The table of rights covers what there is, is printed in the docs, and refuses in a sentence."""

import importlib.util
from pathlib import Path

import pytest

from nbannotate.errors import NotAllowed
from nbannotate.model import ROLES
from nbannotate.operations.registry import operations
from nbannotate.rules import rights

DOCS = Path(__file__).parents[2] / "docs"


def test_every_operation_is_in_the_table_and_nothing_else():
    assert set(operations()) == set(rights.ALLOWED)


def test_an_annotator_may_call_nothing_that_manages():
    mine = {name for name, roles in rights.ALLOWED.items() if "annotator" in roles}
    modules = {name.partition(".")[0] for name in mine}
    assert modules == {
        "workspace", "sessions", "members", "assets", "annotations", "documents", "recipes", "tasks", "sequences",
        "jobs", "issues", "notices", "campaigns", "gold",
    }  # fmt: skip
    assert {name for name in mine if name.startswith("campaigns.")} == {"campaigns.list"}  # those with work of theirs
    assert {name for name in mine if name.startswith("gold.")} == {"gold.look"}  # what was wrong, where it is shown
    assert {name for name in mine if name.startswith("members.")} == {"members.change_password"}
    assert not mine & {
        "assets.add", "annotations.add", "documents.add", "tasks.of_campaign", "tasks.reassign", "tasks.redistribute",
        "jobs.of_campaign", "jobs.restart", "jobs.complete", "sessions.bind_kernel", "sql.query",
    }  # fmt: skip


def test_the_owner_may_do_everything_and_only_the_owner_hands_out_accounts_kernels_and_backups():
    assert all("owner" in roles for roles in rights.ALLOWED.values())
    only = {name for name, roles in rights.ALLOWED.items() if roles == {"owner"}}
    assert only == {
        "members.account", "sessions.act_as", "sessions.admit", "sessions.bind_kernel", "sessions.unbind_kernel",
        "clock.tick",
        "backups.create", "leaving.export", "leaving.forecast", "leaving.forget",
    }  # fmt: skip


def test_who_reviews_is_no_mere_annotator():
    assert set(rights.STEP_ROLES) == {"annotation", "review", "consensus"}
    assert rights.STEP_ROLES["annotation"] == rights.STEP_ROLES["consensus"] == set(ROLES)
    assert rights.STEP_ROLES["review"] == {"owner", "manager", "reviewer"}


def test_only_logging_in_needs_no_session():
    assert {"sessions.open", "sessions.accept"} == rights.PUBLIC


@pytest.mark.parametrize("name", sorted(rights.ALLOWED))
@pytest.mark.parametrize("role", ROLES)
def test_the_table_decides_for_every_role(name, role):
    if role in rights.ALLOWED[name]:
        rights.check_operation(role, name)
    else:
        with pytest.raises(NotAllowed, match=f"Your role is {role}; {name} is for "):
            rights.check_operation(role, name)


def test_a_refusal_says_whose_it_is():
    with pytest.raises(NotAllowed, match=r"Your role is annotator; members.add is for owner, manager"):
        rights.check_operation("annotator", "members.add")


def test_an_unknown_operation_is_for_nobody():
    with pytest.raises(NotAllowed, match="nobody"):
        rights.check_operation("owner", "workspace.erase")


def test_the_docs_say_what_the_code_says():
    spec = importlib.util.spec_from_file_location("make_rights", DOCS / "make_rights.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert (DOCS / "rights.md").read_text() == made.text(), "run: python docs/make_rights.py"
