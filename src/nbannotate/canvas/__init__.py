"""The canvas: an image on which people draw shapes. It knows shapes and labels, no tasks, members or workspaces."""

from nbannotate.canvas.canvas import Canvas
from nbannotate.canvas.ghosts import Ghost
from nbannotate.canvas.state import CanvasState, Mark, Zone

__all__ = ["Canvas", "CanvasState", "Ghost", "Mark", "Zone"]
