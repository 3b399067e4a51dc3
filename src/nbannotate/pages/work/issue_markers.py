"""The flags of issues on the canvas."""

from __future__ import annotations

from nbannotate.canvas import Mark
from nbannotate.model import Issue

#: Readable on dark and on light images.
MARK_COLORS = {"open": "#ff5a4f", "for_review": "#ffb000"}


def marks(issues: tuple[Issue, ...]) -> tuple[Mark, ...]:
    """Return the flags of the issues that are not resolved and are about a place."""
    return tuple(
        Mark(str(i.issue_id), MARK_COLORS[i.state], i.zone, i.shape_id, i.comments[0].text[:120] if i.comments else "")
        for i in issues
        if i.state in MARK_COLORS and (i.zone or i.shape_id)
    )
