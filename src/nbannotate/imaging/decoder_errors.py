"""The boundary to decoders: whatever they raise becomes one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.texts import t

LONGEST = 200  # characters of what a decoder says


@contextmanager
def speaking(what: Literal["read", "decode", "video"] = "read") -> Iterator[None]:
    """Turn whatever is raised inside into :class:`ReadFailed`; our own errors pass as they are.

    Parameters
    ----------
    what
        What is tried: reading or decoding an image, or reading a video.
    """
    try:
        yield
    except NbannotateError:
        raise
    except Exception as error:
        why = plain(error)
        if what == "decode":
            raise ReadFailed(t("The image cannot be decoded: {why+}.", why=why)) from error
        if what == "video":
            raise ReadFailed(t("The video cannot be read: {why+}.", why=why)) from error
        raise ReadFailed(t("The image cannot be read: {why+}.", why=why)) from error


def plain(error: BaseException) -> str:
    """Return the reason of an error of a decoder, in one line, without the buffers that messages show."""
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, UnidentifiedImageError):
        return t("it is not an image of a known format")
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return t("it has too many pixels")
    if isinstance(error, MemoryError):
        return t("it does not fit into memory")
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    said = getattr(error, "strerror", None) or str(error)
    text = one_line(str(said)) or type(error).__name__
    if isinstance(error, ValueError | TypeError | KeyError | IndexError | ArithmeticError) and len(text) < 12:
        text = f"{type(error).__name__}: {text}"
    return text.rstrip(".")


def one_line(text: str) -> str:
    """Return a text that comes from a file as one short line that can be printed."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:LONGEST] + " …" if len(line) > LONGEST else line
