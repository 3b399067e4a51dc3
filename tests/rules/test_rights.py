"""The table of rights covers what there is, and refuses in a sentence."""

import pytest

from nbannotate.errors import NotAllowed
from nbannotate.operations.registry import operations
from nbannotate.rules import rights


def test_every_operation_is_in_the_table_and_nothing_else():
    assert set(operations()) == set(rights.ALLOWED)


def test_an_annotator_may_call_nothing_that_manages():
    mine = {name for name, roles in rights.ALLOWED.items() if "annotator" in roles}
    modules = {name.partition(".")[0] for name in mine}
    assert modules == {"workspace", "sessions", "assets", "annotations", "tasks", "issues"}
    assert not mine & {"assets.add", "annotations.add", "tasks.of_campaign", "sessions.bind_kernel", "sql.query"}


def test_a_refusal_says_whose_it_is():
    with pytest.raises(NotAllowed, match=r"Your role is annotator; members.add is for owner, manager"):
        rights.check_operation("annotator", "members.add")


def test_an_unknown_operation_is_for_nobody():
    with pytest.raises(NotAllowed, match="nobody"):
        rights.check_operation("owner", "workspace.erase")
