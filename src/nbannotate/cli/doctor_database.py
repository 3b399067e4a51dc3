"""What ``nbannotate doctor`` looks at in a server of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbannotate.cli.findings import Finding, Level, size
from nbannotate.errors import NbannotateError
from nbannotate.owner.place import Place

if TYPE_CHECKING:
    from nbannotate.store.postgres.health import Health

#: The oldest server that has what is used.
OLDEST = 13
#: Connections of one owner process at most, with the one that listens and those of long work.
OF_AN_OWNER = 16
#: By so many seconds clocks may differ: leases and times worked go by them.
CLOCK_S = 2.0
LEAST_ROOM = 1 << 30


def of_server(place: Place) -> Iterator[Finding]:
    """Look at a server, the way to it, and what this user may do there."""
    from nbannotate.store.postgres import health  # with psycopg

    try:
        its = health.look(place.given)
    except NbannotateError as error:
        yield Finding("problem", "server", str(error))
        return
    yield from of(place, its)


def of(place: Place, its: Health) -> Iterator[Finding]:
    """Say what is well, and what is in the way, of all that was found."""
    name = f"PostgreSQL {its.version // 10_000}.{its.version % 10_000}"
    if its.version < OLDEST * 10_000:
        yield Finding("problem", "server", f"{name} is too old; {OLDEST} is the oldest that has what is used.")
    else:
        yield Finding("ok", "server", f"{place.shown} answers: {name}.")
    yield from _of_rights(place, its)
    yield from _of_way(its)
    ahead = "behind" if its.behind_s > 0 else "ahead of"
    if abs(its.behind_s) > CLOCK_S:
        said = f"The server's clock is {abs(its.behind_s):,.0f} s {ahead} this one; set both by NTP."
        yield Finding("problem", "clock", said)
    else:
        yield Finding("ok", "clock", "The server's clock is this one's.")
    yield from _of_room(its)


def _of_rights(place: Place, its: Health) -> Iterator[Finding]:
    if its.schema_version == 0 and not its.may_create:
        yield Finding(
            "problem", "rights",
            f"{its.user} may make no tables here: grant create on database … to {its.user};",
        )  # fmt: skip
    elif its.not_its:
        some = ", ".join(its.not_its[:3])
        yield Finding(
            "problem", "rights",
            f"{len(its.not_its):,} tables ({some} …) are somebody else's: let {its.user} be a member of their owner.",
        )  # fmt: skip
    elif its.is_superuser:
        said = f"{its.user} is a superuser of the server; a workspace needs a user of its own, who owns the database."
        yield Finding("warning", "rights", said)
    else:
        yield Finding("ok", "rights", f"{its.user} may do here what a workspace needs.")
    if its.encoding != "UTF8":
        yield Finding("problem", "rights", f"The database keeps texts as {its.encoding}, not UTF8; make another one.")
    if its.schema_version == 0:
        yield Finding("warning", "schema", f"There is no workspace yet; nb.open({place.shown!r}) makes one.")
    elif 0 < its.schema_version < its.newest:
        said = f"It is of schema {its.schema_version}; opening it brings it to {its.newest}. Back it up first."
        yield Finding("warning", "schema", said)
    elif its.schema_version > 0:
        yield Finding("ok", "schema", f"It is of schema {its.schema_version}, the newest.")
    if its.reader_reads:
        yield Finding("ok", "reader", f"The role {its.reader} reads the public views, and nothing else.")
    elif its.schema_version > 0:
        yield Finding(
            "warning", "reader",
            f"There is no role {its.reader}, by which other tools read the public views, and {its.user} may make none. "
            f"Whoever may does: create role {its.reader}; the next owner process lets it read.",
        )  # fmt: skip


def _of_way(its: Health) -> Iterator[Finding]:
    if its.is_remote and not its.is_encrypted:
        said = "The way to the server is not encrypted: turn on ssl there, and add ?sslmode=verify-full to the address."
        yield Finding("problem", "network", said)
    elif its.is_remote:
        yield Finding("ok", "network", "The way to the server is encrypted.")
    else:
        yield Finding("ok", "network", "The server is on this machine.")
    if its.trusted:
        rules = "; ".join(its.trusted[:3])
        said = f"pg_hba.conf lets people in from elsewhere without a password that is kept secret: {rules}. "
        yield Finding("problem", "network", said + "Ask for scram-sha-256, with hostssl.")
    elif its.trusted is None:
        yield Finding("ok", "network", "The rules of pg_hba.conf cannot be seen by this user.")


def _of_room(its: Health) -> Iterator[Finding]:
    if its.free is None:
        said = f"The database takes {size(its.bytes)}; what is free on its disk cannot be seen from here."
        yield Finding("ok", "room", said)
    else:
        needed = max(LEAST_ROOM, its.bytes)
        level: Level = "ok" if its.free > needed else "problem" if its.free < LEAST_ROOM // 10 else "warning"
        yield Finding(level, "room", f"The database takes {size(its.bytes)}; {size(its.free)} are free on its disk.")
    left = its.most_connections - its.connections
    level = "ok" if left >= OF_AN_OWNER else "warning" if left > 3 else "problem"
    advice = "" if level == "ok" else "; raise max_connections, or end what does not need them"
    yield Finding(
        level, "connections",
        f"{its.connections:,} of {its.most_connections:,} are in use; each user of each machine takes up to "
        f"{OF_AN_OWNER}{advice}.",
    )  # fmt: skip
    if its.idle:
        said = f"{its.idle:,} transactions do nothing and are open for more than a minute: others may wait for them."
        yield Finding("warning", "connections", f"{said} Look for them in pg_stat_activity.")
    if its.unsafe:
        said = f"{', '.join(its.unsafe)}: what was acknowledged may be lost, or tables grow without end; turn them on."
        yield Finding("problem", "settings", said)
