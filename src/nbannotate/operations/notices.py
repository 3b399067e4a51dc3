"""A person's own notices: reading them, and having seen them. How they come about: ``telling.py`` and ``clock.py``."""

from __future__ import annotations

from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Notice
from nbannotate.operations.registry import Context, operation
from nbannotate.store import notices
from nbannotate.texts import t

MOST = 1000

#: What is said instead of many notices of one image each. Another kind says its newest, and how many more there are.
_MANY = {
    "assigned": t("{n} images were assigned to you in {campaign}."),
    "returned": t("{n} images were returned to you in {campaign}."),
    "restarted": t("{n} images came back to you in {campaign}."),
    "issue": t("{n} issues were raised on your images in {campaign}."),
    "issue_answered": t("Issues of yours in {campaign} were answered {n} times."),
    "lease_out": t(
        "Your time for {n} images of {campaign} ran out, so they went back to the queue. What you drew is kept."
    ),
}


@operation()
def mine(ctx: Context, unseen: bool = False, limit: int = 100) -> list[Notice]:
    """Return my notices, what I have not seen first, then the newest first.

    Notices of one image each, of one kind in one campaign, are one: "3 images were returned to you in July". It has no
    task_id, and the notice_id of the newest of them.
    """
    if not 1 <= limit <= MOST:
        raise InvalidInput(f"limit must be from 1 to {MOST}, not {limit}.")
    return [_notice(ctx.actor.login, row) for row in notices.lines(ctx.tx, ctx.actor.member_id, unseen, limit)]


@operation(writes=True)
def see(ctx: Context, notice_ids: list[int] | None = None) -> int:
    """Note that I have seen these notices, or all; return how many I had not seen before.

    A notice that stands for several counts as these, but not for one that came after it was read. Ids of other people's
    notices, or of none, do nothing.
    """
    seen = notices.see(ctx.tx, ctx.actor.member_id, notice_ids, ctx.now)
    ctx.note(detail={"seen": seen})
    return seen


def _notice(login: str, row: dict[str, Any]) -> Notice:
    """Return a line as a notice."""
    n = row.pop("n")
    if n > 1:
        if row["task_id"] is None and row["issue_id"] is None:
            text = t("{text+} ({n} times)", text=row["text"], n=f"{n:,}")  # the same words each time
        elif row["kind"] in _MANY:
            text = _MANY[row["kind"]].format(n=f"{n:,}", campaign=row["campaign"])
        else:
            text = t("{text+} (and {n} more)", text=row["text"], n=f"{n - 1:,}")
        row |= {"text": text, "task_id": None, "issue_id": None}
    return Notice(member=login, **row)
