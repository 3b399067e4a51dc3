"""Deleting from a notebook: what would be lost is shown first."""

from __future__ import annotations

from typing import Any

from nbannotate.model import Loss
from nbannotate.owner.client import Client


def delete(client: Client, noun: str, again: str, confirm: str | None, /, **what: Any) -> Loss:
    """Delete something if its name is given, and say what went; otherwise say what would go.

    Parameters
    ----------
    client
        Who acts.
    noun
        The operations: ``"versions"``.
    again
        What to type to delete it, with ``{!r}`` for the name.
    confirm
        The name, or None.
    **what
        Which one.
    """
    if confirm is not None:
        return client.call(f"{noun}.delete", Loss, confirm=confirm, **what)
    would = client.call(f"{noun}.deletion", Loss, **what)
    print(f"Nothing was deleted. To delete it: {again.format(would.name)}")
    return would
