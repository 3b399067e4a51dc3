"""What a table of assets offers besides: a campaign of those that stand first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Filter, Recipe, Workflow
from nbannotate.model.call_errors import told
from nbannotate.model.values import as_whole
from nbannotate.stats.table import Table
from nbannotate.workspace.picked_assets import one_of_assets

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign


class Reviewable(Table, Protocol):
    """A table of assets, those to look at first.

    Attributes
    ----------
    review
        Writes a campaign of the first ones.
    """

    review: Callable[..., Campaign]


def reviewable(table: Table) -> Reviewable:
    """Give a table of assets a ``.review(…)``."""

    @told
    def review(scope: Any, name: str, recipe: Recipe, workflow: Workflow, *, worst: int = 50, **more: Any) -> Campaign:
        """Write a campaign of the assets that stand first; ``launch()`` begins it.

        Parameters
        ----------
        scope
            A version or a campaign.
        name, recipe, workflow
            As :meth:`Version.create_campaign` takes them.
        worst
            At most so many assets.
        **more
            The filters that the table takes, and what else :meth:`Version.create_campaign` takes.

        Raises
        ------
        InvalidInput
            The scope is neither a version nor a campaign, or a filter is wrong.
        Refused
            There is no asset to look at. Nothing was written.
        """
        version = scope.version if hasattr(scope, "campaign_id") else scope
        if not hasattr(version, "version_id"):
            raise InvalidInput("A campaign is of one version; give a version or a campaign.")
        most = as_whole("worst", worst)
        if most < 1:
            raise InvalidInput(f"worst is a number of assets, 1 at least, not {most}.")
        rows = table(scope, **{n: value for n, value in more.items() if n in table.takes})
        ids = rows.loc[rows["version_id"] == version.version_id, "asset_id"].drop_duplicates().head(most)
        if ids.empty:
            raise Refused("There is no asset to look at, so nothing was written.")
        others = {n: value for n, value in more.items() if n not in table.takes}
        chosen = Filter.sql(one_of_assets(map(int, ids)))
        made: Campaign = version.create_campaign(name, recipe, workflow, filter=chosen, **others)
        return made

    found = cast("Reviewable", table)
    found.review = review
    return found
