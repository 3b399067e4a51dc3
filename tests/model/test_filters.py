"""Filters as Python objects and as text: the same thing said twice, and errors that say where and what there is."""

from __future__ import annotations

import contextlib
import copy
import pickle
import re
from fnmatch import fnmatchcase

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.model import CampaignSpec
from nbannotate.model.expressions import DEEPEST
from nbannotate.model.filters import OPERATORS, as_regex

F = nb.Filter

SAME = [
    (F.all(), "all()"),
    (F.empty(), "empty()"),
    (F.label("car"), "label('car')"),
    (F.label("car", count=(2, None)), "label('car', count=(2, None))"),
    (F.label("car", (0.5, 1), (None, 3)), "label('car', confidence=(0.5, 1), count=(0, 3))"),
    (F.label("car", count=(1, None), confidence=(None, None)), "label('car')"),
    (F.tag("it's dark"), 'tag("it\'s dark")'),
    (F.folder("train/*"), "folder('train/*')"),
    (F.metadata("site.name", ">=", 3), "metadata('site.name', '>=', 3)"),
    (F.metadata("site.name"), "metadata('site.name', 'exists')"),
    (F.metadata("site", "in", {"b", "a"}), "metadata('site', 'in', ['a', 'b'])"),
    (F.metadata("dark", "==", True), "metadata('dark', '==', True)"),
    (F.metadata("t", "<", np.float64(-1.5)), "metadata('t', '<', -1.5)"),
    (F.index(np.int64(5)), "index(5, None)"),
    (F.index(0, 10), "index(0, 10)"),
    (F.status("July", "approved"), "status('July', 'approved')"),
    (F.sql("width > 1000"), "sql('width > 1000')"),
    (F.label("car", count=(2, None)) & ~F.tag("dark"), "label('car', count=(2, None)) and not tag('dark')"),
    (F.tag("a") | F.tag("b") & F.tag("c"), "tag('a') or (tag('b') and tag('c'))"),
    (F.tag("a") & (F.tag("b") & F.tag("c")), "tag('a') and tag('b') and tag('c')"),
    (~(F.tag("a") | F.empty()), "not (tag('a') or empty())"),
    (~~F.tag("a"), "tag('a')"),
]


@pytest.mark.parametrize(("filter", "text"), SAME, ids=[text for _, text in SAME])
def test_a_filter_and_its_text_are_the_same(filter: nb.Filter, text: str) -> None:
    assert str(filter) == text
    assert F.parse(text) == filter
    assert hash(F.parse(text)) == hash(filter)
    assert eval(repr(filter), {"Filter": F}) == filter


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("  label( 'car' )  ", "label('car')"),
        ('label("car")', "label('car')"),
        ("label(name='car', count=[2, None])", "label('car', count=(2, None))"),
        ("tag('a') & ~tag('b') | empty()", "(tag('a') and not tag('b')) or empty()"),
        ("not not tag('a')", "tag('a')"),
        ("tag('a')\n  and not tag('b')\n", "tag('a') and not tag('b')"),
        ("tag('a')  # the bright ones\r\nand tag('b')", "tag('a') and tag('b')"),
        ("sql('width > 9 and folder like ''train%''')", "sql(\"width > 9 and folder like 'train%'\")"),
        ("sql(\"folder = 'it''s'\")", "sql(\"folder = 'it''s'\")"),
        ("tag('')", "tag('')"),
        ("tag('''a''')", "tag('a')"),
        ("tag('a' 'b')", "tag('ab')"),
        (r"tag('a\'''b')", "tag(\"a''b\")"),
        ("index(3)", "index(3, None)"),
    ],
)
def test_text_may_be_written_in_several_ways(written: str, meant: str) -> None:
    assert str(F.parse(written)) == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lable('x')", ["character 1", "`lable('x')`", "'lable' (did you mean 'label'?)", "label(), tag()"]),
        ("tag('é') and lable(3)", ["character 14", "did you mean 'label'"]),
        ("tag('a') and\n  lable(3)", ["line 2, character 3", "did you mean 'label'"]),
        ("lable(3)\n and tag('a')", ["line 1, character 1"]),
        ("", ["empty", "all()"]),
        ("label('car'", ["character 6", "never closed"]),
        ("tag('a') tag('b')", ["cannot be read"]),
        ("label(car)", ["character 7", "in quotes: 'car'"]),
        ("label('a', cuont=(1, 2))", ["no 'cuont' (did you mean 'count'?)", "label(name, confidence="]),
        ("label('a', count=3)", ["a pair, from and to", "not 3"]),
        ("label('a', count=(3, 2))", ["count=(3, 2) ends before it begins"]),
        ("label('a', count=(0.5, 2))", ["whole number", "0.5"]),
        ("label('a', count=(-1, 2))", ["whole number", "-1"]),
        ("label('a', confidence=('x', 2))", ["confidence is a number, not 'x'"]),
        ("label()", ["'name'", "write label(name"]),
        ("label('a', **{})", ["** cannot"]),
        ("label(*['a'])", ["only texts, numbers"]),
        ("tag(f'a')", ["only texts, numbers"]),
        ("tag(b'a')", ["only texts, numbers"]),
        ("tag(1)", ["The tag is a text, not 1"]),
        ("tag('\\0')", ["characters that no text can have"]),
        ("empty", ["with parentheses: empty()"]),
        ("True", ["cannot stand here"]),
        ("width > 3", ["sql('width > 1000')"]),
        ("tag('a') + tag('b')", ["cannot stand here", "and, or, not"]),
        ("all().kind", ["cannot stand here"]),
        ("().__class__", ["cannot stand here"]),
        ("(lambda: 1)()", ["cannot stand here"]),
        ("__import__('os')", ["there is no '__import__'"]),
        ("metadata('a', '=', 3)", ["'=' (did you mean '=='?)", "contains, exists"]),
        ("metadata('', '==', 3)", ["key is empty"]),
        ("metadata('a', 'exists', 3)", ["'exists' takes no value"]),
        ("metadata('a', 'in', [])", ["takes a list"]),
        ("metadata('a', 'in', [[1]])", ["a list in a list"]),
        ("metadata('a', '<', True)", ["compares numbers or texts"]),
        ("metadata('a', '==')", ["a text, a number, True or False, not None"]),
        ("metadata('a', '==', 1e999)", ["not inf"]),
        ("metadata('a', '==', 9223372036854775808)", ["is a number"]),
        ("index(5, 5)", ["index(5, 5) is empty"]),
        ("index(-1)", ["start is a whole number"]),
        ("index(True)", ["start is a whole number"]),
        ("folder('[z-a]')", ["ends before it begins"]),
        ("sql('  ')", ["is empty"]),
        ("sql('a = 'b'')", ["cannot be read", "other quotes"]),
        ("(" * 500, ["cannot be read"]),
        ("not " * 40 + "all()", ["more than 30 levels"]),
        ("-" * 9000 + "1", ["cannot"]),
        ("tag('" + "a" * 20_000 + "')", ["20,007 characters; 20,000"]),
    ],
    ids=lambda v: v[:30] if isinstance(v, str) else "",
)
def test_an_error_says_the_place_and_what_there_is(text: str, says: list[str]) -> None:
    with pytest.raises(InvalidInput) as error:
        F.parse(text)
    for part in says:
        assert part in str(error.value)


def test_what_is_no_filter_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"nb\.Filter or a text"):
        F.parse(3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="made by a function"):
        F()
    with pytest.raises(TypeError):
        F.all() & "tag('a')"  # type: ignore[operator]


def test_and_or_not_of_python_are_refused_because_they_would_drop_a_part() -> None:
    with pytest.raises(InvalidInput, match=r"&, \| and ~"):
        _ = F.tag("a") and F.tag("b")
    with pytest.raises(InvalidInput, match=r"&, \| and ~"):
        _ = not F.tag("a")


def test_a_filter_does_not_change() -> None:
    given = F.tag("a")
    with pytest.raises(AttributeError):
        given.kind = "all"
    assert copy.deepcopy(given) == pickle.loads(pickle.dumps(given)) == given
    assert given != "tag('a')"


def test_a_filter_that_is_nested_too_deeply_or_too_long_is_refused_when_it_is_made() -> None:
    given = F.tag("a")
    for i in range(DEEPEST):
        given = (given | F.empty()) if i % 2 else (given & F.empty())
    assert F.parse(str(given)) == given
    with pytest.raises(InvalidInput, match="too large"):
        given | F.empty() & given
    with pytest.raises(InvalidInput, match="too large"):
        F.tag("a" * 20_000)


def test_a_campaign_takes_a_filter_as_object_or_text_and_keeps_the_text() -> None:
    recipe = nb.Recipe(labels=["car"])
    workflow = nb.Workflow([nb.Step("Annotate", "annotation", ["ana"])])
    for written in (F.label("car") & ~F.tag("dark"), 'label("car") & ~tag("dark")'):
        spec = CampaignSpec(name="July", recipe=recipe, workflow=workflow, filter=written)  # type: ignore[arg-type]
        assert spec.filter == "label('car') and not tag('dark')"
    with pytest.raises(InvalidInput, match="did you mean 'label'"):
        CampaignSpec(name="July", recipe=recipe, workflow=workflow, filter="lable('car')")


# Anything at all ----------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
wholes = st.integers(0, 50)
scalars = st.one_of(
    texts, st.booleans(), st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)


def ranges(values: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float | None, float | None]]:
    pairs = st.tuples(values, values).map(lambda v: (min(v), max(v)))
    return st.tuples(pairs, st.booleans(), st.booleans()).map(
        lambda v: (None if v[1] else v[0][0], None if v[2] else v[0][1])
    )


leaves = st.one_of(
    st.just(F.all()),
    st.just(F.empty()),
    st.builds(F.label, texts, ranges(st.floats(0, 1)), ranges(wholes)),
    st.builds(F.tag, texts),
    st.builds(F.folder, st.text("ab/*?.", max_size=6)),
    st.builds(F.metadata, st.just("a.b"), st.sampled_from(["==", "!=", "contains"]), scalars),
    st.builds(
        F.metadata,
        texts.filter(lambda t: t and all(t.split("."))),
        st.just("in"),
        st.lists(scalars, min_size=1, max_size=3),
    ),
    st.builds(F.index, wholes, st.one_of(st.none(), st.integers(51, 60))),
    st.builds(F.status, texts, texts),
    st.builds(F.sql, texts.filter(lambda t: t.strip())),
)
filters = st.recursive(
    leaves,
    lambda some: st.one_of(
        st.builds(lambda a, b: a & b, some, some),
        st.builds(lambda a, b: a | b, some, some),
        st.builds(lambda a: ~a, some),
    ),
    max_leaves=8,
)


@given(filters)
def test_every_filter_is_read_back_from_its_text(given: nb.Filter) -> None:
    again = F.parse(str(given))
    assert again == given
    assert (again.kind, again.values, again.parts) == (given.kind, given.values, given.parts)


pieces = [
    "label", "tag", "all()", "(", ")", "'", '"', "a", ",", "and", "or", "not", "~", "&", "[", "]", "=", "*", ".", "1",
    "é", "#", "\\", "{", ":", "if", "lambda", "count",
]  # fmt: skip


@given(
    st.one_of(
        st.text(max_size=30), st.lists(st.sampled_from([*pieces, " ", "\n", "\r", "\f"]), max_size=15).map("".join)
    )
)
def test_whatever_is_written_is_a_filter_or_a_clear_error(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert F.parse(str(F.parse(text))) == F.parse(text)


@given(st.text("ab[]!-*?./\n", max_size=8), st.text("ab[]!-./\n", max_size=6))
def test_patterns_match_as_those_of_a_shell(pattern: str, folder: str) -> None:
    try:
        F.folder(pattern)
    except InvalidInput:
        return
    assert (re.fullmatch(as_regex(pattern), folder) is not None) == fnmatchcase(folder, pattern)


def test_the_operators_are_all_documented() -> None:
    for operator in OPERATORS:
        assert operator in (F.metadata.__doc__ or "")
