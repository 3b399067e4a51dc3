"""Everything that the browser may ask the manager's page for, by name."""

from __future__ import annotations

from nbannotate.pages.manager import doing, reading
from nbannotate.pages.manager.desk import Handler

#: What only reads; it is answered while something slow is done.
READS: dict[str, Handler] = {
    "beat": reading.beat,
    "activity": reading.activity,
    "statistics": reading.statistics,
    "plan_launch": doing.plan_launch,
    "plan_due": doing.plan_due,
    "deletion": doing.deletion,
    "open_tasks": doing.open_tasks,
    "close_banner": doing.close_banner,
}

#: What changes the workspace, in order.
DOES: dict[str, Handler] = {
    f.__name__: f
    for f in (
        doing.launch, doing.due, doing.join, doing.complete, doing.archive, doing.delete, doing.reassign,
        doing.reassign_job, doing.redistribute, doing.resume, doing.restart, doing.complete_job, doing.add,
        doing.invite, doing.role, doing.password, doing.disable, doing.enable, doing.see,
    )
}  # fmt: skip

ACTIONS: dict[str, Handler] = {**READS, **DOES}
