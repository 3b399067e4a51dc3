"""What a workspace has of a person, and what happens when somebody is forgotten."""

from __future__ import annotations

import datetime

from msgspec import Struct

from nbannotate.model.value import Record


class PersonTable(Struct, frozen=True):
    """A file of what a workspace has of a person.

    Parameters
    ----------
    file
        Its name.
    holds
        What is in it.
    rows
        How many rows it has, without its head.
    sha256
        The hash of its bytes.
    """

    file: str
    holds: str
    rows: int
    sha256: str


class PersonManifest(Struct, frozen=True):
    """What stands in the manifest of what a workspace has of a person.

    Parameters
    ----------
    login, earlier_logins
        Who it is, and what the person was called before.
    created
        Of which moment it is, UTC.
    program
        Who wrote it.
    about
        How to read the files.
    files
        Each of them.
    """

    login: str
    earlier_logins: tuple[str, ...]
    created: datetime.datetime
    program: str
    about: str
    files: tuple[PersonTable, ...]


class PersonExport(Record, frozen=True):
    """All that a workspace has of a person, as it was written.

    Parameters
    ----------
    login
        Who it is.
    path
        The folder or zip.
    rows
        How many rows each file has, by its name.
    """

    login: str
    path: str
    rows: dict[str, int]

    def __str__(self) -> str:
        some = ", ".join(f"{n:,} {name.removesuffix('.csv').replace('_', ' ')}" for name, n in self.rows.items() if n)
        return f"{self.path} has all of {self.login}: {some}."


class Forgotten(Record, frozen=True):
    """What happened when somebody was forgotten, or would happen.

    Parameters
    ----------
    login
        Who it was.
    pseudonym
        What the person is called from then on.
    done
        Whether it is done; else it was only looked at.
    deleted
        How many rows are deleted, by what they are.
    replaced
        How many texts name the pseudonym now, by table and column.
    stays
        How many rows hold the name as a part of another word or thing, and are left, by what they are.
    returned
        How many open tasks go back to the queue, by campaign.
    """

    login: str
    pseudonym: str
    done: bool
    deleted: dict[str, int]
    replaced: dict[str, int]
    stays: dict[str, int]
    returned: dict[str, int]

    def __str__(self) -> str:
        verb = "is" if self.done else "would be"
        lines = [
            f"{self.login} {verb} {self.pseudonym!r} from now on: no password, no session, the account closed and put "
            "away."
        ]
        for said, counts in (
            (f"{verb} deleted", self.deleted),
            (f"{verb} rewritten", self.replaced),
            (f"{verb} given back to the queue: tasks of", self.returned),
            ("left as they are, although the name stands in them", self.stays),
        ):
            if counts:
                lines.append(f"  {said}: " + ", ".join(f"{n:,} {what}" for what, n in counts.items()))
        lines.append(
            "Annotations, times and statistics stay, under the pseudonym. Backups, and exports that were made before, "
            "keep the old name until they are deleted."
        )
        return "\n".join(lines)
