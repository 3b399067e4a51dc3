"""What became of an import, of images, of files that were looked at, and of what was deleted."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import field

from nbannotate.cards import cut, ends, marked_down, one_line
from nbannotate.model.value import Record

#: What becomes of names that are none of what there is, and of what is there already in another form.
Missing = Literal["error", "skip"]
OnConflict = Literal["error", "skip", "replace"]
#: What may be wrong with the file of an asset.
FileProblem = Literal["missing", "changed", "unreadable"]


class TakenBack(Record, frozen=True):
    """The names of what was created for a call that failed, and is gone again; empty where it stays."""

    version: str = ""
    dataset: str = ""


def _named(name: str) -> str:
    """Return a name of an image as it stands in a line."""
    return cut(one_line(name), 60)


class Imported(Record, frozen=True):
    """What became of an import of annotations.

    Parameters
    ----------
    assets
        How many assets got a new revision.
    left_out
        How many did not, because people have worked on them: what people said stays what counts.
    first
        The name of the first of those.
    overwritten
        How many of ``assets`` people had worked on, with ``on_conflict="replace"``.
    unchanged, first_unchanged
        How many stand just so already, from the same source, and got no new revision; and the first of them.
    missing, first_missing
        How many names are no assets, with ``missing="skip"``, and the first of them.
    """

    assets: int
    left_out: int = 0
    first: str = ""
    overwritten: int = 0
    unchanged: int = 0
    first_unchanged: str = ""
    missing: int = 0
    first_missing: str = ""

    def __repr__(self) -> str:
        """Return what a person wants to know after an import."""
        told = [f"Annotations came to {self.assets:,} assets."]
        if self.left_out:
            told.append(
                f"{self.left_out:,} assets were left out: people have worked on them (first: {_named(self.first)}); "
                "on_conflict='replace' takes them, too."
            )
        if self.unchanged:
            told.append(f"{self.unchanged:,} were said just so already (first: {_named(self.first_unchanged)}).")
        if self.missing:
            told.append(f"{self.missing:,} names are no assets (first: {_named(self.first_missing)}).")
        if self.overwritten:
            told.append(
                f"{self.overwritten:,} of them stand over the work of people; version.restore(source=…) brings it back."
            )
        return " ".join(told)


class Added(Record, frozen=True):
    """What became of images that were to become assets; ``version.added`` is that of the last call.

    Parameters
    ----------
    assets
        How many are new.
    there
        How many were in the version already, with the same file.
    skipped
        How many have the name of an asset with another file, and were passed over (``on_conflict="skip"``).
    replaced
        How many assets have another file now (``on_conflict="replace"``).
    left_out
        Files of folders that are no images that can be decoded here, by the reason.
    missing
        How many rows of metadata fit no image (``missing="skip"``).
    duplicates
        The new images whose file has just the content of that of another one, by name, each with the name of that one.
    passed_over
        Those that did not come in for that reason (``duplicates="skip"``).
    """

    assets: int = 0
    there: int = 0
    skipped: int = 0
    replaced: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    missing: int = 0
    duplicates: dict[str, str] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return what a person wants to know after images were added."""
        told = ["1 image is new" if self.assets == 1 else f"{self.assets:,} images are new"]
        counts = (
            (len(self.duplicates), "of them show just what another image does (version.duplicates() lists them)"),
            (self.there, "were in the version already"),
            (self.skipped, "have the name of another file there and were passed over"),
            (self.replaced, "took the place of another file"),
            (
                len(self.passed_over),
                f"show what another image does and were passed over{_first(self.passed_over)}",
            ),
        )
        told += [f"{n:,} {what}" for n, what in counts if n]
        text = "; ".join(told) + "."
        if self.left_out:
            many = sum(self.left_out.values())
            text += f" Left out: {', '.join(f'{n:,} {why}' for why, n in self.left_out.items())} ({many:,} in all)."
        if self.missing:
            text += f" {self.missing:,} rows of metadata fit no image."
        return text


def _first(same: dict[str, str]) -> str:
    """Return the first of the images that show what another one does, with that one, in parentheses."""
    pairs = (f"{ends(name, 30)}: {ends(other, 30)}" for name, other in same.items())
    return next((f" ({pair}{', …' if len(same) > 1 else ''})" for pair in pairs), "")


class FileState(Record, frozen=True):
    """An asset whose file is not as it was.

    Parameters
    ----------
    path
        Where it was.
    problem
        ``"missing"``: there is no such file; ``"changed"``: it has another size; ``"unreadable"``: it cannot be opened.
    bytes, bytes_now
        The size that the file had, and the one that it has; None if it is not there.
    """

    asset_id: int
    asset: str
    path: str
    problem: FileProblem
    bytes: int
    bytes_now: int | None = None


class Deletion(Record, frozen=True):
    """What deleting a campaign would delete, or deleted; the annotations of the version stay."""

    campaign: str
    tasks: int
    drafts: int
    issues: int
    notices: int
    kept_annotations: int
    deleted: bool = False

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        what = "was deleted with" if self.deleted else "would be deleted with"
        return (
            f"**{marked_down(self.campaign)}** {what} {self.tasks:,} tasks, {self.drafts:,} drafts, "
            f"{self.issues:,} issues and {self.notices:,} notices. "
            f"{self.kept_annotations:,} annotations stay in the version."
        )


class Loss(Record, frozen=True):
    """What deleting something would delete, or deleted: how many of which.

    Parameters
    ----------
    what
        The thing, for example ``"version 'v1' of 'smears'"``.
    name
        What has to be confirmed.
    lost
        How many of what goes with it.
    deleted
        Whether it was deleted.
    """

    what: str
    name: str
    lost: dict[str, int]
    deleted: bool = False

    def __repr__(self) -> str:
        some = [f"{n:,} {what}" if n > 1 else f"1 {_one(what)}" for what, n in self.lost.items() if n]
        goes = f"with {', '.join(some)}" if some else "and nothing with it"
        return f"The {self.what} {'was' if self.deleted else 'would be'} deleted, {goes}."

    def _repr_markdown_(self) -> str:
        """Return how a notebook shows it."""
        return marked_down(repr(self))


def _one(nouns: str) -> str:
    """Return the singular: ``"annotation of people"``."""
    return re.sub(r"s\b", "", nouns, count=1)
