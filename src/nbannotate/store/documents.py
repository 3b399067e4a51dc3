"""Files that instructions are made of, by the SHA-256 of their bytes."""

from __future__ import annotations

import datetime

from nbannotate.store.engine import Transaction


def add(tx: Transaction, sha256: str, name: str, body: bytes, now: datetime.datetime) -> None:
    """Keep a file; one that is there already stays as it is."""
    tx.run("insert into data.documents values ($1, $2, $3, $4) on conflict do nothing", sha256, name, body, now)


def exists(tx: Transaction, sha256: str) -> bool:
    """Return whether there is a file with these bytes."""
    return bool(tx.value("select count(*) from data.documents where sha256 = $1", sha256))


def body(tx: Transaction, sha256: str) -> bytes | None:
    """Return the bytes of a file, or None."""
    found = tx.value("select body from data.documents where sha256 = $1", sha256)
    return None if found is None else bytes(found)


def is_read_by(tx: Transaction, sha256: str, member_id: int) -> bool:
    """Return whether a member works, or worked, in a launched campaign whose instructions have this file."""
    return bool(
        tx.value(
            """
            select count(*) from data.campaigns c
            where c.launched is not null and json_extract_string(c.spec, '$.pdf.sha256') = $1
              and (exists (select 1 from data.step_members s where s.campaign_id = c.campaign_id and s.member_id = $2)
                or exists (select 1 from data.tasks t where t.campaign_id = c.campaign_id and t.assignee_id = $2))
            """,
            sha256,
            member_id,
        )
    )
