"""What the cards of handles say: one file a noun, a few cheap questions each, and thumbnails with a limit of time."""

from nbannotate.workspace.cards import campaign, data, forecast, gallery, people, tables, task, workspace

__all__ = ["campaign", "data", "forecast", "gallery", "people", "tables", "task", "workspace"]
