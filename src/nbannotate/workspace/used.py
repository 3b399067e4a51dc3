"""What a version is used for: splits, pictures, and what libraries train on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model import Filter
from nbannotate.model.values import as_whole, plain, shown
from nbannotate.workspace import splitting, supervising, training
from nbannotate.workspace.filled import Filled
from nbannotate.workspace.library import library
from nbannotate.workspace.torching import TorchDataset, Transform

if TYPE_CHECKING:
    from nbannotate.workspace.data import Dataset
    from nbannotate.workspace.data_tables import Splits
    from nbannotate.workspace.gallery import Gallery

#: So many images are shown at once.
MOST_SHOWN = 100


class Used(Filled):
    """The base of a version for what is done with what it holds."""

    splits: Splits
    dataset: Dataset

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

    def show(
        self,
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
        version: Any = self
        following = "version.show(seed=…)" if chosen is None else f"version.show(seed={chosen + 1})"
        return gallery(version, ids[:many], len(ids), following)

    def torch(
        self,
        transform: Transform | None = None,
        *,
        split: str | None = None,
        filter: Filter | str | None = None,
        labels: Any = None,
        masks: bool = False,
    ) -> TorchDataset:
        """Return the annotated images as a dataset for torch's ``DataLoader``, with torchvision's detection targets.

        ``dataset[i]`` is an image, ``(3, height, width)`` uint8 (of other than 8 bits ``(1, height, width)`` float32),
        and a target: ``boxes`` ``(n, 4)`` float32 as x0, y0, x1, y1 in pixels, cut off at the image's edges; ``labels``
        ``(n,)`` int64; ``area`` ``(n,)`` float32; ``iscrowd`` ``(n,)`` int64, 1 where the attribute ``crowd`` is True;
        ``image_id``, the id of the asset; and ``masks`` ``(n, height, width)`` bool. Where torchvision is installed,
        image, boxes and masks are its ``tv_tensors``, so that its transforms change them together. Images are read when
        they are asked for; workers may be processes.

        Images without an annotation are not in it, those with *nothing to label* are, without boxes. Shapes without an
        inside (points, lines) are left out and counted.

        Parameters
        ----------
        transform
            Called with the image and the target; returns both. ``torchvision.transforms.v2`` has such.
        split, filter
            Only a split, ``"train"`` for example; only what an :class:`nb.Filter` or its text leaves.
        labels
            The labels that are numbered from 1, in this order, or a mapping from labels to numbers; shapes of others
            are left out. All labels of the version in their order if not given, whatever split is asked for.
        masks
            Whether the pixels of each shape come along.

        Raises
        ------
        NotFound, InvalidInput
            torch is not installed; there is no such split or label, or the filter is wrong.
        """
        library("torch", "torch")
        if transform is not None and not callable(transform):
            raise InvalidInput(
                f"transform is called with an image and its target; {shown(transform)} cannot be called."
            )
        numbers, masks = training.numbered(self, labels, 1), _flag("masks", masks)
        boxes = training.gathered(self, numbers, filter, split, masks)
        return TorchDataset(f"{self.dataset.name} / {self.name}", boxes, numbers, transform, masks)

    def to_supervision(
        self,
        *,
        split: str | None = None,
        filter: Filter | str | None = None,
        labels: Any = None,
        masks: bool = False,
    ) -> Any:
        """Return the annotated images as a ``DetectionDataset`` of supervision, which reads images as they are needed.

        Parameters
        ----------
        split, filter, masks
            As for :meth:`torch`.
        labels
            The labels in their order, from 0; shapes of others are left out. All labels of the version if not given.

        Returns
        -------
        supervision.DetectionDataset
            ``classes``, paths of images, and their ``Detections``: ``xyxy``, ``class_id``, ``mask``, and in ``data``
            the ``area`` and the ``shape_id`` of each.

        Raises
        ------
        NotFound, InvalidInput
            supervision is not installed; there is no such split or label; an image is a frame, or DICOM, which
            supervision does not read.
        """
        numbers, masks = training.numbered(self, labels, 0), _flag("masks", masks)
        return supervising.dataset(training.gathered(self, numbers, filter, split, masks), numbers, masks)


def _flag(name: str, value: Any) -> bool:
    given = plain(value)
    if not isinstance(given, bool):
        raise InvalidInput(f"{name} is True or False, not {shown(given)}.")
    return given
