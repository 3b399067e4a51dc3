"""The pages: what annotators and reviewers work on, as widgets for Voilà and for notebooks.

``Work`` is the whole app, ``Annotator`` and ``Reviewer`` are the task pane in a cell, ``Viewer`` shows shapes over
images. The manager's dashboard is ``pages.manage``; it is not imported here, because an
annotator's kernel has no use for its libraries.
"""

from nbannotate.pages.widgets.annotator import Annotator
from nbannotate.pages.widgets.reviewer import Reviewer
from nbannotate.pages.widgets.viewer import Viewer
from nbannotate.pages.work.app import Work

__all__ = ["Annotator", "Reviewer", "Viewer", "Work"]
