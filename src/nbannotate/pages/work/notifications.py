"""Notices: seeing them, and going to what they are about."""

from __future__ import annotations

import datetime

from msgspec.structs import replace

from nbannotate.errors import NotFound
from nbannotate.model import Notice, TaskView
from nbannotate.pages.work import gold_feedback, jobs, navigation
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Id
from nbannotate.texts import t


class SeeNotices(Action, frozen=True, tag="notices_seen"):
    """Note that all notices that are shown were seen."""


class FollowNotice(Action, frozen=True, tag="notice"):
    """Go to what a notice is about."""

    notice: Id


def see(desk: Desk, action: SeeNotices) -> None:
    """Note that all notices that are shown were seen."""
    mark(desk, desk.store.state.notices)


def follow(desk: Desk, action: FollowNotice) -> None:
    """Go to what a notice is about, and note that it was seen."""
    notice = next((n for n in desk.store.state.notices if n.notice_id == action.notice), None)
    if notice is None:
        raise NotFound(t("This notice is not in your list any more."))
    mark(desk, (notice,))
    if notice.task_id is None and notice.issue_id is None and notice.campaign_id is None:
        return None
    navigation.leave(desk)
    if notice.issue_id is not None and any(i.issue_id == notice.issue_id for i in navigation.issues_of(desk)):
        return navigation.show_issue(desk, notice.issue_id)
    if notice.kind == "gold" and notice.task_id is not None:
        return gold_feedback.show(desk, notice.task_id)
    if notice.task_id is not None:
        return navigation.adopt(desk, desk.call("tasks.open", TaskView, task_id=notice.task_id))
    mine = [j for j in navigation.jobs_of(desk) if j.campaign_id == notice.campaign_id]
    mine.sort(key=lambda j: (not j.returned, not j.remaining, j.step))
    return jobs.show_job(desk, mine[0].campaign_id, mine[0].step) if mine else navigation.home(desk)


def mark(desk: Desk, notices: tuple[Notice, ...]) -> None:
    """Note that notices were seen."""
    ids = [n.notice_id for n in notices if n.seen is None]
    if ids:
        desk.call("notices.see", int, notice_ids=ids)
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        shown = tuple(replace(n, seen=now) if n.notice_id in ids else n for n in desk.store.state.notices)
        desk.store.update(notices=shown)
