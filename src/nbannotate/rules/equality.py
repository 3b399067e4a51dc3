"""Whether what is there already is what somebody asks to be created; and if not, in which fields it differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Conflict, Difference, Different
from nbannotate.model import Annotation, CampaignSpec, Shape

#: So much of a value is shown, and so many differences; the others are counted.
LONGEST_VALUE, MOST_SHOWN = 60, 12
ABSENT = "nothing"


def check_same(what: str, found: Iterable[Difference], instead: str) -> None:
    """Raise Conflict, which shows the differences, if there are some.

    Parameters
    ----------
    what
        What is there, as it begins the sentence: ``"a dataset 'smears'"``.
    found
        In what it differs from what was asked for; see :func:`differences`.
    instead
        What to do, as a sentence.
    """
    found = tuple(found)
    if not found:
        return
    lines = [f"- {d.field}: {d.there} is there, {d.asked} was asked for" for d in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"- and {len(found) - MOST_SHOWN:,} more")
    raise Conflict("\n".join([f"There is {what} already, and it is another one:", *lines, instead]), Different(found))


def same_campaign(there: CampaignSpec, asked: CampaignSpec) -> CampaignSpec:
    """Return what was asked for, without what the program or people at work added to it since: seed and labels."""
    if asked.order == "random" and asked.seed is None:
        asked = replace(asked, seed=there.seed)
    if asked.recipe.open_labels and there.recipe.open_labels:
        known = {label.name for label in asked.recipe.labels}
        added = tuple(label for label in there.recipe.labels if label.name not in known)
        asked = replace(asked, recipe=replace(asked.recipe, labels=(*asked.recipe.labels, *added)))
    return asked


def differences(there: Any, asked: Any, at: str = "") -> Iterator[Difference]:
    """Yield the fields in which two values differ: structs by their fields, lists of named things by their names."""
    if there == asked:
        return
    if isinstance(there, Struct) and type(there) is type(asked):
        for name in there.__struct_fields__:
            yield from differences(getattr(there, name), getattr(asked, name), f"{at}.{name}" if at else name)
    elif _are_named(there) and _are_named(asked) and (there or asked):
        yield from _by_name({v.name: v for v in there}, {v.name: v for v in asked}, at)
    else:
        yield Difference(at, *_shown(there, asked))


def says_same(there: Annotation, asked: Annotation) -> bool:
    """Return whether two annotations say the same of an asset; what their shapes are called makes no difference."""
    return _said(there) == _said(asked)


def _said(annotation: Annotation) -> tuple[Any, ...]:
    fields = [name for name in Shape.__struct_fields__ if name != "id"]
    shapes = [tuple(getattr(shape, name) for name in fields) for shape in annotation.shapes]
    return shapes, annotation.tags, annotation.nothing_to_label, annotation.tag_attributes


def _are_named(values: Any) -> bool:
    return isinstance(values, tuple) and all(isinstance(v, Struct) and hasattr(v, "name") for v in values)


def _by_name(there: dict[str, Any], asked: dict[str, Any], at: str) -> Iterator[Difference]:
    for name in there:
        if name not in asked:
            yield Difference(f"{at}[{name!r}]", repr(name), ABSENT)
    for name, value in asked.items():
        if name not in there:
            yield Difference(f"{at}[{name!r}]", ABSENT, repr(name))
        else:
            yield from differences(there[name], value, f"{at}[{name!r}]")
    if list(there) != list(asked) and there.keys() == asked.keys():
        yield Difference(f"the order of {at}", _names(there), _names(asked))


def _names(names: Iterable[str]) -> str:
    return _cut(", ".join(names))


def _shown(there: Any, asked: Any) -> tuple[str, str]:
    """Return two values for a message; of long texts, the first line that differs."""
    if isinstance(there, str) and isinstance(asked, str) and max(len(there), len(asked)) > LONGEST_VALUE:
        left, right = there.splitlines(), asked.splitlines()
        first = next(
            (i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
        )
        return tuple(  # type: ignore[return-value]
            f"{_cut(lines[first])!r} (line {first + 1})" if first < len(lines) else ABSENT for lines in (left, right)
        )
    return _value(there), _value(asked)


def _value(value: Any) -> str:
    if value is None or value == ():
        return ABSENT
    if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return _names(value)
    return _cut(str(value) if hasattr(value, "isoformat") else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 2]} …"
