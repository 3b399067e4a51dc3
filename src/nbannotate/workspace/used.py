"""What a version is used for: splits for training and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.workspace import splitting
from nbannotate.workspace.filled import Filled

if TYPE_CHECKING:
    from nbannotate.workspace.data_tables import Splits


class Used(Filled):
    """The base of a version for what is done with what it holds."""

    splits: Splits

    def split(
        self,
        train: float = 0.8,
        val: float = 0.1,
        test: float = 0.1,
        *,
        by: str | None = "sequence",
        stratify: str | list[str] | None = None,
        seed: int = 0,
        keep: bool = False,
    ) -> Splits:
        """Deal the assets into a part for training, one for validation and one for tests; return the table of them.

        The split is kept with the version; ``version.assets.df()`` has it in the column ``split``, formats that know
        splits write it, and a child has it until it says otherwise. The same assets, what was said of them, and the
        same seed give the same split, in whatever order they came in.

        Assets that are by themselves are dealt exactly by largest remainder. What stays together is dealt whole, near
        the shares. With ``stratify`` the rarest label is dealt first, each of its assets where most of that label is
        wanted (iterative stratification: Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011).

        Parameters
        ----------
        train, val, test
            What part of the assets each has, from 0 to 1; 1 together.
        by
            What keeps assets together: ``"sequence"`` (of those that belong to one), ``"folder"``, a column of the
            metadata (a patient, for example), or None: each is by itself.
        stratify
            What each split has in its share: ``"label"``, ``"tag"``, ``"folder"``, a column of the metadata, or several
            of these. Assets without a label are spread like a label of their own.
        seed
            Another one gives another split.
        keep
            Whether assets that have a split keep it, so that only new ones are dealt, to their group if that has one.

        Raises
        ------
        InvalidInput
            The shares are not 1 together, or there is no such column.
        Refused
            The version is published.
        """
        how = splitting.asked({"train": train, "val": val, "test": test}, by, stratify, seed, keep)
        with self._filling():
            splitting.send(self, splitting.dealt(self, how), how)
        return self.splits

    def set_split(self, asset: Any, split: str | None = None) -> int:
        """Say by hand which split assets are in, and return how many have another one now; the others keep theirs.

        Parameters
        ----------
        asset
            Its name or its id, or a list of them. Or a mapping from names to splits; or a DataFrame with one row an
            asset, its name in the column ``asset`` or ``name``, or in the index, and a column ``split``.
        split
            The split of those that are named: ``"train"``, ``"val"``, ``"test"`` or another word; None for none.

        Raises
        ------
        NotFound, InvalidInput
            There is no such asset, two rows are of one, or a split is no word. Nothing is changed.
        Refused
            The version is published.
        """
        with self._filling():
            return splitting.send(self, splitting.by_hand(self, asset, split), None)
