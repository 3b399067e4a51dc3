"""What the owner of the database asks of the process that fetches, and what it answers: a line of JSON each."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Do = Literal["fetch", "begin", "look", "list"]
#: Why something could not be done; an empty text if it was.
Why = Literal["", "missing", "refused", "credentials", "network", "slow", "extra", "address", "room", "other"]


class Ask(Struct, frozen=True, omit_defaults=True):
    """What is asked.

    Parameters
    ----------
    number
        By which the answer is known.
    do
        ``"fetch"``: have the whole object in the cache; ``"begin"``: its first bytes; ``"look"``: only ask how large it
        is; ``"list"``: say what lies below a URL.
    url
        Of the object, or of the folder.
    after
        Of a listing, where the part before ended.
    """

    number: int
    do: Do
    url: str
    after: str = ""


class Answer(Struct, frozen=True, omit_defaults=True):
    """What came of it.

    Parameters
    ----------
    number
        That of what was asked.
    why
        Why it was not done.
    detail
        The same in words, for whoever looks after the workspace; no URL and no secret.
    path
        Where the bytes are.
    size
        Of the object, in bytes; 0 if its store does not say.
    done
        Bytes that are here, while it is still being fetched.
    objects
        URL and size of what lies below a URL.
    after
        Where the next part of a listing goes on; empty behind the last one.
    """

    number: int
    why: Why = ""
    detail: str = ""
    path: str = ""
    size: int = 0
    done: int = 0
    objects: tuple[tuple[str, int], ...] = ()
    after: str = ""
