"""What differs between versions, shape by shape, and bringing it together: ``nb.diff`` and ``nb.merge``."""

from nbannotate.changes import cards as _cards
from nbannotate.changes.difference import Diff, diff
from nbannotate.changes.merge_result import Merge
from nbannotate.changes.merging import merge

_CARDS = _cards  # loaded, so that every answer has its card

__all__ = ["Diff", "Merge", "diff", "merge"]
