"""What is kept of revisions for statistics, against the same counted anew."""

from typing import Any

from nbannotate.store import revision_counts
from nbannotate.store.engine import Engine

#: From so many revisions on that are not counted they are; so that there are some of both kinds.
LEAST = 3

#: What the views say, by the rows that they are about.
LABELS = "select annotation_id, version_id, task_id, label, kind, shapes, area from {} order by all"
SHAPES = (
    "select annotation_id, version_id, task_id, label, kind, count(*), sum(area) from {} "
    "group by annotation_id, version_id, task_id, label, kind order by all"
)
FIRST = "select count(*) filter (where is_first), count(distinct (annotation_id, version_id, label)) from label_history"
EDITS = "select * from review_edits order by all"


def check_revision_counts(engine: Engine) -> None:
    """Count what is due; check that the views say the same with what is kept and without it."""
    revision_counts.count(engine, LEAST)
    with engine.beside() as tx:
        tx.run("begin")
        try:
            kept = _said(tx.connection)
            for table in ("revision_labels", "counted_revisions", "review_edits"):
                tx.run(f"delete from data.{table}")
            assert kept == _said(tx.connection)
            for counted, shapes in (("label_history", "shape_history"), ("label_counts", "shapes")):
                assert kept[counted] == tx.connection.execute(SHAPES.format(shapes)).fetchall()
            assert kept["first"][0][0] == kept["first"][0][1]
        finally:
            tx.run("rollback")


def _said(connection: Any) -> dict[str, list[tuple[Any, ...]]]:
    asked = {"first": FIRST, "edits": EDITS, **{v: LABELS.format(v) for v in ("label_history", "label_counts")}}
    return {name: connection.execute(sql).fetchall() for name, sql in asked.items()}
