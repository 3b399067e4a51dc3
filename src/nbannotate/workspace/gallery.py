"""Some images of a version beside each other, with what was said of them."""

from __future__ import annotations

from nbannotate.cards import Card, Shown, counted


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
