"""What statistics are about: a whole workspace or one campaign, and how a table asks its questions there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

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
class InCampaign(Protocol):
    """A campaign handle, as far as statistics need it."""

    @property
    def campaign_id(self) -> int:
        """The number of the campaign."""
        ...

    @property
    def workspace(self) -> HasSql:
        """The workspace that the campaign is in."""
        ...


Scope = HasSql | InCampaign


def resolve(scope: Scope) -> tuple[HasSql, int | None]:
    """Return where to ask, and the campaign to which answers are limited (None: all campaigns).

    Raises
    ------
    InvalidInput
        If ``scope`` is neither a Workspace nor a Campaign handle.
    """
    if hasattr(scope, "campaign_id") and hasattr(scope, "workspace"):
        return scope.workspace, scope.campaign_id
    if isinstance(scope, HasSql):
        return scope, None
    raise InvalidInput(f"Statistics take a Workspace or a Campaign handle, not {scope!r}.")
