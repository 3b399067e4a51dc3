"""What is kept for a while only: answers that nobody asks for again, sessions that are over, notices that were seen."""

from __future__ import annotations

import datetime

from nbannotate.store.transaction import Transaction

ANSWERS = datetime.timedelta(days=1)
SESSIONS = datetime.timedelta(days=30)
NOTICES = datetime.timedelta(days=90)
#: What is past its time waits so long for others to go with it.
LEEWAY = datetime.timedelta(hours=1)

_OLD = {
    "requests": ("created", ANSWERS),
    "sessions": ("coalesce(ended, expires)", SESSIONS),
    "notices": ("seen", NOTICES),
}


def is_due(tx: Transaction, now: datetime.datetime) -> bool:
    """Return whether something is past its time."""
    return any(
        tx.value(f"select count(*) > 0 from data.{table} where {moment} < $1", now - kept - LEEWAY)
        for table, (moment, kept) in _OLD.items()
    )


def forget(tx: Transaction, now: datetime.datetime) -> None:
    """Delete what is past its time."""
    for table, (moment, kept) in _OLD.items():
        tx.run(f"delete from data.{table} where {moment} < $1", now - kept)
