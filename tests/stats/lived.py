"""A campaign whose weeks were simulated task by task, as rows of a real workspace."""

import datetime as dt
from typing import Any

from tests.rules.forecasting.worlds import MONDAY, World
from tests.stats.grown import Row, insert

from nbannotate import model

#: By step, in the order of the world's people.
PEOPLE = (("ana", "ben", "eve", "ivo", "lea"), ("chloe", "dan", "fay"), ("max", "ora"))
STEPS = ("draw", "check", "final")


def logins(world: World) -> list[str]:
    """The logins of the world's people."""
    return [PEOPLE[step][k] for step, k in world.names]


def plant(world: World, ws: Any, *, monday: dt.datetime = MONDAY, name: str = "July", **more: Any) -> Any:
    """Return a campaign, with what a world lived so far in it.

    Parameters
    ----------
    world
        What happened.
    ws
        A workspace of this process; what is there stays.
    monday
        When the world began, naive UTC.
    name
        Of the campaign.
    more
        Of the campaign, for example its ``due`` day.
    """
    there = set(ws.sql("select login from members")["login"])
    for step, its in enumerate(PEOPLE):
        for login in its[: world.people[step] if step < len(world.people) else 0]:
            if login not in there:
                ws.members.add(login, "annotator" if step == 0 else "reviewer")
    ids = dict(ws.sql("select login, member_id from members").itertuples(index=False, name=None))
    version = ws.create_dataset(f"images of {name}").create_version("v1")
    steps = tuple(
        model.Step(STEPS[s], kind="review" if s else "annotation", assignees=PEOPLE[s][:n])
        for s, n in enumerate(world.people)
    )
    campaign = version.create_campaign(name, model.Recipe(labels=("cell",)), model.Workflow(steps), **more)
    of = [ids[login] for login in logins(world)]

    def at(seconds: float) -> dt.datetime:
        return monday + dt.timedelta(seconds=seconds)

    with ws.client.dispatcher.engine.write() as tx:
        layer = tx.value("select layer_id from data.version_layers where version_id = $1", version.version_id)
        assets: list[Row] = [
            {"asset_id": tx.new_id(), "dataset_id": version.dataset.dataset_id, "name": f"a{i:05}.png", "path": "",
             "folder": "", "width": 640, "height": 480, "bytes": 1, "metadata": "{}", "created": monday}
            for i in range(world.assets)
        ]  # fmt: skip
        insert(tx, "assets", assets)
        insert(tx, "layer_assets", [
            {"layer_id": layer, "asset_id": a["asset_id"], "position": i, "effect": 1, "added": monday}
            for i, a in enumerate(assets)
        ])  # fmt: skip
        tx.run("update data.campaigns set launched = $2 where campaign_id = $1", campaign.campaign_id, monday)
        tx.run("delete from data.steps where campaign_id = $1", campaign.campaign_id)
        insert(tx, "steps", [{"campaign_id": campaign.campaign_id, "step": s, "name": step.name, "kind": step.kind}
                             for s, step in enumerate(steps)])  # fmt: skip
        tasks, numbers, last = [], {}, {visit.asset: visit for visit in world.visits}
        seconds = dict.fromkeys(map(id, world.visits), 0.0)
        for visit, begin, end in world.stretches:
            seconds[id(visit)] += end - begin
        for visit in world.visits:
            numbers[id(visit)] = tx.new_id()
            is_review, is_open = visit.step > 0, visit.closed is None
            outcome = "rework" if visit.sent_back else "accepted" if is_review else "submitted"
            state = ("to_rework" if visit.is_rework else "in_progress") if is_open else "done"
            tasks.append({
                "task_id": numbers[id(visit)], "campaign_id": campaign.campaign_id,
                "asset_id": assets[visit.asset]["asset_id"], "step": visit.step, "round": 1, "position": visit.asset,
                "state": state, "outcome": None if is_open else outcome, "status": None,
                "is_current": last[visit.asset] is visit, "assignee_id": None if visit.who is None else of[visit.who],
                "worked_s": seconds[id(visit)], "shown_s": seconds[id(visit)], "editing_s": 0.0,
                "created": at(visit.created), "opened": None if visit.opened is None else at(visit.opened),
                "closed": None if visit.closed is None else at(visit.closed),
            })  # fmt: skip
        insert(tx, "tasks", tasks)
        insert(tx, "activity", [
            {"member_id": of[visit.who], "task_id": numbers[id(visit)], "campaign_id": campaign.campaign_id,
             "asset_id": assets[visit.asset]["asset_id"], "step": visit.step, "label": None, "started": at(begin),
             "ended": at(end), "shown_s": end - begin, "worked_s": end - begin, "editing_s": 0.0}
            for visit, begin, end in world.stretches if visit.who is not None
        ])  # fmt: skip
    return campaign
