"""The statistics of a campaign as a file."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign


def report(campaign: Campaign, path: str | os.PathLike[str], *, language: str = "en", **filters: Any) -> None:
    """Write the statistics of the campaign as one HTML file: all charts of the dashboard; it opens without a network.

    Parameters
    ----------
    path
        Where: ``campaign.report("july.html")``; a file that is there is replaced.
    language
        In which language it is, as the pages are: ``"en"``, ``"fr"``, ``"ja"`` …
    **filters
        Those of statistics: ``start``, ``end``, ``tz``, ``step``, ``member``, ``label``, ``by``, ``add``.

    Raises
    ------
    InvalidInput
        A filter is wrong, or there is no such language.
    NotAllowed, CannotWrite
        You may not see statistics, or the file cannot be written.
    """
    # What draws stands above in the house, and is loaded when it is asked for.
    importlib.import_module("nbannotate.pages.manage.report").report(campaign, path, language=language, **filters)
