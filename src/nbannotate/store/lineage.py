"""Versions that come from others: publishing one, and making a child of it."""

from __future__ import annotations

from nbannotate.store.engine import Transaction


def publish(tx: Transaction, version_id: int) -> None:
    """Mark a version as one that never changes again."""
    tx.run("update data.versions set state = 'published' where version_id = $1", version_id)


def copy(tx: Transaction, parent_id: int, child_id: int, annotations: bool) -> None:
    """Put the assets of a version into its child, and the latest annotation of each as said by who said it."""
    tx.run(
        "insert into data.version_assets select $2, asset_id, position from data.version_assets where version_id = $1",
        parent_id,
        child_id,
    )
    if not annotations:
        return
    tx.run(
        """
        create or replace temp table copied as
        select nextval('data.ids') as annotation_id, original from (
          select max(annotation_id) as original from data.annotations where version_id = $1 group by asset_id order by 1
        )
        """,
        parent_id,
    )
    tx.run(
        """
        insert into data.annotations
        select c.annotation_id, $1, n.asset_id, null, null, n.member_id, n.source, n.nothing_to_label, n.tags,
               n.created, n.tag_attributes
        from copied c join data.annotations n on n.annotation_id = c.original
        """,
        child_id,
    )
    tx.run(
        "insert into data.shapes select c.annotation_id, s.* exclude (annotation_id) "
        "from copied c join data.shapes s on s.annotation_id = c.original"
    )
    tx.run("drop table copied")
