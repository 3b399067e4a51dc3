"""What a new workspace begins with: one member, its owner."""

from __future__ import annotations

import getpass
import re

from nbannotate.operations.dispatch import utc_now
from nbannotate.store import people
from nbannotate.store.engine import Engine


def first_member(engine: Engine) -> None:
    """Give a workspace without members its owner, named after this computer's user.

    The account has no password, so that it cannot log in to pages before it is given one.
    """
    with engine.write() as tx:
        if not people.members(tx):
            try:
                login = re.sub(r"[^A-Za-z0-9._-]", "", getpass.getuser())
            except (OSError, KeyError):
                login = ""  # a container's user may have no name
            people.add_member(tx, login or "owner", "owner", None, utc_now())
