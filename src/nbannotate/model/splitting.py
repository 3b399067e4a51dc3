"""By which rule the assets of a version were dealt into its splits."""

from __future__ import annotations

from msgspec import field

from nbannotate.model.value import Record


class Splitting(Record, frozen=True):
    """How assets were dealt into splits, so that it can be said, and done again.

    Parameters
    ----------
    shares
        What part of the assets each split was to have, from 0 to 1.
    by
        What kept assets together: ``"sequence"``, ``"folder"``, a column of the metadata, or None.
    stratify
        What was spread evenly: ``"label"``, ``"tag"``, ``"folder"``, columns of the metadata.
    seed
        Of the order in which they were dealt.
    keep
        Whether assets that had a split kept it.
    """

    shares: dict[str, float] = field(default_factory=dict)
    by: str | None = None
    stratify: tuple[str, ...] = ()
    seed: int = 0
    keep: bool = False

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {share:.3g}" for name, share in self.shares.items())
        together = f", each {self.by} whole" if self.by else ""
        spread = f", stratified by {' and '.join(self.stratify)}" if self.stratify else ""
        return f"{shares}{together}{spread}, seed {self.seed}" + (", what had a split kept it" if self.keep else "")
