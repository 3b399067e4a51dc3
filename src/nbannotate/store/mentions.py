"""Where people are named other than by their id: finding that, and putting a pseudonym in its place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nbannotate.rules.pseudonyms import Replacing
from nbannotate.store.transaction import Transaction


class Place(NamedTuple):
    """A column that may name people.

    Parameters
    ----------
    table, key, column
        Where; the key tells its rows apart.
    json
        Whether it is JSON; else it is what somebody wrote.
    since
        What tells rows that came after a moment: ``"id"``, where the key is one, or a column of times. None: the rows
        are few, or change.
    """

    table: str
    key: str
    column: str
    json: bool = False
    since: str | None = None


PLACES = (
    Place("events", "event_id", "detail", json=True, since="id"),
    Place("requests", "request_id", "answer", json=True, since="created"),
    Place("comments", "comment_id", "text", since="id"),
    Place("notices", "notice_id", "text", since="id"),
    Place("notices", "notice_id", "once", since="id"),
    Place("tasks", "task_id", "note"),
    Place("campaigns", "campaign_id", "spec", json=True),
    Place("datasets", "dataset_id", "readme"),
    Place("version_splits", "version_id", "how"),
)

#: What may hold a name, and stays: it is of the images and of the annotations, or names a thing. By the noun that
#: people are told.
STAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "images (name, path, folder, metadata)": (
        ("assets", "name"), ("assets", "path"), ("assets", "folder"), ("assets", "metadata"), ("assets", "sequence"),
    ),
    "datasets, versions, campaigns and steps (name)": (
        ("datasets", "name"), ("versions", "name"), ("campaigns", "name"), ("steps", "name"),
    ),
    "documents (name)": (("documents", "name"),),
    "names of what was read from files": (
        ("foreign_ids", "name"), ("foreign_ids", "foreign_id"), ("foreign_ids", "extra"), ("foreign_ids", "called"),
    ),
    "tags of annotations": (("annotations", "tags"), ("annotations", "tag_attributes")),
    "drafts (labels, tags, attributes)": (("member_drafts", "body"), ("spread_drafts", "body")),
    "labels and recipes": (
        ("label_changes", "mapping"), ("label_changes", "labels"), ("kept_recipes", "recipe"),
    ),
}  # fmt: skip

#: What is rewritten: key, what stands there, and what is to stand there.
Rewrites = dict[Place, list[tuple[int | str, str, str]]]


def names(tx: Transaction, member_id: int, login: str) -> list[str]:
    """Return the logins that a member has and had, but for those that somebody else has now."""
    rows = tx.all(
        "select event_id, member_id, detail from data.events where operation = 'members.rename' order by event_id desc"
    )
    from msgspec import json

    found = [login]
    for row in rows:
        detail = json.decode(row["detail"], type=dict[str, object])
        if detail.get("login") == found[-1] and isinstance(before := detail.get("before"), str):
            found.append(before)
    taken = {r["login"] for r in tx.all("select login from data.members where member_id <> $1", member_id)}
    return [name for name in dict.fromkeys(found) if name not in taken]


def find(
    tx: Transaction,
    names: Sequence[str],
    replacing: Replacing,
    after: tuple[int, datetime.datetime] | None = None,
) -> Rewrites:
    """Return what is to be rewritten: the key of each row, what stands there, and what is to stand there.

    Parameters
    ----------
    names
        The names that are looked for.
    replacing
        What comes in their place.
    after
        The last id and the time of an earlier look: of tables that only grow, only later rows are looked at.
    """
    found: Rewrites = {}
    for place in PLACES:
        where, given = _holds(place.column, names)
        if after is not None and place.since is not None:
            given.append(after[0] if place.since == "id" else after[1])
            where += f" and {place.key if place.since == 'id' else place.since} > ${len(given)}"
        rows = tx.all(f"select {place.key} as id, {place.column} as old from data.{place.table} where {where}", *given)
        change = replacing.in_json if place.json else replacing.in_text
        changed = [(r["id"], r["old"], new) for r in rows if (new := change(r["old"])) != r["old"]]
        if changed:
            found[place] = changed
    return found


def _holds(column: str, names: Sequence[str]) -> tuple[str, list[object]]:
    some = " or ".join(f"position(${n} in lower({column})) > 0" for n in range(1, len(names) + 1))
    return f"({some})", [name.lower() for name in names]


def is_as_found(tx: Transaction, rewrites: Rewrites) -> bool:
    """Return whether all that was found still stands there."""
    for place, rows in rewrites.items():
        there = tx.value(
            f"select count(*) from data.{place.table} t join ({_rows(place)}) u "
            f"on t.{place.key} = u.id and t.{place.column} = u.old",
            [r[0] for r in rows], [r[1] for r in rows],
        )  # fmt: skip
        if there != len(rows):
            return False
    return True


def _rows(place: Place, more: str = "") -> str:
    kind = "varchar" if place.key == "request_id" else "bigint"
    return f"select unnest($1::{kind}[]) as id, unnest($2::varchar[]) as old{more}"


def rewrite(tx: Transaction, rewrites: Rewrites) -> None:
    """Put the pseudonym where the names stand: one statement a column."""
    for place, rows in rewrites.items():
        tx.run(
            f"update data.{place.table} set {place.column} = u.new "
            f"from ({_rows(place, ', unnest($3::varchar[]) as new')}) u "
            f"where data.{place.table}.{place.key} = u.id and data.{place.table}.{place.column} = u.old",
            *([r[i] for r in rows] for i in range(3)),
        )


def staying(tx: Transaction, names: Sequence[str]) -> dict[str, int]:
    """Return how many rows hold a name and are left as they are, by what they are."""
    found = {}
    for noun, columns in STAYS.items():
        count = 0
        for table, column in columns:
            where, given = _holds(column, names)
            count += int(tx.value(f"select count(*) from data.{table} where {where}", *given))
        if count:
            found[noun] = count
    return found


#: What goes with a member who is forgotten, by its noun; ``$1`` is the member.
_GOES = {
    "sessions": "sessions where member_id = $1",
    "notices": "notices where member_id = $1",
    "kept answers": "requests where member_id = $1",
    "permissions to work on a dataset": "workers where member_id = $1",
}
_ADDRESSES = "member_id = $1 and operation in ('sessions.open', 'sessions.accept') and detail <> '{}'"


def going(tx: Transaction, member_id: int) -> dict[str, int]:
    """Return what is deleted with a member who is forgotten, by its noun."""
    found = {noun: tx.value(f"select count(*) from data.{what}", member_id) for noun, what in _GOES.items()}
    found["addresses of logins"] = tx.value(f"select count(*) from data.events where {_ADDRESSES}", member_id)
    return {noun: int(n) for noun, n in found.items() if n}


def forget(tx: Transaction, member_id: int, names: Sequence[str], pseudonym: str, now: datetime.datetime) -> None:
    """Let a member be a pseudonym: no password, nobody logged in, the account closed and put away."""
    tx.run(
        "update data.members set login = $2, password_hash = null, active = false, "
        "archived = coalesce(archived, $3::timestamp) where member_id = $1",
        member_id, pseudonym, now,
    )  # fmt: skip
    for what in _GOES.values():
        tx.run(f"delete from data.{what}", member_id)
    tx.run(f"update data.events set detail = '{{}}' where {_ADDRESSES}", member_id)
    tx.run(
        "update data.annotations set source = $1 where source in (select unnest($2::varchar[]))", pseudonym, list(names)
    )
