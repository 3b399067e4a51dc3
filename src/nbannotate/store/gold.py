"""Gold in the tables: which images can be, their tasks, what was scored, and who is below."""

from __future__ import annotations

import datetime

from msgspec import Struct

from nbannotate.model import CampaignSpec
from nbannotate.rules.gold import Had, Score, due_among, step_of
from nbannotate.store.campaigns import OPEN, not_theirs
from nbannotate.store.campaigns import spec as spec_of
from nbannotate.store.rows import FALLS, FallRow
from nbannotate.store.transaction import Transaction


def source(tx: Transaction, version_id: int, spec: CampaignSpec) -> tuple[int, bool] | None:
    """Return the version that has the known answers of a campaign on another one, and whether it is published.

    None if there is no such one.
    """
    found = tx.one(
        "select k.version_id, k.state from data.versions v "
        "join data.versions k on k.dataset_id = v.dataset_id join data.datasets d on d.dataset_id = v.dataset_id "
        "where v.version_id = $1 and (k.name = $2 or d.name || '/' || k.name = $2) order by k.name = $2 desc limit 1",
        version_id, spec.workflow.gold,
    )  # fmt: skip
    return None if found is None else (found["version_id"], found["state"] == "published")


def used_by(tx: Transaction, version_id: int) -> list[str]:
    """Return the names of the campaigns whose known answers a version has."""
    rows = tx.all(
        "select c.campaign_id, c.version_id, c.name from data.campaigns c "
        "join data.versions v on v.version_id = c.version_id "
        "where v.dataset_id = (select dataset_id from data.versions where version_id = $1) order by c.campaign_id",
        version_id,
    )
    found = [(r["name"], source(tx, r["version_id"], spec_of(tx, r["campaign_id"]))) for r in rows]
    return [name for name, known in found if known is not None and known[0] == version_id]


def eligible(tx: Transaction, version_id: int, spec: CampaignSpec) -> str:
    """Return a query of the images that can be gold in a campaign on a version: asset_id, annotation_id (known), name.

    Those of the version with known answers that have one, other than what work on the image would begin with. Where the
    version has an image of the same name and size, it is that one, so that its id says nothing. Frames of a sequence
    are none: they are seen beside the others.
    """
    known = source(tx, version_id, spec)
    if known is None:
        return "select cast(null as bigint) as asset_id, cast(null as bigint) as annotation_id, '' as name where false"
    begun = "" if spec.existing != "prefill" else (
        f" where not exists (select 1 from data.version_heads v where v.version_id = {version_id:d} "
        "and v.asset_id = e.asset_id and v.annotation_id = e.annotation_id)"
    )  # fmt: skip
    return (
        "select * from (select coalesce(o.asset_id, h.asset_id) as asset_id, h.annotation_id, a.name "
        "from data.version_heads h join data.version_assets p on p.version_id = h.version_id "
        "and p.asset_id = h.asset_id and p.archived is null join data.assets a on a.asset_id = h.asset_id "
        "left join (select s.* from data.version_assets v join data.assets s on s.asset_id = v.asset_id "
        f"where v.version_id = {version_id:d}) o on o.name = a.name and o.width = a.width and o.height = a.height "
        f"where h.version_id = {known[0]:d} and a.sequence is null) e{begun}"
    )


def assets(
    tx: Transaction, version_id: int, spec: CampaignSpec, campaign_id: int | None = None
) -> list[tuple[int, int, str]]:
    """Return id, revision of the known answer, and name of the images that can be gold: none that are at work."""
    rows = tx.all(
        f"select e.asset_id, e.annotation_id, e.name from ({eligible(tx, version_id, spec)}) e "
        "where e.name not in (select a.name from data.tasks t join data.assets a on a.asset_id = t.asset_id "
        "where t.campaign_id = $1 and t.gold is null) order by e.asset_id",
        campaign_id,
    )
    return [(r["asset_id"], r["annotation_id"], r["name"]) for r in rows]


def has_frames(tx: Transaction) -> bool:
    """Return whether frames of a sequence are among the table ``chosen``."""
    return bool(tx.value(
        "select count(*) from chosen c join data.assets a on a.asset_id = c.asset_id where a.sequence is not null"
    ))  # fmt: skip


def apart(tx: Transaction, version_id: int, asset_ids: list[int], spec: CampaignSpec) -> dict[str, int]:
    """Return how many images differ from those of the table ``chosen``, by what: folders, sizes, ids, begun."""
    row = tx.one(
        """
        with its as (select * from data.assets where asset_id in (select unnest($1::bigint[]))),
        others as (select a.* from chosen c join data.assets a on a.asset_id = c.asset_id)
        select (select count(*) from its where folder not in (select distinct folder from others)) as folders,
               (select count(*) from its i where not exists (
                  select 1 from others o where o.width = i.width and o.height = i.height)) as sizes,
               (select count(*) from its where asset_id < (select min(asset_id) from others)
                  or asset_id > (select max(asset_id) from others)) as ids,
               (select count(*) from its where $3 and (select bool_or(annotated) from chosen) and asset_id not in (
                  select asset_id from data.version_heads where version_id = $2)) as begun
        """,
        asset_ids, version_id, spec.existing == "prefill",
    )  # fmt: skip
    assert row is not None
    return row


def had(tx: Transaction, campaign_id: int, step: int) -> Had:
    """Return what a campaign has at a step."""
    rows = tx.all(
        "select assignee_id, count(*) filter (where gold is null) as others, "
        "coalesce(list(asset_id) filter (where gold is not null), []) as gold from data.tasks "
        "where campaign_id = $1 and step = $2 and round = 1 group by 1",
        campaign_id, step,
    )  # fmt: skip
    copies = tx.all(
        "select asset_id, max(copy) as copies from data.tasks where campaign_id = $1 and gold is not null group by 1",
        campaign_id,
    )
    return Had(
        {r["assignee_id"]: r["others"] for r in rows if r["assignee_id"] is not None},
        {r["assignee_id"]: frozenset(r["gold"]) for r in rows if r["assignee_id"] is not None},
        sum(r["others"] for r in rows),
        {r["asset_id"]: r["copies"] for r in copies},
    )


def an_answer(tx: Transaction, campaign_id: int) -> int | None:
    """Return some known answer of a campaign, always the same one; None if there is none."""
    return tx.once(  # type: ignore[no-any-return]
        ("gold", campaign_id), lambda: tx.value("select min(gold) from data.tasks where campaign_id = $1", campaign_id)
    )


def stock(tx: Transaction, campaign_id: int, spec: CampaignSpec, member_id: int) -> tuple[int, int]:
    """Return how many tasks a member had at the step with gold, and how much gold waits that the member can get."""
    step = step_of(spec)
    found = tx.one(
        f"""
        select (select count(*) from data.tasks
                where campaign_id = $1 and step = $2 and assignee_id = $3 and round = 1) as had,
               (select count(distinct t.asset_id) from data.tasks t
                where t.campaign_id = $1 and t.step = $2 and t.gold is not null and t.assignee_id is null
                  and {OPEN}{not_theirs(step, "$3")}) as waiting
        """,
        campaign_id, step, member_id,
    )  # fmt: skip
    assert found is not None
    return found["had"], found["waiting"]


def holds(tx: Transaction, campaign_id: int, step: int, member_id: int, but: int | None) -> bool:
    """Return whether a member has an open task at a step, other than one."""
    return bool(tx.value(
        f"select count(*) from data.tasks t where t.campaign_id = $1 and t.step = $2 and t.assignee_id = $3 "
        f"and t.task_id is distinct from $4 and {OPEN}",
        campaign_id, step, member_id, but,
    ))  # fmt: skip


def coming(tx: Transaction, campaign_id: int, step: int, member_id: int, others: int) -> int:
    """Return how much gold a member gets at a step with so many other tasks that wait in its queue."""
    its = spec_of(tx, campaign_id)
    if others <= 0 or step != step_of(its):
        return 0
    had_, waiting = stock(tx, campaign_id, its, member_id)
    return min(waiting, due_among(its, member_id, had_, others))


def is_known(tx: Transaction, annotation_id: int, member_id: int) -> bool:
    """Return whether a revision is the known answer of an image that a member has, or had, as gold, or could get."""
    return bool(tx.value(
        "select count(*) from data.tasks t where t.gold = $1 and (t.assignee_id = $2 or t.assignee_id is null)",
        annotation_id, member_id,
    ))  # fmt: skip


def add_score(tx: Transaction, task_id: int, its: Score, *, shown: bool) -> None:
    """Keep how an answer was scored; ``shown``: the person may see what was wrong."""
    tx.run(
        "insert into data.gold_scores values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        task_id, its.score, its.f1, its.matched, its.other_label, len(its.missed), len(its.extra), its.tags_right,
        its.tags_wrong, its.mean_iou, shown,
    )  # fmt: skip


def take_score(tx: Transaction, task_id: int) -> None:
    """Take away how an answer was scored; of a task that is no gold there is nothing."""
    tx.run("delete from data.gold_scores where task_id = $1", task_id)


def may_be_shown(tx: Transaction, task_id: int) -> bool:
    """Return whether the person who answered a gold task may see what was wrong."""
    return bool(tx.value("select count(*) from data.gold_scores where task_id = $1 and shown", task_id))


def scores(tx: Transaction, campaign_id: int, member_id: int, most: int) -> list[float]:
    """Return the last scores of a member, oldest first: those since a manager let the member go on."""
    rows = tx.all(
        """
        select g.score from data.tasks t join data.gold_scores g on g.task_id = t.task_id
        where t.campaign_id = $1 and t.assignee_id = $2 and t.gold is not null and t.closed > coalesce((
          select max(f.ended) from data.gold_falls f
          where f.campaign_id = $1 and f.member_id = $2 and f.ended_by is not null
        ), timestamp '1970-01-01')
        order by t.closed desc, t.task_id desc limit $3
        """,
        campaign_id, member_id, most,
    )  # fmt: skip
    return [r["score"] for r in reversed(rows)]


def fallen(tx: Transaction, campaign_id: int, member_id: int) -> FallRow | None:
    """Return since when a member's answers are not good enough, and what was done about it; None if they are."""
    return next((f for f in tx.rows(FALLS, campaign_id, member_id) if f.ended is None), None)


def fall(
    tx: Transaction, campaign_id: int, member_id: int, mean: float, answers: int, action: str, now: datetime.datetime
) -> None:
    """Note that a member's answers are not good enough from now on, and what is done about it."""
    tx.run(
        "insert into data.gold_falls values ($1, $2, $3, $4, $5, $6, null, null)",
        campaign_id, member_id, now, mean, answers, action,
    )  # fmt: skip


def rise(tx: Transaction, campaign_id: int, member_id: int, now: datetime.datetime, by: int | None = None) -> None:
    """Note that a member's answers are good enough again, or that a manager (``by``) let the member go on."""
    tx.run(
        "update data.gold_falls set ended = $3, ended_by = $4 where campaign_id = $1 and member_id = $2 "
        "and ended is null",
        campaign_id, member_id, now, by,
    )  # fmt: skip


class Answerer(Struct, frozen=True):
    """A member, how many images with a known answer they answered, and their mean score."""

    member_id: int
    login: str
    answers: int
    mean: float | None


def members(tx: Transaction, campaign_id: int) -> list[Answerer]:
    """Return the members who work at the step with gold, or answered some."""
    return tx.read(
        Answerer,
        """
        select m.member_id, m.login, count(g.task_id) as answers, avg(g.score) as mean from (
          select member_id from data.step_members where campaign_id = $1 and step = 0
          union
          select assignee_id from data.tasks where campaign_id = $1 and gold is not null and assignee_id is not null
        ) w
        join data.members m on m.member_id = w.member_id
        left join data.tasks t on t.campaign_id = $1 and t.gold is not null and t.assignee_id = w.member_id
        left join data.gold_scores g on g.task_id = t.task_id
        group by 1, 2 order by 2
        """,
        campaign_id,
    )
