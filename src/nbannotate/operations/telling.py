"""How operations tell people what they should know."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate.model import Notice, NoticeKind
from nbannotate.operations.registry import Context
from nbannotate.store import campaigns, notices, people


def tell(
    ctx: Context,
    members: Iterable[int],
    kind: NoticeKind,
    text: str,
    *,
    campaign_id: int | None = None,
    task_id: int | None = None,
    issue_id: int | None = None,
    once: str | None = None,
) -> None:
    """Make a notice for each member other than the one who acts.

    Parameters
    ----------
    once
        A key; who has a notice with it already gets no other one.
    """
    names = people.logins(ctx.tx)
    campaign = campaigns.spec(ctx.tx, campaign_id).name if campaign_id is not None else None
    for member_id in sorted(set(members)):
        if member_id == ctx.actor.member_id and once is None:
            continue
        new = notices.add(
            ctx.tx, member_id, kind, text, ctx.now,
            campaign_id=campaign_id, task_id=task_id, issue_id=issue_id, once=once,
        )  # fmt: skip
        if new is not None:
            ctx.told.append(
                Notice(new, names[member_id], kind, text, ctx.now, campaign_id, campaign, task_id, issue_id)
            )
