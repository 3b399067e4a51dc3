"""A person's own notices: reading them, and having seen them. Made in ``notifications.py`` and ``clock.py``."""

from __future__ import annotations

from nbannotate.errors import InvalidInput
from nbannotate.model import Notice
from nbannotate.operations.registry import Context, operation
from nbannotate.store import notices
from nbannotate.texts import Message, t

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
    return [_notice(ctx.actor.login, line) for line in notices.lines(ctx.tx, ctx.actor.member_id, unseen, limit)]


@operation(writes=True)
def see(ctx: Context, notice_ids: list[int] | None = None) -> int:
    """Note that I have seen these notices, or all; return how many I had not seen before.

    A notice that stands for several counts as these, but not for one that came after it was read. Ids of other people's
    notices, or of none, do nothing.
    """
    seen = notices.see(ctx.tx, ctx.actor.member_id, notice_ids, ctx.now)
    ctx.note(detail={"seen": seen})
    return seen


def _notice(login: str, line: notices.Line) -> Notice:
    """Return a line as a notice."""
    n, text, task_id, issue_id = line.n, Message(line.text), line.task_id, line.issue_id
    if n > 1:
        if task_id is None and issue_id is None:
            text = t("{text+} ({n} times)", text=text, n=n)  # the same words each time
        elif line.kind in _MANY:
            text = Message(_MANY[line.kind].text, {"n": n, "campaign": line.campaign or ""})
        else:
            text = t("{text+} (and {n} more)", text=text, n=n - 1)
        task_id = issue_id = None
    return Notice(
        notice_id=line.notice_id, member=login, kind=line.kind, text=text, created=line.created,
        campaign_id=line.campaign_id, campaign=line.campaign, task_id=task_id, issue_id=issue_id, seen=line.seen,
    )  # fmt: skip
