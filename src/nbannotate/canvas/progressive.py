"""How the stage follows an image that is still being decoded: a preview, then sharper, or a sentence why not."""

from __future__ import annotations

from msgspec.structs import replace

from nbannotate.canvas.effects import ImageRefined, Notified, ValuesWanted
from nbannotate.canvas.large_images import WIDEST
from nbannotate.canvas.levels import of_picture
from nbannotate.canvas.model import CanvasModel
from nbannotate.canvas.picture import Picture
from nbannotate.texts import Message


def refine(canvas: CanvasModel, picture: Picture) -> None:
    """Show a picture as sharp as it can be by now."""
    if canvas.picture is not picture:
        return
    if picture.failure:
        lose(canvas, Message(picture.failure))
        return
    if picture.deep is not None and canvas.levels.window in (None, WIDEST):
        canvas.use_levels(of_picture(picture, replace(canvas.levels, series=None)))
    if picture.sharper():
        canvas.queue(ImageRefined())
        if canvas.sends_values:
            canvas.queue(ValuesWanted())


def lose(canvas: CanvasModel, sentence: Message) -> None:
    """Take a damaged image from the stage; the shapes are kept, but cannot be changed without it."""
    canvas.picture, canvas.instead, canvas.editable, canvas.tool = None, sentence, False, "select"
    canvas.generation += 1
    canvas.queue(Notified("lost", (sentence,)))
