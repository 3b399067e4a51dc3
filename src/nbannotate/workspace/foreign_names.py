"""What files call things: kept with a version, so that an export in the same format calls them so again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate.formats import Foreign, Head
from nbannotate.model import Label, Tag
from nbannotate.workspace import frames
from nbannotate.workspace.intake.naming import Ids
from nbannotate.workspace.pieces import Pieces

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

_encode, _decode = msgspec.json.encode, msgspec.json.decode


#: A row of the table that is kept: what, name, id (JSON), extra (JSON), called, place.
Called = tuple[str, str, str | None, str | None, str | None, int | None]


_NOTHING = Foreign()


def add(table: Pieces, what: str, name: str, foreign: Foreign) -> None:
    """Add what a file calls a thing to the table that is kept."""
    if foreign != _NOTHING:
        table.add(*_row(what, name, foreign))


def _row(what: str, name: str, foreign: Foreign) -> Called:
    return what, name, *columns(foreign)


def columns(foreign: Foreign) -> tuple[str | None, str | None, str | None, int | None]:
    """Return what a file calls a thing as the columns foreign_id, extra, called and place."""
    number = None if foreign.id is None else _encode(foreign.id).decode()
    extra = _encode(foreign.extra).decode() if foreign.extra else None
    return number, extra, foreign.name, foreign.place


def add_head(table: Pieces, head: Head) -> None:
    """Add what a file calls its labels, used or not, in their order, how they are defined, and what it says of all."""
    for row in of_head(head):
        table.add(*row)


def of_head(head: Head) -> Iterator[Called]:
    """Return the rows of what a file calls its labels, how they are defined, and what it says of all."""
    for name in dict.fromkeys([*(label.name for label in head.labels), *head.foreign]):
        yield _row("label", name, head.foreign.get(name, Foreign()))
    for label in head.labels:
        if label != Label(label.name):
            yield _row("definition", label.name, Foreign(extra=msgspec.to_builtins(label)))
    for tag in head.tags:
        yield _row("tag", tag.name, Foreign(extra=msgspec.to_builtins(tag)))
    if head.extra:
        yield _row("file", "", Foreign(extra=head.extra))


def ids(version: Version, format_: str) -> Ids:
    """Return the ids that files of a format gave; what the version read itself comes before what its parents did."""
    found = Ids()
    for what, its in (("image", found.images), ("label", found.labels)):
        for row in _rows(version, format_, what):
            if row["foreign_id"] is not None:
                its.setdefault(row["name"], _decode(row["foreign_id"]))
    return found


def head(version: Version, format_: str) -> tuple[dict[str, Foreign], dict[str, Any]]:
    """Return what files of a format call labels, in their order, and what they say of the whole."""
    labels: dict[str, Foreign] = {}
    for row in _rows(version, format_, "label"):
        labels.setdefault(row["name"], foreign_of(row))
    extra: dict[str, Any] = {}
    for row in _rows(version, format_, "file"):
        extra = foreign_of(row).extra | extra
    return labels, extra


def definitions(version: Version) -> tuple[dict[str, Label], dict[str, Tag]]:
    """Return the labels and tags as files of whatever format defined them, by their names."""
    labels: dict[str, Label] = {}
    tags: dict[str, Tag] = {}
    rows = version.workspace.sql(
        "select what, name, extra from foreign_ids where version_id = $1 and what in ('definition', 'tag') "
        "order by distance, position",
        [version.version_id],
    )
    for what, name, extra in zip(rows["what"], rows["name"], rows["extra"], strict=True):
        if what == "tag":
            tags.setdefault(name, _decode(extra, type=Tag))
        else:
            labels.setdefault(name, _decode(extra, type=Label))
    return labels, tags


def last_id(version: Version, format_: str) -> int:
    """Return the highest number that a file of a format gave to an image or a shape."""
    found = version.workspace.sql(
        "select coalesce(max(try_cast(foreign_id as bigint)), 0) as last from foreign_ids "
        "where version_id = $1 and format = $2 and what in ('image', 'shape')",
        [version.version_id, format_],
    )["last"][0]
    return max(int(found), 0)


def foreign_of(row: Mapping[str, Any]) -> Foreign:
    """Return what a row of the table says."""
    return Foreign(
        None if row["foreign_id"] is None else _decode(row["foreign_id"]),
        {} if row["extra"] is None else _decode(row["extra"]),
        None if row["place"] is None else int(row["place"]),
        row["called"],
    )


def last_change(version: Version) -> int:
    """Return the last event of the workspace that may have changed what a version's things are called."""
    found = version.workspace.sql(
        "select coalesce(max(event_id), 0) as last from events where operation in ('imports.add', 'labels.change', "
        "'labels.undo', 'campaigns.create', 'campaigns.apply', 'recipes.add_label')"
    )
    return int(found["last"][0])


def _rows(version: Version, format_: str, what: str) -> list[dict[str, Any]]:
    return frames.records(
        version.workspace.sql(
            "select name, foreign_id, extra, called, place from foreign_ids "
            "where version_id = $1 and format = $2 and what = $3 order by distance, position",
            [version.version_id, format_, what],
        )
    )
