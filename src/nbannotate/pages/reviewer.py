"""``Reviewer``: the pane of a review step in a notebook cell."""

from __future__ import annotations

from nbannotate.pages.annotator import Annotator


class Reviewer(Annotator):
    """Review a campaign here, in this cell: accept, mend, or send back.

    It starts with the first review step that you are an assignee of; what comes again can be compared with what you saw
    last (``Shift+B``).

    Parameters
    ----------
    scope
        A campaign (``ws.campaign("July")``), or a workspace for all campaigns in which you review.
    step
        Name or index of a review step; None takes the first one that has work for you.
    height
        CSS height of the widget.

    Raises
    ------
    InvalidInput
        You review no step there; the message says where you work.
    """

    kind = "review"
