"""How people answer gold: images whose answer is known."""

from __future__ import annotations

import pandas as pd

from nbannotate.stats.query import Query
from nbannotate.stats.table import Column, table


def scored(q: Query) -> str:
    """Return scored answers to images whose answer is known, by when they were given."""
    picked = q.where(member="g.member", step="s.name", time="g.closed", campaign="g.campaign_id")
    return (
        "select g.*, s.step, s.name as step_name from gold_answers g "
        "join steps s on s.campaign_id = g.campaign_id and s.step = 0 "
        f"where g.score is not null and {picked}"
    )


@table(
    {
        "campaign_id": Column("int64", "Number of the campaign."),
        "campaign": Column("string", "Name of the campaign."),
        "member": Column("string", "Login."),
        "answers": Column("int64", "Answers that were scored."),
        "score": Column("float64", "Mean score: F1 over shapes and tags, 0 to 1."),
        "lowest": Column("float64", "The lowest score."),
        "mean_iou": Column("float64", "Mean likeness of shapes that both have, 0 to 1; missing for none."),
        "matched": Column("int64", "Shapes that both have, with one label."),
        "other_label": Column("int64", "Shapes that both have, with different labels."),
        "missed": Column("int64", "Known shapes that the answers do not have, or have with another label."),
        "extra": Column("int64", "Shapes of the answers that are not known, or known with another label."),
        "worked_s": Column("float64", "Time worked on them, in seconds."),
        "falls": Column("int64", "How often the member's last answers were not good enough; of all times."),
    },
    rows=scored,
)
def gold(q: Query) -> pd.DataFrame:
    """Return one row per campaign and member: how their answers agree with those that are known.

    All other tables leave these answers out.
    """
    return q.run(f"""
        select g.*, coalesce(f.falls, 0) as falls from (
            select campaign_id, campaign, member, count(*) as answers, avg(score) as score, min(score) as lowest,
                   sum(mean_iou * (matched + other_label)) / nullif(sum(
                       case when mean_iou is not null then matched + other_label end), 0) as mean_iou,
                   sum(matched) as matched, sum(other_label) as other_label, sum(missed) as missed,
                   sum(extra) as extra, sum(coalesce(worked_s, 0)) as worked_s
            from ({scored(q)}) a group by 1, 2, 3
        ) g left join (
            select campaign_id, member, count(*) as falls from gold_falls group by 1, 2
        ) f on f.campaign_id = g.campaign_id and f.member = g.member
        order by 1, 3
    """)
