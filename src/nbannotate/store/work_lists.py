"""A member's list at a step: what is, or was, the member's there, and what waits in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbannotate.store.transaction import Transaction

#: An asset, and where it stands.
Pair = tuple[int, int]


def pairs(tx: Transaction, campaign_id: int, step: int, member_id: int) -> list[Pair]:
    """Return the assets of which a member has or had a task at a step, and their positions."""
    rows = tx.all(
        "select distinct asset_id, position from data.tasks where campaign_id = $1 and step = $2 and assignee_id = $3",
        campaign_id, step, member_id,
    )  # fmt: skip
    return [(row["asset_id"], row["position"]) for row in rows]


def place(tx: Transaction, campaign_id: int, step: int, member_id: int, position: int) -> tuple[int, int]:
    """Return how many of a member's at a step stand no further back than a position, and how many there are."""
    # Distinct first and counted then: count(distinct …) takes more than half as long again.
    found = tx.one(
        "select count(*) filter (where position <= $4) as place, count(*) as mine from (select distinct asset_id, "
        "position from data.tasks where campaign_id = $1 and step = $2 and assignee_id = $3)",
        campaign_id, step, member_id, position,
    )  # fmt: skip
    assert found is not None
    return found["place"], found["mine"]


def waiting(tx: Transaction, campaign_id: int, step: int) -> dict[int, int]:
    """Return what waits in the queue of a step (by 0, nobody), and how much of it is not for each member."""
    rows = tx.all(
        "select member_id, case when member_id = 0 then waiting else apart end as n from data.counts "
        "where campaign_id = $1 and step = $2 and not gold",
        campaign_id, step,
    )  # fmt: skip
    return {row["member_id"]: row["n"] for row in rows}
