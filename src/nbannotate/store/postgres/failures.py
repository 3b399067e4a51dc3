"""What an error of PostgreSQL means for people: one sentence."""

from __future__ import annotations

import psycopg
from psycopg import errors as pg

from nbannotate.errors import (
    CannotWrite,
    DatabaseAway,
    DiskFull,
    InvalidInput,
    NbannotateError,
    NotAWorkspace,
    OwnerUnavailable,
    Stale,
    WorkspaceError,
)
from nbannotate.store.postgres.address import shown, without_secrets

#: Another transaction came first: what was done is done again.
OVERTAKEN = (pg.SerializationFailure, pg.DeadlockDetected)


def is_away(error: BaseException) -> bool:
    """Return whether the connection to the server is broken, or none can be had."""
    ended = (
        pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow, pg.TooManyConnections,
        pg.IdleInTransactionSessionTimeout,
    )  # fmt: skip
    return isinstance(error, ended) or (
        isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    ) or (isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(("08", "57P")))  # fmt: skip


def failure(error: psycopg.Error, url: str) -> NbannotateError:
    """Return what an error in a transaction means; the transaction did nothing."""
    said = plain(error, url)
    if isinstance(error, OVERTAKEN):
        return Stale("Somebody else changed the same at the same moment; nothing was changed here. Do it again.")
    if is_away(error):
        return away(shown(url), said)
    if isinstance(error, pg.DiskFull | pg.OutOfMemory | pg.ConfigurationLimitExceeded):
        return DiskFull(f"The server of {shown(url)} has no room for this, and nothing was changed. {said}")
    if isinstance(error, pg.ReadOnlySqlTransaction | pg.InsufficientPrivilege):
        return CannotWrite(f"{shown(url)} cannot be written, and nothing was changed. {said}")
    if isinstance(error, pg.LockNotAvailable):
        return OwnerUnavailable("Others have written for two minutes, and this could not begin; do it again.")
    if isinstance(error, pg.QueryCanceled):
        return OwnerUnavailable("This was ended before it was done, and nothing was changed; do it again.")
    if isinstance(error, pg.DataError | psycopg.DataError):
        return InvalidInput(f"The database does not take such a value, and nothing was changed. {said}")
    if isinstance(error, pg.FeatureNotSupported | pg.SyntaxError | pg.UndefinedFunction | pg.UndefinedObject):
        return WorkspaceError(f"This cannot be done in a workspace in PostgreSQL yet, and nothing was changed. {said}")
    return WorkspaceError(f"The database refused this, and nothing was changed. {said}")


def away(where: str, said: str = "") -> DatabaseAway:
    """Return what is told when the server does not answer: a commit may have been the last thing that it did."""
    return DatabaseAway(
        f"The database server of {where} does not answer. Nothing that was done is lost; look when it is back whether "
        f"this was, and do it again if not. {said}".rstrip()
    )


def why_not(error: psycopg.Error, url: str) -> WorkspaceError:
    """Return what an error at opening means."""
    where, said = shown(url), plain(error, url)
    text = said.lower()
    if isinstance(error, pg.InvalidPassword | pg.InvalidAuthorizationSpecification) or "authentication failed" in text:
        return CannotWrite(f"The server does not let you into {where}; check the user and the password. {said}")
    if "no password supplied" in text:
        return CannotWrite(
            f"The server of {where} asks for a password: postgresql://USER:PASSWORD@…, PGPASSWORD or ~/.pgpass. {said}"
        )
    if isinstance(error, pg.InvalidCatalogName) or ("database" in text and "does not exist" in text):
        return NotAWorkspace(f"There is no database {where}; create it first (createdb). {said}")
    if "role" in text and "does not exist" in text:
        return CannotWrite(f"The server does not let you into {where}: there is no such user. {said}")
    if is_away(error):
        return OwnerUnavailable(f"The database server of {where} cannot be reached; is it running there? {said}")
    if isinstance(error, pg.ReadOnlySqlTransaction | pg.InsufficientPrivilege):
        return CannotWrite(f"{where} cannot be written by this user; a workspace needs to create tables in it. {said}")
    return WorkspaceError(f"{where} could not be opened. {said}")


def plain(error: BaseException, url: str) -> str:
    """Return what the server said, in one line and without secrets."""
    diagnosis = getattr(getattr(error, "diag", None), "message_primary", None)
    line = " ".join((diagnosis or str(error)).split()) or type(error).__name__
    line = without_secrets(line, url)
    return line[:1].upper() + line[1:].rstrip(".") + "."
