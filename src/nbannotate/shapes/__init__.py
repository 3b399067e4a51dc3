"""Shape kinds: one file a kind. A new file here, or an entry point ``nbannotate.shapes``, is all that a kind takes."""

from nbannotate.model.geometry import tell_geometry
from nbannotate.model.suggestions import tell_kinds
from nbannotate.shapes import cards as _cards
from nbannotate.shapes import geometry
from nbannotate.shapes.base import FORMS, GESTURES, Bounds, Form, Gesture, Kind, Points
from nbannotate.shapes.registry import kind, kinds

tell_kinds(kinds)
tell_geometry(geometry)
_CARDS = _cards  # loaded, so that shapes have theirs

__all__ = ["FORMS", "GESTURES", "Bounds", "Form", "Gesture", "Kind", "Points", "kind", "kinds"]
