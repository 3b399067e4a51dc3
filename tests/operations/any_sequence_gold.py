"""What must hold of gold after any sequence of work: it is no work, and nothing shows it but what is about gold."""

from __future__ import annotations

from typing import Any

from .any_sequence_recount import is_open
from .any_sequence_rig import World

Row = dict[str, Any]
#: Views of the work, and what names a task or an image there.
VIEWS = {"tasks": "task_id", "activity": "task_id", "issues": "task_id", "asset_states": "asset_id"}


def check_gold(rows: dict[str, list[Row]]) -> None:
    """Check that no gold is work, that nobody has an image twice, and that just what was submitted is scored."""
    gold = rows["gold"]
    assert not any(t["is_current"] for t in gold), "gold is the current task of its asset"
    assert {(t["step"], t["round"]) for t in gold} <= {(0, 1)}, "something follows gold"
    assert {t["asset_id"] for t in gold}.isdisjoint(t["asset_id"] for t in rows["tasks"])
    assert {t["origin"] for t in rows["annotations"] if t["task_id"] in {g["task_id"] for g in gold}} <= {"gold"}
    had = [(t["asset_id"], t["assignee_id"]) for t in gold if t["assignee_id"] is not None]
    assert len(had) == len(set(had)), f"somebody has a gold image twice: {sorted(had)}"
    for task in gold:
        assert is_open(task) == (task["outcome"] is None) == (task["closed"] is None), task
        assert is_open(task) or task["assignee_id"] is not None or task["outcome"] == "ended", task
    submitted = {t["task_id"] for t in gold if t["outcome"] == "submitted"}
    assert {s["task_id"] for s in rows["gold_scores"]} == submitted
    standing = [f["member_id"] for f in rows["gold_falls"] if f["ended"] is None]
    assert len(standing) == len(set(standing))


def check_gold_stays(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> None:
    """Check that no gold disappears, and that what was answered, and its score, never change."""
    known = {t["task_id"]: t for t in after["gold"]}
    for was in before["gold"]:
        assert was["task_id"] in known, f"a gold task disappeared: {was}"
        assert is_open(was) or known[was["task_id"]] == was, f"a gold answer changed: {was} -> {known[was['task_id']]}"
    assert all(score in after["gold_scores"] for score in before["gold_scores"])


def check_unseen(world: World, rows: dict[str, list[Row]]) -> None:
    """Check that no table of the work shows gold."""
    if not rows["gold"]:
        return
    with world.engine.read() as tx:
        for view, name in VIEWS.items():
            its = [t[name] for t in rows["gold"]]
            assert not tx.all(f"select * from {view} where list_contains($1, {name})", its), f"{view} shows gold"


def check_no_export(world: World, golden: set[int]) -> None:
    """Check that the version that people worked on says nothing of gold images."""
    if golden:
        exported = world.folder / "exported.json"
        world.version.write("coco", exported)
        said = exported.read_text()
        shown = world.version.annotations.df()
        assert '"annotations"' in said
        assert set(shown["asset_id"]).isdisjoint(golden), "an export shows an answer to gold"
