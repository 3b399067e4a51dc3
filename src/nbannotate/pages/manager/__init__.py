"""The manager's dashboard: progress, throughput, times and issues of the campaigns, live.

``Manager(ws)`` is a widget for a notebook; ``Manager.here()`` is what ``dashboards/manager.ipynb`` shows.
"""

from nbannotate.pages.manager.app import Manager

__all__ = ["Manager"]
