"""Some images of a version beside each other, with what was said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbannotate.cards import Card, Shown, counted
from nbannotate.errors import InvalidInput
from nbannotate.model import Filter
from nbannotate.model.values import as_whole
from nbannotate.workspace import training

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

#: So many images are shown at once.
MOST_SHOWN = 100


class Gallery(Shown):
    """Thumbnails of a version with their shapes, as a notebook keeps them; made by :meth:`Version.show`.

    Attributes
    ----------
    assets
        The names of the images, in order.
    """

    def __init__(self, assets: list[str], card: Card) -> None:
        self.assets, self._card = assets, card

    def __len__(self) -> int:
        return len(self.assets)

    def __repr__(self) -> str:
        return f"Gallery({self._card.name!r}, {counted(len(self), 'image')})"


def show(
    self: Version,
    n: int = 12,
    *,
    filter: Filter | str | None = None,
    split: str | None = None,
    seed: int | None = 0,
) -> Gallery:
    """Show some images with what was said of them last: a picture that stays in the notebook, also where none runs.

    Parameters
    ----------
    n
        So many at most, 100 or fewer.
    filter
        Which assets: an :class:`nb.Filter`, or its text; all if not given.
    split
        Only those of a split, ``"train"`` for example.
    seed
        Of the choice: the same one shows the same images, another one others. None shows the first ones.

    Raises
    ------
    InvalidInput, NotFound
        The filter is wrong, or there is no such split.
    """
    from nbannotate.workspace.cards.gallery import gallery

    many = as_whole("n", n)
    if not 1 <= many <= MOST_SHOWN:
        raise InvalidInput(f"n is a number from 1 to {MOST_SHOWN}, not {many}.")
    chosen = None if seed is None else as_whole("seed", seed)
    ids = training.picked(self, filter, split, seed=chosen)
    following = "version.show(seed=…)" if chosen is None else f"version.show(seed={chosen + 1})"
    return gallery(self, ids[:many], len(ids), following)
