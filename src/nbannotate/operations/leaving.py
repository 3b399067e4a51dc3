"""What the law asks of whoever keeps data of people: giving it to them, and forgetting them."""

from __future__ import annotations

import datetime
import hashlib
import secrets
import tempfile
import zipfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from nbannotate.errors import NotFound, Refused, Stale
from nbannotate.model import Forgotten, Member
from nbannotate.model.member_data import PersonManifest, PersonTable
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.operations import assignments
from nbannotate.operations.members import check_not_last_owner, tell_of_copies
from nbannotate.operations.registry import Context, operation
from nbannotate.rules import rights
from nbannotate.rules.pseudonyms import FORGOTTEN, Replacing, next_pseudonym
from nbannotate.store import member_export, mentions, people
from nbannotate.store.staging import Stage

ABOUT = (
    "All that the workspace has of this person. The files are CSV in UTF-8, with the names of their columns in the "
    "first line; times are UTC. Columns that are called detail, body, points, rings, tags, attributes, mapping or "
    "answer hold JSON."
)


@operation(long=True)
def export(ctx: Context, login: str) -> Path:
    """Return all that the workspace has of a member, as a zip of CSV files with a manifest; of one moment."""
    member = _known(ctx, login)
    names = mentions.names(ctx.tx, member.member_id, member.login)
    file = ctx.engine.spool / f"{secrets.token_hex(8)}.zip"
    try:
        with tempfile.TemporaryDirectory(dir=ctx.engine.spool) as folder:
            tables = member_export.write(ctx.tx, member.member_id, names, Path(folder))
            with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
                listed = []
                for name, (table, rows, holds) in tables.items():
                    archive.write(table, f"{name}.csv")
                    with table.open("rb") as content:
                        listed.append(
                            PersonTable(f"{name}.csv", holds, rows, hashlib.file_digest(content, "sha256").hexdigest())
                        )
                manifest = PersonManifest(
                    member.login, tuple(names[1:]), ctx.now.replace(tzinfo=datetime.UTC), version("nbannotate"), ABOUT,
                    tuple(listed),
                )  # fmt: skip
                archive.writestr("manifest.json", msgspec.json.format(msgspec.json.encode(manifest)))
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return file


@operation(long=True)
def forecast(ctx: Context, login: str, return_tasks: bool = False, words: bool = True) -> Forgotten:
    """Return what :func:`forget` would do, or raise why it would not."""
    member = _known(ctx, login)
    if FORGOTTEN.fullmatch(member.login):
        return _nothing(member)
    held = _held(ctx, member, return_tasks)
    pseudonym = next_pseudonym(list(people.logins(ctx.tx).values()))
    names = mentions.names(ctx.tx, member.member_id, member.login)
    rewrites = mentions.find(ctx.tx, names, Replacing(names, pseudonym, words))
    return _said(ctx, member, pseudonym, names, rewrites, held, done=False)


def _find(ctx: Context, stage: Stage, login: str, return_tasks: bool, words: bool) -> dict[str, Any]:
    """Look for the names, beside the writer."""
    member = _known(ctx, login)
    if FORGOTTEN.fullmatch(member.login):
        return {"prepared_found": None}
    _held(ctx, member, return_tasks)
    pseudonym = next_pseudonym(list(people.logins(ctx.tx).values()))
    names = mentions.names(stage, member.member_id, member.login)
    after = stage.new_id(), ctx.now
    return {
        "prepared_found": (pseudonym, names, after, mentions.find(stage, names, Replacing(names, pseudonym, words)))
    }


@operation(writes=True, stage=_find, keep=lambda found: msgspec.structs.replace(found, login=found.pseudonym))
def forget(
    ctx: Context,
    login: str,
    return_tasks: bool = False,
    words: bool = True,
    *,
    prepared_found: tuple[str, list[str], tuple[int, datetime.datetime], mentions.Rewrites] | None,
) -> Forgotten:
    """Let a member be a pseudonym, in the account and everywhere where the person is named.

    Annotations, times and statistics stay, under the pseudonym. Once more, under the pseudonym, changes nothing.

    Parameters
    ----------
    return_tasks
        Whether open tasks of the member go back to the queue of their step; else they stand against it.
    words
        Whether the name is replaced wherever it stands as a word in what people wrote; else only behind an ``@``, and
        where it is all of a text.
    """
    member = _known(ctx, login)
    if FORGOTTEN.fullmatch(member.login):
        ctx.unchanged()
        return _nothing(member)
    if prepared_found is None:
        raise Stale(f"The member {login!r} was renamed meanwhile; try again.")
    pseudonym, names, after, rewrites = prepared_found
    held = _held(ctx, member, return_tasks)
    now_called = mentions.names(ctx.tx, member.member_id, member.login)
    if now_called != names or pseudonym != next_pseudonym(list(people.logins(ctx.tx).values())):
        raise Stale("Members were renamed or forgotten meanwhile; try again.")
    # What may have changed since the names were looked for is looked at again: it is little.
    rewrites = {place: rows for place, rows in rewrites.items() if place.since is not None}
    if not mentions.is_as_found(ctx.tx, rewrites):
        raise Stale("What names the member has changed meanwhile; try again.")
    for campaign_id, _ in held.values():
        assignments.reassign(ctx, campaign_id, None, None, None, login, None, started=True)
        ctx.event.clear()
    _check_returned(ctx, member)
    late = mentions.find(ctx.tx, names, Replacing(names, pseudonym, words), after)
    for place, rows in late.items():
        rewrites[place] = [*rewrites.get(place, []), *rows]
    done = _said(ctx, member, pseudonym, names, rewrites, held, done=True)
    mentions.rewrite(ctx.tx, rewrites)
    mentions.forget(ctx.tx, member.member_id, names, pseudonym, ctx.now)
    ctx.tx.memo.clear()
    ctx.engine.answers.clear()
    if member.active:
        managers = [m.member_id for m in people.members(ctx.tx) if m.active and m.role in rights.MANAGERS]
        tell_of_copies(ctx, _known(ctx, pseudonym), managers, "forgotten")
    ctx.note(detail={"login": pseudonym, "returned": sum(n for _, n in held.values())})
    return done


def _held(ctx: Context, member: Member, return_tasks: bool) -> dict[str, tuple[int, int]]:
    """Return the open tasks of a member, by campaign: its id, and how many. Raise if the member stays.

    Raises
    ------
    Refused
        It is the actor, the last owner, or somebody with open tasks that are not to be returned.
    """
    if member.member_id == ctx.actor.member_id:
        raise Refused(
            "You cannot forget your own account; ask another owner, or give up the role owner first "
            "(the command acts as the first owner of the workspace)."
        )
    check_not_last_owner(ctx, member)
    found = {h.campaign: (h.campaign_id, h.tasks) for h in people.open_tasks(ctx.tx, member.member_id)}
    if found and not return_tasks:
        some = ", ".join(f"{n:,} of {name!r}" for name, (_, n) in found.items())
        raise Refused(
            f"{member.login} holds open tasks ({some}). Give them to somebody with tasks.reassign, or let them go back "
            "to the queue with return_tasks=True (--return-tasks). Nothing was changed."
        )
    return found


def _check_returned(ctx: Context, member: Member) -> None:
    left = people.open_tasks(ctx.tx, member.member_id)
    if left:
        raise Refused(
            f"{left[0].tasks:,} open tasks of {left[0].campaign!r} cannot go back to the queue; give them to "
            "somebody else with tasks.reassign first. Nothing was changed."
        )


def _said(
    ctx: Context,
    member: Member,
    pseudonym: str,
    names: list[str],
    rewrites: mentions.Rewrites,
    held: dict[str, tuple[int, int]],
    *,
    done: bool,
) -> Forgotten:
    """Return what happens, in numbers."""
    counts = Counter({f"{place.table}.{place.column}": len(rows) for place, rows in rewrites.items()})
    return Forgotten(
        member.login, pseudonym, done, mentions.going(ctx.tx, member.member_id), dict(counts),
        mentions.staying(ctx.tx, names), {name: n for name, (_, n) in held.items()},
    )  # fmt: skip


def _nothing(member: Member) -> Forgotten:
    return Forgotten(member.login, member.login, True, {}, {}, {}, {})


def _known(ctx: Context, login: str) -> Member:
    member = people.member(ctx.tx, login)
    if member is None:
        raise NotFound(
            sentence(unknown("member", login, [m.login for m in people.members(ctx.tx)]))
            + " Who was forgotten is called 'former member' and a number."
        )
    return member
