"""Every error that a user can meet, in plain English.

A message says what was wrong, where, and what to do. The owner process sends an error to its clients as
``(class name, message)``; :func:`revive` turns that back into the same class.
"""

from __future__ import annotations


class NbannotateError(Exception):
    """The base of all errors that nbannotate raises on purpose."""

    status = 400

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else type(self).__name__


class InvalidInput(NbannotateError):
    """A value that was given is wrong; the message names the field and what it may be."""


class NotFound(NbannotateError):
    """The thing that was asked for is not in the workspace."""

    status = 404


class NotAllowed(NbannotateError):
    """The member may not do this; the message says why."""

    status = 403


class Conflict(NbannotateError):
    """Someone or something else changed the same thing first; reload and try again."""

    status = 409


class Refused(NbannotateError):
    """The workflow does not allow this action now; the message says what has to happen first."""

    status = 409


class LoginFailed(NbannotateError):
    """The login or the password is wrong, or there were too many attempts."""

    status = 401


class SessionEnded(NbannotateError):
    """The session was ended, by logging out, by a manager, or by time."""

    status = 401


class WorkspaceError(NbannotateError):
    """The workspace file cannot be used."""


class NotAWorkspace(WorkspaceError):
    """The file exists, but it is not an nbannotate workspace."""


class NewerWorkspace(WorkspaceError):
    """The workspace was written by a newer nbannotate."""


class CannotWrite(WorkspaceError):
    """The workspace file or its folder cannot be written."""


class OwnerUnavailable(WorkspaceError):
    """The process that owns the workspace does not answer and could not be started."""

    status = 503


class QueryFailed(NbannotateError):
    """A SQL query was refused or failed; the message holds the reason."""


class ReadFailed(NbannotateError):
    """A file of annotations or an image could not be read; the message names the place."""


def revive(name: str, message: str) -> NbannotateError:
    """Return the error that a class name and a message stand for.

    Parameters
    ----------
    name
        The name of a class of this module. Unknown names give the base class.
    message
        The message for the user.
    """
    kind = globals().get(name)
    if isinstance(kind, type) and issubclass(kind, NbannotateError):
        return kind(message)
    return NbannotateError(message)
