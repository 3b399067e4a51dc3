"""The pages: what annotators and reviewers work on, as widgets for Voilà and for notebooks.

``Work`` is the whole app, ``Annotator`` the task pane in a cell. The manager's dashboard is ``pages.manager``; it
is not imported here, because an annotator's kernel has no use for its libraries.
"""

from nbannotate.pages.annotator import Annotator
from nbannotate.pages.work import Work

__all__ = ["Annotator", "Work"]
