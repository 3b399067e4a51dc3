"""The card of a workspace."""

from __future__ import annotations

from nbannotate import model
from nbannotate.cards import Card, Counts, Grid, card_of, count, quoted
from nbannotate.workspace.cards.asked import Notes, listed, rows
from nbannotate.workspace.workspace import Server, Workspace

#: So many datasets are listed.
MOST = 8


@card_of.register
def _(ws: Workspace) -> Card:
    notes = Notes()
    campaigns = notes.ask("Campaigns", lambda: ws.client.call("campaigns.list", list[model.Campaign])) or []
    next: tuple[str, ...]
    counts: Counts
    if ws.me.role == "annotator":
        jobs = ws.client.call("tasks.mine", list[model.Job])
        table = Grid(
            ("campaign", "step", "state", "remaining", "of"),
            tuple((j.campaign, j.step_name, j.state.replace("_", " "), j.remaining, j.total) for j in jobs),
        )
        counts = (count(len(jobs), "job"), count(sum(j.remaining for j in jobs), "task remaining", "tasks remaining"))
        next = ("ws.work.next(…)", "nb.Annotator(ws)") if jobs else ()
        return Card("Workspace", ws.path, _who(ws), counts, (table,), tuple(notes.said), next)
    found = notes.ask("Datasets", lambda: rows(ws, _DATASETS)) or []
    members = notes.ask("Members", lambda: rows(ws, "select count(*) as n from members where active")) or []
    counts = (count(len(found), "dataset"),)
    counts += ((sum(r["assets"] for r in found), "assets"),)
    counts += (count(len(campaigns), "campaign"),)
    counts += (count(members[0]["n"], "member"),) if members else ()
    datasets = Grid(
        ("dataset", "versions", "assets"),
        tuple((r["name"], r["versions"], r["assets"]) for r in found[:MOST]),
        max(0, len(found) - MOST),
    )
    if not found:
        next = ('ws.create_dataset("…").create_version("v1").add_images("images/")',)
    elif not campaigns:
        next = (f"ws.datasets[{quoted(found[0]['name'])}]", 'ws.members.add("ana")', "version.create_campaign(…)")
    else:
        next = (f"ws.campaigns[{quoted(campaigns[0].name)}]", "ws.members", 'ws.sql("select …")', "ws.serve()")
    return Card("Workspace", ws.path, _who(ws), counts, (datasets, listed(campaigns)), tuple(notes.said), next)


_DATASETS = """
select d.name, coalesce(v.n, 0) as versions, coalesce(a.n, 0) as assets
from datasets d
left join (select dataset_id, count(*) as n from versions group by 1) v on v.dataset_id = d.dataset_id
left join (select dataset_id, count(distinct asset_id) as n from assets group by 1) a on a.dataset_id = d.dataset_id
order by d.dataset_id desc
"""


def _who(ws: Workspace) -> str:
    word = f", on the word of {ws.on_word_of.me.login}" if ws.on_word_of else ""
    return f"as {ws.me.login}, {ws.me.role}{word}"


@card_of.register
def _(server: Server) -> Card:
    running = server._process.poll() is None
    next = ("server.stop()",) if running else ()
    return Card("Server", server.url, "running" if running else "stopped", next=next)
