"""What people write to each other: it is shown as it is, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.conftest import Team

import nbannotate as nb
from nbannotate.errors import InvalidInput, NbannotateError
from nbannotate.operations.registry import operations
from nbannotate.rules import text_limits
from nbannotate.rules.rights import ALLOWED, DEVELOPERS


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t", "\u200b", "\u200b \u2060", "\ufeff", "\x00", "\xad", "\u2028", "a" * 4001]
)
def test_what_shows_nothing_or_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"^Say what is wrong in 1 to 4000 characters\.$"):
        text_limits.checked(text, "Say what is wrong")


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800", "\u202e", "\u2066"])
def test_what_cannot_be_shown_or_turns_other_text_around_is_named(character: str) -> None:
    with pytest.raises(InvalidInput, match=f"without the character U\\+{ord(character):04X}"):
        text_limits.checked(f"look{character}here", "Say what is wrong")


@pytest.mark.parametrize(
    "text", ["?", "two\nlines\tand more", "n'est-ce pas", "细胞", "👩‍🔬", "שלום", "<b>&amp;", "a" * 4000]
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert text_limits.checked(f"  {text}\n", "Say") == text


@given(st.text())
def test_any_text_is_refused_or_can_be_stored_and_seen(text: str) -> None:
    try:
        said = text_limits.checked(text, "Say")
    except InvalidInput:
        return
    assert 0 < len(said) <= text_limits.LONGEST
    assert said.encode().decode() == said
    assert said.isprintable() or set(said) - {c for c in said if c.isprintable()}


#: Texts that are looked up, not kept: what does not fit is not found. And those that have a check of their own.
LOOKED_UP = {("campaigns.list", "dataset"), ("documents.get", "sha256"), ("workspace.activity", "key"),
             ("sessions.check", "token"),
             ("sessions.close", "token"), ("sessions.accept", "token"), ("sessions.open", "login")}  # fmt: skip


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Team, dict[str, Any]]]:
    """People who work, and what operations take that is no text; all that is sent is refused, so nothing changes."""
    folder = tmp_path_factory.mktemp("images")
    paths = [folder / f"{i}.png" for i in range(2)]
    for path in paths:
        Image.new("RGB", (64, 48)).save(path)
    t = Team(nb.open(":memory:"), paths)
    task_id = t.workspace.sql("select min(task_id) as i from tasks").i[0]
    issue = t["ana"].call("issues.create", Any, task_id=_opened(t), text="unsharp")
    yield t, {"task_id": task_id, "issue_id": issue["issue_id"], "campaign_id": t.campaign.campaign_id, "step": 0,
              "revision": 0, "first": 0, "last": 0, "seconds": 0.0, "member": "ana"}  # fmt: skip
    t.workspace.close()


@pytest.mark.parametrize("name", sorted(n for n, roles in ALLOWED.items() if roles - DEVELOPERS))
def test_every_text_that_a_member_sends_has_a_limit(name: str, at_work: tuple[Team, dict[str, Any]]) -> None:
    t, plain = at_work
    fields = msgspec.structs.fields(operations()[name].arguments)
    for field in fields:
        if field.type not in (str, str | None) or (name, field.name) in LOOKED_UP:
            continue
        given = {f.name: plain[f.name] for f in fields if f.name in plain} | {field.name: "x" * 100_000}
        missing = [f.name for f in fields if f.required and f.name not in given]
        given |= dict.fromkeys(missing, "unsharp")
        with pytest.raises(NbannotateError) as error:
            t["chloe" if "chloe" in name else "ana"].call(name, Any, **given)
        assert len(str(error.value)) < 1000, "it is not repeated"


def _opened(t: Team) -> int:
    view = t["ana"].call("tasks.next", Any, campaign_id=t.campaign.campaign_id, step=0)
    task_id: int = view["task"]["task_id"]
    return task_id
