"""What travels between a page and its browser: the front end has the types of Python; what is no action is refused."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Union

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbannotate.errors import NbannotateError
from nbannotate.pages.manage import statistics_messages
from nbannotate.pages.manage.actions import ACTIONS as OF_MANAGERS
from nbannotate.pages.work import messages
from nbannotate.pages.work.actions import ACTIONS

ROOT = Path(__file__).parents[2]
ANY: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PAGES: dict[str, Any] = {"work": ACTIONS, "manage": OF_MANAGERS, "statistics": statistics_messages.ACTIONS}
KINDS = {page: {messages.name_of(kind): kind for kind in of} for page, of in PAGES.items()}
NAMES = sorted({name for kinds in KINDS.values() for name in kinds})
FIELDS = sorted({f.encode_name for of in PAGES.values() for kind in of for f in msgspec.structs.fields(kind)})


def test_the_types_of_the_front_end_are_those_of_the_structs() -> None:
    spec = importlib.util.spec_from_file_location("make_messages", ROOT / "docs" / "make_messages.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    found = {path.name: path.read_text("utf-8") for path in made.FOLDER.iterdir()}
    assert found == made.written(), "run: python docs/make_messages.py"


@pytest.mark.parametrize("page", PAGES)
def test_no_two_actions_of_a_page_have_one_name(page: str) -> None:
    assert len(KINDS[page]) == len(PAGES[page])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"do": "rm -rf"}, "do: there is no 'rm -rf'"),
        ({"do": "submitt"}, "there is no 'submitt' (did you mean 'submit'?)"),
        ({"task": 1}, "do is missing"),
        ({"do": 3}, "do: there is no 3"),
        ({"do": "open"}, "task is missing"),
        ({"do": "open", "task": "7"}, "task takes a whole number from 0"),
        ({"do": "open", "task": 7, "campaign": 1}, "there is no 'campaign'"),
        ({"do": "home", "reports": [{"sid": "a", "n": 1, "rows": [[1, 2, 3]]}]}, "reports"),
        ("home", "takes a mapping with do"),
    ],
)
def test_what_is_no_action_is_refused_with_the_place(place: Any, content: object, why: str) -> None:
    ana = place.person("ana")
    before = ana.state
    ana.desk.dispatcher.handle(content)
    assert ana.desk.dispatcher.worker.settle(20)
    assert ana.state == before
    assert why in ana.toasts[-1]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(PAGES)), st.sampled_from([*NAMES, "", "nothing at all"]),
    st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=4),
)  # fmt: skip
def test_anything_is_an_action_or_refused_with_a_sentence(page: str, name: str, fields: dict[str, Any]) -> None:
    union: Any = Union[tuple(PAGES[page])]  # noqa: UP007
    action: Any = None
    said = ""
    try:
        action = messages.checked({"do": name, **fields}, union)
    except NbannotateError as error:
        said = str(error)
    kind = KINDS[page].get(name)
    assert (kind is not None and type(action) is kind) or said.startswith(
        "The page sent something that is not understood: message"
    )
