"""Versions that come from others: publishing one, and making a child of it."""

from __future__ import annotations

from nbannotate.store.transaction import Transaction


def publish(tx: Transaction, version_id: int) -> None:
    """Mark a version as one that never changes again."""
    tx.run("update data.versions set state = 'published' where version_id = $1", version_id)
