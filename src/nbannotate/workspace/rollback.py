"""A chain of calls that fails leaves nothing behind: what it has just created, and is still empty, is taken back.

``ws.create_dataset("x").create_version("v1").add_images("wrong/*.png")`` fails at its end; the dataset and the version
go again, and the cell can be run once more with the right pattern. A handle that was kept in a variable goes on all the
same: what was taken back is created again by the next call that puts something in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from nbannotate.errors import NbannotateError
from nbannotate.model import TakenBack


class Fresh:
    """Whether a dataset or a version was just created through a handle, and what follows.

    Parameters
    ----------
    new
        Whether the handle created it, and nothing was put in since.
    create
        Creates once more what was taken back.
    take_back
        Asks the owner to take it back; tells :meth:`gone` of all that stands for nothing then.
    within
        That of the dataset of a version, which has something in it once the version has.
    """

    def __init__(
        self,
        new: bool,
        create: Callable[[], None],
        take_back: Callable[[], TakenBack],
        within: Fresh | None = None,
    ) -> None:
        self.new = new
        self._create, self._take_back, self._within = create, take_back, within
        self._was_taken_back = False

    def gone(self, gone: bool) -> None:
        """Note whether it was taken back."""
        self.new, self._was_taken_back = self.new and not gone, gone

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Run a block that puts something in."""
        with self.or_nothing():
            yield
        self._keep()

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """Run a block; if it fails, take back what was created for it and is still empty."""
        if self._was_taken_back:
            self._create()
            self._was_taken_back = False
        try:
            yield
        except BaseException as error:  # an interrupted cell leaves nothing behind, either
            if self.new:
                with suppress(NbannotateError):  # what went wrong first is what matters
                    if said := _said(self._take_back()):
                        error.add_note(said)
            raise

    def _keep(self) -> None:
        self.new = False
        if self._within is not None:
            self._within._keep()


def _said(gone: TakenBack) -> str:
    """Return as a sentence what is gone."""
    version, dataset = f"version {gone.version!r}", f"dataset {gone.dataset!r}"
    if gone.version and gone.dataset:
        return f"The {dataset} and its {version}, which were just created and are empty, were taken back."
    if gone.version or gone.dataset:
        return f"The {version if gone.version else dataset}, which was just created and is empty, was taken back."
    return ""
