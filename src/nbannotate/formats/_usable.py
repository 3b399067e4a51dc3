"""What of a JSON or XML file a workspace can keep: names of labels, attributes, and the files of a folder."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats import _json
from nbannotate.formats._contract import Id
from nbannotate.formats._outcome import Problems

LONGEST_NAME = 200
#: Pixels along a side, more than any image has.
LONGEST_SIDE = 1_000_000


def name(given: object) -> str | None:
    """Return the name of a label, a tag or an attribute without spaces at its ends; None if it can be none."""
    return _name(given) if isinstance(given, str) else None


@functools.lru_cache(4096)  # a file says few names many times
def _name(given: str) -> str | None:
    found = given.strip()
    return found if 0 < len(found) <= LONGEST_NAME and _json.kept(found) else None


def label(given: object, what: str, problems: Problems, place: str) -> str | None:
    """Return the name of a label, or say that a thing has none that can be."""
    found = name(given)
    if found is None:
        problems.add(what, "a label's name has 1 to 200 characters", place)
    return found


def attributes(given: object, problems: Problems, place: str) -> dict[str, Any]:
    """Return the attributes that can be kept; of something else than an object, none."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.add("sets of attributes", "they are no objects", place)
        return {}
    found = {}
    for key, value in given.items():
        if _json.kept(key) and _json.kept(value):
            found[key] = value
        else:
            problems.add("attributes", "their values are no JSON, such as NaN", f"{place}.{key!r:.80}")
    return found


def id_of(given: object) -> Id | None:
    """Return what can be an id, a number or a text; None for anything else."""
    good = isinstance(given, int | float | str) and not isinstance(given, bool) and _json.kept(given)
    return given if good else None  # type: ignore[return-value]  # it is one of them


def rest(given: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the fields that have no word here, as far as they can be kept; an empty description is none."""
    found = {k: v for k, v in given.items() if k not in known and _json.kept(k) and _json.kept(v)}
    if found.get("description") == "":
        del found["description"]
    return found


def size(width: object, height: object) -> tuple[int, int]:
    """Return width and height of an image in pixels; (0, 0) if they are those of none."""
    found = tuple(int(_json.number(side) or 0) for side in (width, height))
    return (found[0], found[1]) if min(found) > 0 and max(found) <= LONGEST_SIDE else (0, 0)


def points(given: object) -> tuple[tuple[float, float], ...] | None:
    """Return a list of pairs of finite numbers as points, or None for anything else."""
    if not isinstance(given, list):
        return None
    found = []
    for pair in given:
        at = _json.numbers(pair)
        if at is None or len(at) != 2:
            return None
        found.append((at[0], at[1]))
    return tuple(found)


def objects(source: Source, members: list[str], problems: Problems) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the JSON objects of some files, one after another; a file that holds none is said."""
    for member in members:
        try:
            found = source.json(member)
        except ReadFailed as error:
            if problems.on_error == "error":
                raise
            problems.add("files", str(error).rstrip("."), member)
            continue
        if isinstance(found, dict):
            yield member, found
        else:
            problems.add("files", "their JSON is no object", member)
