"""The handles that a notebook types: ``nb.open(…)``, datasets, versions, campaigns, tables as DataFrames.

pandas and duckdb are imported by the methods that need them, not with this package.
"""

from nbannotate.workspace import cards as _cards
from nbannotate.workspace.campaign import Campaign
from nbannotate.workspace.dataset import Dataset, Version
from nbannotate.workspace.members import Members
from nbannotate.workspace.workspace import Workspace, open

_CARDS = _cards  # loaded, so that every handle has its card

__all__ = ["Campaign", "Dataset", "Members", "Version", "Workspace", "open"]
