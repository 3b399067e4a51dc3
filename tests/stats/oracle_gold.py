"""What the table of gold answers should say, counted from rows as they were stored."""

from grown import Row
from oracle import Oracle, grouped, ratio


def gold(oracle: Oracle) -> list[Row]:
    """Return how the gold answers of each member in each campaign were scored; what was scored is as it is stored."""
    scores = {s["task_id"]: s for s in oracle.world.rows.get("gold_scores", [])}
    answered = [
        t for t in oracle.world.rows.get("gold", [])
        if t["task_id"] in scores and t["campaign_id"] in oracle.campaigns and oracle.who(t["_assignee"])
        and oracle.at(t) and oracle.inside(t["closed"])
    ]  # fmt: skip
    rows = []
    for (campaign_id, member), tasks in grouped(answered, lambda t: (t["campaign_id"], t["_assignee"])):
        its = [scores[t["task_id"]] for t in tasks]
        alike = [s for s in its if s["mean_iou"] is not None]
        both = sum(s["matched"] + s["other_label"] for s in alike)
        likeness = sum(s["mean_iou"] * (s["matched"] + s["other_label"]) for s in alike)
        falls = [
            f
            for f in oracle.world.rows.get("gold_falls", [])
            if (f["campaign_id"], f["_member"]) == (campaign_id, member)
        ]
        rows.append({
            "campaign_id": campaign_id, "campaign": oracle.world.campaigns[campaign_id]["name"], "member": member,
            "answers": len(its), "score": sum(s["score"] for s in its) / len(its),
            "lowest": min(s["score"] for s in its), "mean_iou": ratio(likeness, both),
            **{name: sum(s[name] for s in its) for name in ("matched", "other_label", "missed", "extra")},
            "worked_s": float(sum(t["worked_s"] for t in tasks)), "falls": len(falls),
        })  # fmt: skip
    return rows
