"""``Reviewer``: the pane of a review step in a notebook cell."""

from __future__ import annotations

from nbannotate.pages.widgets.annotator import Annotator


class Reviewer(Annotator):
    """Review a campaign here, in this cell: accept, mend, or send back; or shapes on images, without a workspace.

    It starts with the first review step that you are an assignee of; what comes again can be compared with what you saw
    last (``Shift+B``).

    Parameters
    ----------
    scope
        A campaign (``ws.campaigns["July"]``); a workspace for all campaigns in which you review; or images, as
        :class:`nbannotate.Viewer` takes them.
    step
        Name or index of a review step; None takes the first one that has work for you.
    height
        CSS height of the widget.
    shapes, labels
        Of images without a workspace: what is reviewed, as for :class:`nbannotate.Viewer`, and labels or a recipe.

    Raises
    ------
    InvalidInput
        You review no step there; the message says where you work.
    """

    kind = "review"
