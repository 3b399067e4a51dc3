"""Panes as widgets of their own, for a notebook cell: ``Annotator``, ``Reviewer``, ``Viewer``."""
