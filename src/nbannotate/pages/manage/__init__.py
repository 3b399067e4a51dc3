"""The manager's page: campaigns, tasks, jobs and members at work, and the statistics.

``Manager(ws)`` is a widget for a notebook; ``Manager.here()`` is what ``dashboards/manager.ipynb`` shows.
``nb.Dashboard(ws)`` is the statistics alone. Names are loaded when they are first used: only the statistics need
pandas and Plotly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbannotate.pages.manage.dashboard import Dashboard
    from nbannotate.pages.manage.page import Manager

__all__ = ["Dashboard", "Manager"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name == "Manager":
        from nbannotate.pages.manage.page import Manager

        return Manager
    if name == "Dashboard":
        from nbannotate.pages.manage.dashboard import Dashboard

        return Dashboard
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
