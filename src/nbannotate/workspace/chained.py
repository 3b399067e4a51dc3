"""A chain of calls that fails leaves nothing behind: what it has just created, and is still empty, is taken back.

``ws.create_dataset("x").create_version("v1").add_images("wrong/*.png")`` fails at its end; the dataset and the version
go again, and the cell can be run once more with the right pattern. A handle that was kept in a variable goes on all the
same: what was taken back is created again by the next call that puts something in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from nbannotate.errors import NbannotateError
from nbannotate.model import TakenBack


class Chained(ABC):
    """The base of the handles of datasets and versions."""

    #: Whether this handle created it, and nothing was put in since.
    _is_fresh = False
    _was_taken_back = False

    @abstractmethod
    def _create_again(self) -> None:
        """Create once more what was taken back."""

    @abstractmethod
    def _take_back(self) -> TakenBack:
        """Ask the owner to take it back, and note which handles stand for nothing now."""

    @abstractmethod
    def _keep(self) -> None:
        """Note that something was put in."""

    def _wrongly_called(self, why: NbannotateError) -> NoReturn:
        """Raise what is wrong with a call of this handle; what was created for it alone is taken back."""
        with self._or_nothing():
            raise why from None
        raise why

    @contextmanager
    def _filling(self) -> Iterator[None]:
        """Run a block that puts something in."""
        with self._or_nothing():
            yield
        self._keep()

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        """Run a block; if it fails, take back what was created for it and is still empty."""
        if self._was_taken_back:
            self._create_again()
        try:
            yield
        except BaseException as error:  # an interrupted cell leaves nothing behind, either
            if self._is_fresh:
                with suppress(NbannotateError):  # what went wrong first is what matters
                    if said := _said(self._take_back()):
                        error.add_note(said)
            raise


def _said(gone: TakenBack) -> str:
    """Return as a sentence what is gone."""
    version, dataset = f"version {gone.version!r}", f"dataset {gone.dataset!r}"
    if gone.version and gone.dataset:
        return f"The {dataset} and its {version}, which were just created and are empty, were taken back."
    if gone.version or gone.dataset:
        return f"The {version if gone.version else dataset}, which was just created and is empty, was taken back."
    return ""
