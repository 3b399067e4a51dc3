"""Calls that may take long: a progress bar says how far they are."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING, Any, TypeVar

from nbannotate.errors import NbannotateError
from nbannotate.model.plan import Activity
from nbannotate.workspace.progress_bars import progress_bar

if TYPE_CHECKING:
    from nbannotate.owner.client import Client

T = TypeVar("T")

#: A call that is answered sooner shows no bar.
SOON_S = 0.5
#: How often a bar asks how far the call is.
ASK_S = 0.2


def call_with_bar(client: Client, operation: str, returns: type[T], /, **arguments: Any) -> T:
    """Call an operation that takes an ``activity``, and show a progress bar if it takes longer than a moment."""
    return with_bar(client, lambda key: client.call(operation, returns, activity=key, **arguments))


def with_bar(client: Client, call: Callable[[str], T]) -> T:
    """Do so with a call that is given the key of its activity.

    The call runs in a thread of its own; the bar stays in this one, where a notebook can show it.
    """
    key = secrets.token_urlsafe(16)
    with ThreadPoolExecutor(1, thread_name_prefix="nbannotate-call") as pool:
        answer = pool.submit(call, key)
        if wait_for([answer], SOON_S).not_done:
            _watch(client, key, answer)
        return answer.result()


def _watch(client: Client, key: str, answer: Future[Any]) -> None:
    """Show how far a call is until it is answered."""
    with progress_bar(total=0, desc="working", unit=" assets", leave=False) as bar:
        while wait_for([answer], ASK_S).not_done:
            try:
                how_far = client.call("workspace.activity", Activity | None, key=key)  # type: ignore[arg-type]
            except NbannotateError:
                continue  # the call itself says what is wrong
            if how_far is not None:
                bar.set_description(how_far.text, refresh=False)
                bar.total = how_far.total or None
                bar.n = how_far.done
                bar.refresh()
