"""How operations tell people what they should know."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate.model import Notice, NoticeKind
from nbannotate.operations.registry import Context
from nbannotate.store import campaigns, notices, people
from nbannotate.texts import Message, tn


def tell(
    ctx: Context,
    members: Iterable[int],
    kind: NoticeKind,
    text: Message,
    *,
    campaign_id: int | None = None,
    task_id: int | None = None,
    issue_id: int | None = None,
    once: str | None = None,
    myself: bool = False,
) -> None:
    """Make a notice for each active member other than the one who acts.

    One call for all that is told to the same people: what happened to many tasks at once is one notice that says how
    many, without a ``task_id``. Notices of one task each may come one by one; the person sees them as one line.

    Parameters
    ----------
    once
        A key; who has a notice with it already gets no other one. Who acts is told, too.
    myself
        Tell who acts, too: it is not their own doing.
    """
    whom = {m for m in members if m != ctx.actor.member_id or once is not None or myself}
    if not whom:
        return
    made = notices.add(
        ctx.tx, whom, kind, text, ctx.now, campaign_id=campaign_id, task_id=task_id, issue_id=issue_id, once=once
    )
    if made:
        names = people.logins(ctx.tx)
        campaign = campaigns.spec(ctx.tx, campaign_id).name if campaign_id is not None else None
        ctx.told += [
            Notice(new, names[member_id], kind, text, ctx.now, campaign_id, campaign, task_id, issue_id)
            for member_id, new in made.items()
        ]


def went_on(n: int, campaign: str) -> Message:
    """Return what a person is told whose images somebody else has now, because their lease ran out."""
    return tn(
        n,
        "An image of {campaign} went to somebody else: nothing was heard from your page for too long. What you "
        "drew is kept.",
        "{n} images of {campaign} went to somebody else: nothing was heard from your page for too long. What you "
        "drew is kept.",
        campaign=campaign,
    )
