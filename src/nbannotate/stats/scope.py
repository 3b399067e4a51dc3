"""What statistics are about: a workspace, a dataset, a version or a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from nbannotate.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class HasSql(Protocol):
    """A workspace handle, as far as statistics need it: read-only SQL in, DataFrame out."""

    def sql(self, query: str, parameters: Sequence[Any] = (), /) -> pd.DataFrame:
        """Run a read-only query with ``$1`` placeholders and return its rows."""
        ...


@runtime_checkable
class InWorkspace(Protocol):
    """A handle of a dataset, a version or a campaign, as far as statistics need it; it has its number, too."""

    @property
    def workspace(self) -> HasSql:
        """The workspace that it is in."""
        ...


Scope = HasSql | InWorkspace
Kind = Literal["workspace", "dataset", "version", "campaign"]


@dataclass(frozen=True)
class Place:
    """Where statistics look.

    Parameters
    ----------
    workspace
        Where to ask.
    kind
        What the answers are limited to.
    number
        Its number; None for a whole workspace.
    """

    workspace: HasSql
    kind: Kind = "workspace"
    number: int | None = None


def resolve(scope: Scope) -> Place:
    """Return where to ask, and what the answers are limited to.

    Raises
    ------
    InvalidInput
        If ``scope`` is no handle of a workspace, a dataset, a version or a campaign.
    """
    if hasattr(scope, "workspace"):
        kinds: tuple[Kind, ...] = ("campaign", "version", "dataset")
        for kind in kinds:
            if hasattr(scope, f"{kind}_id"):
                return Place(scope.workspace, kind, getattr(scope, f"{kind}_id"))
    if isinstance(scope, HasSql):
        return Place(scope)
    raise InvalidInput(f"Statistics take a workspace, a dataset, a version or a campaign, not {scope!r}.")
