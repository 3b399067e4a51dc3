"""Shape kinds: one file a kind. A new file here, or an entry point ``nbannotate.shapes``, is all that a kind takes."""

from nbannotate.model.choices import tell_kinds
from nbannotate.shapes.base import FORMS, GESTURES, Bounds, Form, Gesture, Kind, Points
from nbannotate.shapes.registry import kind, kinds

tell_kinds(kinds)

__all__ = ["FORMS", "GESTURES", "Bounds", "Form", "Gesture", "Kind", "Points", "kind", "kinds"]
