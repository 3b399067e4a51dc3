"""What a manager does to campaigns, tasks, jobs and members: one operation each, and a sentence on what came of it.

Rights and rules are the operations'; an error of theirs is the answer that the person reads.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from msgspec import to_builtins
from msgspec.structs import replace

from nbannotate.errors import InvalidInput
from nbannotate.model import (
    Campaign,
    CampaignSpec,
    Deletion,
    Invitation,
    Member,
    NewMember,
    Plan,
    Reassigned,
    Task,
)
from nbannotate.pages.manager import render
from nbannotate.pages.manager.desk import Answer, Desk
from nbannotate.pages.manager.sheet import begun
from nbannotate.pages.manager.wire import Message
from nbannotate.pages.render_task import when


def count(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """Return words as one writes them: a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


# ---- campaigns


def plan_launch(desk: Desk, message: Message) -> Answer:
    """Say what launching would do."""
    return {"plan": render.plan(desk.call("campaigns.plan", Plan, campaign_id=message.campaign))}


def launch(desk: Desk, message: Message) -> Answer:
    """Create the first tasks."""
    done = desk.call("campaigns.launch", Plan, campaign_id=message.campaign, activity=message.key)
    return {"toast": f"{done.campaign} is launched: {count(sum(s.tasks for s in done.steps), 'task')} created."}


def _due(desk: Desk, message: Message) -> CampaignSpec:
    spec: CampaignSpec = desk.call("campaigns.spec", CampaignSpec, campaign_id=message.campaign)
    return replace(spec, due=message.date)


def plan_due(desk: Desk, message: Message) -> Answer:
    """Say what another due date would change."""
    found = desk.call("campaigns.plan", Plan, campaign_id=message.campaign, spec=_due(desk, message))
    return {"plan": render.plan(found)}


def due(desk: Desk, message: Message) -> Answer:
    """Change the due date, unless the campaign has changed since the plan was shown."""
    spec = _due(desk, message)
    desk.call("campaigns.apply", Plan, campaign_id=message.campaign, spec=spec, fingerprint=message.fingerprint)
    when = f"is due on {message.date:%B} {message.date.day}, {message.date.year}" if message.date else "has no due date"
    return {"toast": f"{spec.name} {when} now."}


def join(desk: Desk, message: Message) -> Answer:
    """Let the assets join that wait."""
    joined = desk.call("campaigns.join", int, campaign_id=message.campaign)
    return {"toast": f"{count(joined, 'asset')} joined the first step." if joined else "No assets were waiting."}


def complete(desk: Desk, message: Message) -> Answer:
    """End a campaign before all is done."""
    made = desk.call("campaigns.complete", Campaign, campaign_id=message.campaign, reason=message.text)
    return {"toast": f"{made.name} is completed."}


def archive(desk: Desk, message: Message) -> Answer:
    """Put a campaign away, or take it out again."""
    made = desk.call("campaigns.archive", Campaign, campaign_id=message.campaign, archived=message.on)
    return {"toast": f"{made.name} is {'archived' if message.on else 'back from the archive'}."}


def deletion(desk: Desk, message: Message) -> Answer:
    """Say what deleting would delete."""
    return {"deletion": to_builtins(desk.call("campaigns.deletion", Deletion, campaign_id=message.campaign))}


def delete(desk: Desk, message: Message) -> Answer:
    """Delete a campaign whose name was typed."""
    gone = desk.call("campaigns.delete", Deletion, campaign_id=message.campaign, name=message.name)
    return {"toast": f"{gone.campaign} is deleted, with {count(gone.tasks, 'task')}."}


# ---- tasks and jobs


def reassigned(done: Reassigned, to: str) -> str:
    """Return what a reassignment did, as a sentence."""
    if not done.tasks:
        text = "No task was moved"
    elif done.people:
        text = " · ".join(f"{count(n, 'task')} to {login}" for login, n in done.people.items())
    else:
        text = f"{count(done.tasks, 'task')} {'went' if to else 'went back'} to {to or 'the queue'}"
    if done.left:
        text += f"; {count(done.left, 'task')} that {'is' if done.left == 1 else 'are'} begun stayed"
    return f"{text}."


def reassign(desk: Desk, message: Message) -> Answer:
    """Give the chosen tasks to somebody, or back to the queue."""
    if not message.ids:
        raise InvalidInput("No tasks are chosen.")
    done = desk.call(
        "tasks.reassign", Reassigned,
        campaign_id=message.campaign, to=message.to or None, task_ids=message.ids, started=message.on,
    )  # fmt: skip
    return {"toast": reassigned(done, message.to)}


def reassign_job(desk: Desk, message: Message) -> Answer:
    """Give what is open of a job to somebody, or back to the queue."""
    done = desk.call(
        "tasks.reassign", Reassigned,
        campaign_id=message.campaign, to=message.to or None, step=message.step, assignee=message.login,
        started=message.on,
    )  # fmt: skip
    return {"toast": reassigned(done, message.to)}


def open_tasks(desk: Desk, message: Message) -> Answer:
    """Say how many tasks of a step are open, by person, and how many of them are begun."""
    people: dict[str, list[int]] = {}
    for task in desk.call("tasks.of_campaign", list[Task], campaign_id=message.campaign):
        if task.step == message.step and task.state in ("in_progress", "to_rework"):
            n = people.setdefault(task.assignee or "", [0, 0])
            n[0] += 1
            n[1] += begun(task)
    return {"people": people}


def redistribute(desk: Desk, message: Message) -> Answer:
    """Share what remains of a step anew, by weights."""
    done = desk.call(
        "tasks.redistribute", Reassigned,
        campaign_id=message.campaign, step=message.step, started=message.on,
        weights={login: weight for login, weight in message.weights.items() if weight},
    )  # fmt: skip
    return {"toast": reassigned(done, "")}


def restart(desk: Desk, message: Message) -> Answer:
    """Begin a job again with the assets that were rejected."""
    n = desk.call(
        "jobs.restart", int,
        campaign_id=message.campaign, step=message.step, member=message.login, to=message.to or None, also=message.also,
    )  # fmt: skip
    return {"toast": f"{count(n, 'task')} began again for {message.to or message.login}."}


def complete_job(desk: Desk, message: Message) -> Answer:
    """End what is open of a job."""
    n = desk.call(
        "jobs.complete", int,
        campaign_id=message.campaign, step=message.step, member=message.login, reason=message.text,
    )  # fmt: skip
    return {"toast": f"The job of {message.login} is completed; {count(n, 'task')} ended as skipped."}


# ---- members


def add(desk: Desk, message: Message) -> Answer:
    """Add a member with a password that is shown once."""
    password = secrets.token_urlsafe(9)  # made here: an answer that was lost and is asked for again holds none
    desk.call("members.add", NewMember, login=message.login, role=message.role, password=password)
    return {"secret": password}


def invite(desk: Desk, message: Message) -> Answer:
    """Add a member who chooses the password behind a link that works once."""
    token = secrets.token_urlsafe(32)
    made = desk.call("members.invite", Invitation, login=message.login, role=message.role, token=token)
    return {"token": token, "expires": when(made.expires)}


def role(desk: Desk, message: Message) -> Answer:
    """Change what a member may do."""
    made = desk.call("members.set_role", Member, login=message.login, role=message.role)
    return {"toast": f"{made.login} is {'an' if made.role[0] in 'ao' else 'a'} {made.role} now."}


def password(desk: Desk, message: Message) -> Answer:
    """Give a member a new password, which is shown once."""
    new = secrets.token_urlsafe(9)
    desk.call("members.set_password", None, login=message.login, password=new)
    return {"secret": new}


def disable(desk: Desk, message: Message) -> Answer:
    """Close an account."""
    desk.call("members.disable", None, login=message.login)
    return {"toast": f"{message.login} is disabled, and is logged out everywhere."}


def enable(desk: Desk, message: Message) -> Answer:
    """Open an account again."""
    desk.call("members.enable", None, login=message.login)
    return {"toast": f"{message.login} can log in again."}


# ---- what every part shows


def see(desk: Desk, message: Message) -> Answer:
    """Note that notices were seen."""
    desk.call("notices.see", int, notice_ids=list(message.ids) or None)
    return None


def close_banner(desk: Desk, message: Message) -> Answer:
    """Take a banner away."""
    desk.update(banner=None)
    return None
