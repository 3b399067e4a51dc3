"""Some images of a version beside each other, with what was said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbannotate.cards import Shown, counted
from nbannotate.errors import InvalidInput
from nbannotate.model import Filter
from nbannotate.model.values import as_whole
from nbannotate.workspace import frames, training

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
    ids
        Theirs.
    version
        Whose images they are.
    total
        How many there are to choose from.
    following
        The line that shows others.
    """

    def __init__(self, version: Version, assets: dict[int, str], total: int, following: str) -> None:
        self.assets, self.ids = list(assets.values()), list(assets)
        self.version, self.total, self.following = version, total, following

    def __len__(self) -> int:
        return len(self.assets)

    def __repr__(self) -> str:
        return f"Gallery({f'{self.version.dataset.name} / {self.version.name}'!r}, {counted(len(self), 'image')})"


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
    many = as_whole("n", n)
    if not 1 <= many <= MOST_SHOWN:
        raise InvalidInput(f"n is a number from 1 to {MOST_SHOWN}, not {many}.")
    chosen = None if seed is None else as_whole("seed", seed)
    ids = training.picked(self, filter, split, seed=chosen)
    following = "version.show(seed=…)" if chosen is None else f"version.show(seed={chosen + 1})"
    return Gallery(self, _names(self, ids[:many]), len(ids), following)


def _names(version: Version, ids: list[int]) -> dict[int, str]:
    query = "select asset_id, name from assets where version_id = $1 and asset_id in (select unnest($2))"
    found = frames.records(version.workspace.sql(query, [version.version_id, ids]))
    names = {row["asset_id"]: row["name"] for row in found}
    return {number: names[number] for number in ids if number in names}
