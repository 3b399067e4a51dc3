"""What becomes of labels: combined, split by an attribute, renamed, deleted, put into another order."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from nbannotate.cards import counted
from nbannotate.errors import InvalidInput
from nbannotate.model.attribute import check_name, check_unique
from nbannotate.model.value import Record
from nbannotate.model.values import as_list, as_name, plain, shown

RelabelKind = Literal["combine", "split", "rename", "delete", "reorder"]


class Relabel(Record, frozen=True):
    """One step of a mapping of labels.

    Parameters
    ----------
    kind
        What is done.
    labels
        With which labels; for ``"reorder"`` those that come first, in their order.
    into
        The label that they become, of ``"combine"`` and ``"rename"``.
    by
        The attribute whose values make labels of their own, of ``"split"``.
    made
        The labels that a split made, once it was done.
    """

    kind: RelabelKind
    labels: tuple[str, ...]
    into: str = ""
    by: str = ""
    made: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = ", ".join(self.labels)
        match self.kind:
            case "combine":
                return f"combine {names} into {self.into}"
            case "split":
                return f"split {names} by {self.by}"
            case "rename":
                return f"rename {names} to {self.into}"
            case "delete":
                return f"delete {names}"
            case "reorder":
                return f"reorder: {names}"


class LabelMapping(Record, frozen=True):
    """Steps that change labels one after the other; each method returns a mapping with one step more.

    Parameters
    ----------
    steps
        In their order.
    """

    steps: tuple[Relabel, ...] = ()

    def combine(self, labels: Iterable[str], into: str) -> LabelMapping:
        """Let several labels become one.

        Parameters
        ----------
        labels
            Their names.
        into
            What they become: one of them, another one, or a new one.
        """
        names = _names("combine", labels)
        return self._with(Relabel("combine", names, into=_name("into", into)))

    def split(self, label: str, by: str) -> LabelMapping:
        """Let the values of an attribute become labels: ``cell`` with the stage ``ring`` becomes ``cell/ring``.

        Values are texts, whole numbers, True and False; shapes without such a value keep the label. The attribute
        stays.

        Parameters
        ----------
        label
            Its name.
        by
            The name of the attribute.
        """
        return self._with(Relabel("split", (_name("label", label),), by=_name("by", by)))

    def rename(self, label: str, new: str) -> LabelMapping:
        """Give a label another name, which none has.

        Parameters
        ----------
        label, new
            Its name, and the new one.
        """
        return self._with(Relabel("rename", (_name("label", label),), into=_name("new", new)))

    def delete(self, labels: str | Iterable[str]) -> LabelMapping:
        """Delete labels, with the shapes that have no other one.

        Parameters
        ----------
        labels
            A name, or several.
        """
        return self._with(Relabel("delete", _names("delete", labels)))

    def reorder(self, labels: Iterable[str]) -> LabelMapping:
        """Put labels into another order; those that are not named follow as they were.

        Parameters
        ----------
        labels
            Their names.
        """
        return self._with(Relabel("reorder", _names("reorder", labels)))

    def _with(self, step: Relabel) -> LabelMapping:
        return LabelMapping((*self.steps, step))

    def __str__(self) -> str:
        return "; ".join(map(str, self.steps)) or "nothing"


def as_mapping_of_labels(value: Any) -> LabelMapping:
    """Return a mapping of labels: one that is, or a dictionary from names to names, or None for those to be deleted.

    Raises
    ------
    InvalidInput
        It is something else.
    """
    if isinstance(value, LabelMapping):
        return value
    given = plain(value)
    if not isinstance(given, Mapping):
        raise InvalidInput(
            "labels takes a mapping of labels: version.labels.mapping, or a dictionary such as "
            f"{{'RBC': 'cell', 'WBC': 'cell', 'dust': None}}, not {shown(value)}."
        )
    # All at once: what is swapped goes through names that nobody has.
    into: dict[str, list[str]] = {}
    for old, new in given.items():
        if new is not None and new != old:
            into.setdefault(_name("labels", new), []).append(_name("labels", old))
    made = LabelMapping()
    if gone := [_name("labels", old) for old, new in given.items() if new is None]:
        made = made.delete(gone)
    later = {}
    for new, olds in into.items():
        if new in given and given[new] != new:
            later[f"\u2063{new}"] = new
            made = made.combine(olds, f"\u2063{new}")
        else:
            made = made.combine(olds, new)
    for between, new in later.items():
        made = made.combine([between], new)
    return made


class LabelMoved(Record, frozen=True):
    """How many shapes went from a label to another one; to None if they were deleted, from None if they are back."""

    label: str | None
    into: str | None
    shapes: int


class Relabelled(Record, frozen=True):
    """What a change of labels did, or would do.

    Parameters
    ----------
    mapping
        What was asked for.
    assets
        How many have a new revision.
    moved
        The shapes, by their labels before and after.
    labels
        The labels of the version after it, in order.
    undone
        Whether the change was taken back.
    """

    mapping: LabelMapping
    assets: int
    moved: tuple[LabelMoved, ...] = ()
    labels: tuple[str, ...] = ()
    undone: bool = False

    def __repr__(self) -> str:
        shapes = counted(sum(m.shapes for m in self.moved), "shape")
        return f"{'Undone: ' if self.undone else ''}{self.mapping}; {shapes} on {counted(self.assets, 'asset')}"


class LabelChange(Record, frozen=True):
    """A change of the labels of a version: what was asked for, by whom and when, and when it was taken back.

    ``labels`` are those of the version after it, in their order.
    """

    change_id: int
    version_id: int
    mapping: LabelMapping
    labels: tuple[str, ...]
    member: str
    created: datetime.datetime
    assets: int = 0
    undone: datetime.datetime | None = None


class LabelInUse(Record, frozen=True):
    """A label of a version: its color if a recipe gave one, and how many shapes and assets have it."""

    label: str
    color: str | None = None
    shapes: int = 0
    assets: int = 0


def _name(where: str, value: Any) -> str:
    name = as_name(value)
    check_name(where, name)
    return str(name)


def _names(where: str, value: Any) -> tuple[str, ...]:
    names = tuple(_name("labels", v) for v in as_list("labels", value))
    if not names:
        raise InvalidInput(f"{where} takes labels, and none is given.")
    check_unique("labels: the label", names)
    return names
