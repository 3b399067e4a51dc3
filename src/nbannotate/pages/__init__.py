"""The pages: what annotators and reviewers work on, as widgets for Voilà and for notebooks.

``Work`` is the whole app, ``Annotator`` and ``Reviewer`` are the task pane in a cell, ``Viewer`` shows shapes over
images. The manager's dashboard is ``pages.manager``; it is not imported here, because an
annotator's kernel has no use for its libraries.
"""

from nbannotate.pages.annotator import Annotator
from nbannotate.pages.reviewer import Reviewer
from nbannotate.pages.viewer import Viewer
from nbannotate.pages.work import Work

__all__ = ["Annotator", "Reviewer", "Viewer", "Work"]
