"""What a manager does to campaigns, tasks, jobs and members: one operation each, and a sentence on what came of it.

Rights and rules are the operations'; an error of theirs is the answer that the person reads.
"""

from __future__ import annotations

import secrets

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
from nbannotate.texts import t, tn

# ---- campaigns


def plan_launch(desk: Desk, message: Message) -> Answer:
    """Say what launching would do."""
    return {"plan": render.plan(desk.call("campaigns.plan", Plan, campaign_id=message.campaign))}


def launch(desk: Desk, message: Message) -> Answer:
    """Create the first tasks."""
    done = desk.call("campaigns.launch", Plan, campaign_id=message.campaign, activity=message.key)
    return {
        "toast": tn(
            sum(s.tasks for s in done.steps), "{name} is launched: {n} task created.",
            "{name} is launched: {n} tasks created.", name=done.campaign,
        )
    }  # fmt: skip


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
    if message.date is None:
        return {"toast": t("{name} has no due date now.", name=spec.name)}
    day = f"{message.date:%B} {message.date.day}, {message.date.year}"
    return {"toast": t("{name} is due on {day} now.", name=spec.name, day=day)}


def join(desk: Desk, message: Message) -> Answer:
    """Let the assets join that wait."""
    joined = desk.call("campaigns.join", int, campaign_id=message.campaign)
    if not joined:
        return {"toast": t("No assets were waiting.")}
    return {"toast": tn(joined, "{n} asset joined the first step.", "{n} assets joined the first step.")}


def complete(desk: Desk, message: Message) -> Answer:
    """End a campaign before all is done."""
    made = desk.call("campaigns.complete", Campaign, campaign_id=message.campaign, reason=message.text)
    return {"toast": t("{name} is completed.", name=made.name)}


def archive(desk: Desk, message: Message) -> Answer:
    """Put a campaign away, or take it out again."""
    made = desk.call("campaigns.archive", Campaign, campaign_id=message.campaign, archived=message.on)
    if message.on:
        return {"toast": t("{name} is archived.", name=made.name)}
    return {"toast": t("{name} is back from the archive.", name=made.name)}


def deletion(desk: Desk, message: Message) -> Answer:
    """Say what deleting would delete."""
    return {"deletion": to_builtins(desk.call("campaigns.deletion", Deletion, campaign_id=message.campaign))}


def delete(desk: Desk, message: Message) -> Answer:
    """Delete a campaign whose name was typed."""
    gone = desk.call("campaigns.delete", Deletion, campaign_id=message.campaign, name=message.name)
    text = tn(gone.tasks, "{name} is deleted, with {n} task.", "{name} is deleted, with {n} tasks.", name=gone.campaign)
    return {"toast": text}


# ---- tasks and jobs


def reassigned(done: Reassigned, to: str) -> str:
    """Return what a reassignment did, as a sentence."""
    if not done.tasks:
        text = t("No task was moved")
    elif done.people:
        said = (tn(n, "{n} task to {who}", "{n} tasks to {who}", who=login) for login, n in done.people.items())
        text = " · ".join(said)
    elif to:
        text = tn(done.tasks, "{n} task went to {who}", "{n} tasks went to {who}", who=to)
    else:
        text = tn(done.tasks, "{n} task went back to the queue", "{n} tasks went back to the queue")
    if done.left:
        left = tn(done.left, "{n} task that is begun stayed", "{n} tasks that are begun stayed")
        return t("{text+}; {more+}.", text=text, more=left)
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
    who = message.to or message.login
    return {"toast": tn(n, "{n} task began again for {who}.", "{n} tasks began again for {who}.", who=who)}


def resume(desk: Desk, message: Message) -> Answer:
    """Let somebody go on who is paused for answers to images whose answer is known."""
    desk.call("gold.resume", None, campaign_id=message.campaign, login=message.login)
    return {"toast": t("{who} can go on.", who=message.login)}


def complete_job(desk: Desk, message: Message) -> Answer:
    """End what is open of a job."""
    n = desk.call(
        "jobs.complete", int,
        campaign_id=message.campaign, step=message.step, member=message.login, reason=message.text,
    )  # fmt: skip
    text = tn(
        n, "The job of {who} is completed; {n} task ended as skipped.",
        "The job of {who} is completed; {n} tasks ended as skipped.", who=message.login,
    )  # fmt: skip
    return {"toast": text}


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
    return {"toast": t("The role of {who} is {role+} now.", who=made.login, role=made.role)}


def password(desk: Desk, message: Message) -> Answer:
    """Give a member a new password, which is shown once."""
    new = secrets.token_urlsafe(9)
    desk.call("members.set_password", None, login=message.login, password=new)
    return {"secret": new}


def disable(desk: Desk, message: Message) -> Answer:
    """Close an account."""
    desk.call("members.disable", None, login=message.login)
    return {"toast": t("{who} is disabled, and is logged out everywhere.", who=message.login)}


def enable(desk: Desk, message: Message) -> Answer:
    """Open an account again."""
    desk.call("members.enable", None, login=message.login)
    return {"toast": t("{who} can log in again.", who=message.login)}


# ---- what every part shows


def see(desk: Desk, message: Message) -> Answer:
    """Note that notices were seen."""
    desk.call("notices.see", int, notice_ids=list(message.ids) or None)
    return None


def close_banner(desk: Desk, message: Message) -> Answer:
    """Take a banner away."""
    desk.update(banner=None)
    return None
