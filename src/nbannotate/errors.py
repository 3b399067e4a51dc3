"""Every error that a user can meet, in plain English.

A message says what was wrong, where, and what to do; it is for people, and no program reads it. What a program needs
to know stands in the error's *fact*, a struct of its own. The owner process sends both (:func:`told`), and
:func:`revive` turns that back into the same error.

Each class derives from :class:`NbannotateError`, and from the built-in exception that people catch for such a thing:
``except ValueError`` takes what was given wrongly, ``except KeyError`` what is not there, ``except FileNotFoundError``
a file that is missing, ``except PermissionError`` what one may not do, ``except OSError`` all of the last two and more.
Inside this package, who catches a built-in around a call that may raise one of ours lets ours through first.
"""

from __future__ import annotations

import errno

import msgspec

from nbannotate.texts import Message, from_json, to_json
from nbannotate.tracebacks import short


class Wait(msgspec.Struct, frozen=True, tag_field="code", tag="wait"):
    """The same may be tried again after a while."""

    seconds: int


class Unfinished(msgspec.Struct, frozen=True, tag_field="code", tag="unfinished"):
    """Tasks that cannot be submitted as they are, with what is missing, by task."""

    tasks: dict[int, Message]


class Incomplete(msgspec.Struct, frozen=True, tag_field="code", tag="incomplete"):
    """What has to be mended in an annotation before it can be submitted.

    Parameters
    ----------
    shapes
        Ids of the shapes that are meant, in their order; all of them, also those that the sentence only counts.
    tag
        The tag that is meant, or empty.
    attribute
        The attribute that the first of them lacks, or empty.
    """

    shapes: tuple[str, ...] = ()
    tag: str = ""
    attribute: str = ""


class Difference(msgspec.Struct, frozen=True):
    """A field of something that is there, and what was asked for instead.

    Parameters
    ----------
    field
        Where it is, for example ``"recipe.labels['cell'].color"``.
    there, asked
        The two values, as they stand in the message.
    """

    field: str
    there: str
    asked: str


class Different(msgspec.Struct, frozen=True, tag_field="code", tag="different"):
    """Something of that name is there already, and is not what was asked for; field by field."""

    differences: tuple[Difference, ...]


class Part(msgspec.Struct, frozen=True, tag_field="code", tag="part"):
    """The field of a struct that is wrong, where trying others does not tell."""

    field: str


#: What a program may read of an error; the tag is its ``code``.
Fact = Wait | Unfinished | Incomplete | Different | Part


class NbannotateError(Exception):
    """The base of all errors that nbannotate raises on purpose.

    Parameters
    ----------
    message
        What was wrong, where, and what to do, for people.
    fact
        The same for programs, where one has to act on it.
    """

    status = 400

    def __init__(self, message: str = "", fact: Fact | None = None) -> None:
        super().__init__(message)
        self.fact = fact

    @property
    def message(self) -> Message:
        """The sentence, with what it was made from."""
        said = self.args[0] if self.args else ""
        return Message(said if isinstance(said, str) and said else str(self))

    def _render_traceback_(self) -> list[str]:
        """Return how notebooks show the error: the lines that led to it, and the sentence; see :mod:`.tracebacks`."""
        return short(self)

    def __str__(self) -> str:
        return (str(self.args[0]) if self.args else "") or type(self).__name__

    @property
    def code(self) -> str:
        """What kind of error it is, for programs: the code of its fact, or else the name of its class."""
        return type(self).__name__ if self.fact is None else str(type(self.fact).__struct_config__.tag)


class InvalidInput(NbannotateError, ValueError):
    """A value that was given is wrong; the message names the field and what it may be."""


class NotFound(NbannotateError, KeyError):
    """The thing that was asked for is not in the workspace."""

    status = 404


class WrongCall(InvalidInput, TypeError):
    """Something was called with an argument that it does not take, or without one that it needs."""


class Unchangeable(InvalidInput, AttributeError, TypeError):
    """An attribute was assigned that is changed in another way; the message says in which."""


class FileMissing(NotFound, FileNotFoundError):
    """A file, or a folder, is not there; the message says where it was looked for."""

    errno = errno.ENOENT


class NotAllowed(NbannotateError, PermissionError):
    """The member may not do this; the message says why."""

    status = 403


class Conflict(NbannotateError, RuntimeError):
    """Someone or something else changed the same thing first; reload and try again."""

    status = 409


class Stale(Conflict):
    """What an answer was made from changed before it was stored; the owner makes it again, and tells this at last."""


class NotInStep(Conflict):
    """What changed of a draft was sent for another one than the one that is stored; the whole draft has to be sent."""


class Refused(NbannotateError, RuntimeError):
    """The workflow does not allow this action now; the message says what has to happen first."""

    status = 409


class LoginFailed(NbannotateError, PermissionError):
    """The login or the password is wrong, or there were too many attempts."""

    status = 401


class SessionEnded(NbannotateError, PermissionError):
    """The session was ended, by logging out, by a manager, or by time."""

    status = 401


class WorkspaceError(NbannotateError):
    """The workspace file cannot be used."""


class NotAWorkspace(WorkspaceError, ValueError):
    """The file exists, but it is not an nbannotate workspace."""


class NewerWorkspace(WorkspaceError, RuntimeError):
    """The workspace was written by a newer nbannotate."""


class CannotWrite(WorkspaceError, OSError):
    """The workspace file or its folder cannot be written."""


class FolderMissing(CannotWrite, FileNotFoundError):
    """The folder that a file was to be written in is not there."""

    errno = errno.ENOENT


class DiskFull(CannotWrite):
    """There is no room on the disk; nothing was changed, and nothing that was done is lost."""

    status = 507
    errno = errno.ENOSPC


class DatabaseFailed(WorkspaceError, RuntimeError):
    """The database failed in the middle; it is opened again, with all that was done."""

    status = 500


class OwnerUnavailable(WorkspaceError, ConnectionError):
    """The process that owns the workspace does not answer and could not be started."""

    status = 503


class DatabaseAway(OwnerUnavailable):
    """The server of the database does not answer; a client asks again for a while, with the same request id."""

    status = 503


class OwnerFailed(WorkspaceError, RuntimeError):
    """The owner process met an error that nobody thought of; nothing was changed."""

    status = 500


class QueryFailed(NbannotateError, ValueError):
    """A SQL query was refused or failed; the message holds the reason."""


class QueryTookLong(QueryFailed, TimeoutError):
    """A SQL query was ended, because it took longer than it may."""


class ReadFailed(NbannotateError, ValueError):
    """A file of annotations or an image could not be read; the message names the place."""


class FetchFailed(ReadFailed, OSError):
    """An image that lies elsewhere, at a URL, could not be fetched; it may be so a moment later."""


class ImageMissing(ReadFailed, FileNotFoundError):
    """The file of an image that was to be read is not there."""

    errno = errno.ENOENT


class CannotShow(ReadFailed):
    """An image is whole, but of a kind that is not shown here, or that needs a package that is not installed."""


class _Told(msgspec.Struct, frozen=True):
    """An error on its way to another process."""

    error: str
    message: Message
    fact: Fact | None = None


def told(error: Exception) -> bytes:
    """Return what another process is told of an error: its class, its sentence and its fact."""
    said = error.message if isinstance(error, NbannotateError) else Message(str(error))
    return msgspec.json.encode(_Told(type(error).__name__, said, getattr(error, "fact", None)), enc_hook=to_json)


def revive(body: bytes) -> NbannotateError:
    """Return the error that another process told.

    Parameters
    ----------
    body
        What :func:`told` made. A class that is not in this module gives the base class.

    Raises
    ------
    msgspec.MsgspecError
        It is something else.
    """
    said = msgspec.json.decode(body, type=_Told, dec_hook=from_json)
    kind = globals().get(said.error)
    if not isinstance(kind, type) or not issubclass(kind, NbannotateError):
        kind = NbannotateError
    return kind(said.message, said.fact)
