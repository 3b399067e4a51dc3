"""Everything that the browser may ask the manager's page for, and who does it."""

from __future__ import annotations

from nbannotate.pages.manage import campaigns, members, notices, polling, tasks
from nbannotate.pages.manage.desk import Handler
from nbannotate.pages.manage.messages import Request

#: What only reads; it is answered while something slow is done.
READS: dict[type[Request], Handler] = {
    polling.Beat: polling.beat,
    polling.AskActivity: polling.activity,
    polling.OpenStatistics: polling.statistics,
    campaigns.PlanLaunch: campaigns.plan_launch,
    campaigns.PlanDue: campaigns.plan_due,
    campaigns.PlanDeletion: campaigns.deletion,
    tasks.CountOpen: tasks.open_tasks,
    notices.CloseBanner: notices.close_banner,
}

#: What changes the workspace, in order.
DOES: dict[type[Request], Handler] = {
    campaigns.Launch: campaigns.launch,
    campaigns.SetDue: campaigns.due,
    campaigns.Join: campaigns.join,
    campaigns.Complete: campaigns.complete,
    campaigns.Archive: campaigns.archive,
    campaigns.Delete: campaigns.delete,
    tasks.Reassign: tasks.reassign,
    tasks.ReassignJob: tasks.reassign_job,
    tasks.Redistribute: tasks.redistribute,
    tasks.Resume: tasks.resume,
    tasks.Restart: tasks.restart,
    tasks.CompleteJob: tasks.complete_job,
    members.Add: members.add,
    members.Invite: members.invite,
    members.SetRole: members.role,
    members.ResetPassword: members.password,
    members.Disable: members.disable,
    members.Enable: members.enable,
    notices.SeeNotices: notices.see,
}

ACTIONS: dict[type[Request], Handler] = {**READS, **DOES}
