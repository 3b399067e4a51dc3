"""What differs between versions, shape by shape: ``nb.diff``."""

from nbannotate.changes import cards as _cards
from nbannotate.changes.difference import Diff, diff

_CARDS = _cards  # loaded, so that every answer has its card

__all__ = ["Diff", "diff"]
