"""Old names answer for one release, say the new one, and show the line of whoever used them."""

from __future__ import annotations

import inspect
import warnings

import pytest

from nbannotate.errors import InvalidInput
from nbannotate.model import deprecations
from nbannotate.model.deprecations import RenamedWarning


class Handle:
    members = ("ana",)
    workers = deprecations.attribute("members")
    people = deprecations.attribute("names", "list(handle.members)")

    def names(self) -> list[str]:
        return list(self.members)

    @deprecations.parameters(login="member", person="member")
    def add(self, member: str, *, role: str = "annotator") -> tuple[str, str]:
        return member, role


def test_an_old_attribute_is_the_new_one():
    with pytest.warns(RenamedWarning, match=r"^Handle\.workers is called Handle\.members now; the old name goes with"):
        assert Handle().workers == ("ana",)
    with pytest.warns(RenamedWarning, match=r"called list\(handle\.members\) now"):
        assert Handle().people() == ["ana"]


def test_an_old_keyword_is_the_new_one():
    with pytest.warns(RenamedWarning, match=r"Handle\.add\(login=…\) is called Handle\.add\(member=…\) now"):
        assert Handle().add(login="ana") == ("ana", "annotator")
    assert Handle().add("ana", role="manager") == ("ana", "manager")
    assert list(inspect.signature(Handle.add).parameters) == ["self", "member", "role"]


def test_both_keywords_are_one_too_many():
    with pytest.raises(InvalidInput, match="give member only"):
        Handle().add(member="ana", person="ben")


def test_an_old_function_is_the_new_one():
    old = deprecations.function("nb.add", "nb.plus", lambda a, b: a + b)
    with pytest.warns(RenamedWarning, match=r"nb\.add is called nb\.plus now"):
        assert old(1, b=2) == 3


def test_the_line_that_is_shown_is_the_one_that_used_the_old_name():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        line = inspect.currentframe().f_lineno + 1
        Handle().add(login="ana")
        Handle().workers  # noqa: B018
    assert [(w.filename, w.lineno) for w in said] == [(__file__, line), (__file__, line + 1)]
    assert all(issubclass(w.category, FutureWarning) for w in said)  # so that a notebook shows it


def test_in_our_own_tests_it_is_an_error():
    with pytest.raises(RenamedWarning):
        Handle().workers  # noqa: B018
