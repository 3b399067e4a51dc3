"""The labels of a version, as a table that can be changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from nbannotate import model
from nbannotate.model import LabelMapping
from nbannotate.model.relabelling import as_mapping_of_labels
from nbannotate.workspace.row import Row
from nbannotate.workspace.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version

#: A line names labels that have fewer characters together.
MOST_NAMED = 200
#: The columns, with their types in the database.
_TYPES = {"label": "VARCHAR", "color": "VARCHAR", "shapes": "BIGINT", "assets": "BIGINT"}


class Labels(Table[Row]):
    """The labels of a version in order, those without a shape, too; ``version.labels["WBC"]`` is one.

    They come from the files that were read, from the recipes of campaigns, and from the shapes. Changing them makes a
    new revision of each asset that is concerned, as said by who said it, in this version only: its parents stay as they
    are. A change is kept, listed by :attr:`changes`, and taken back by :meth:`undo`.

    Parameters
    ----------
    version
        The version.
    """

    what, one, view = "labels", "label", "labels"
    time = ""
    first: ClassVar[tuple[str, ...]] = ("label", "color", "shapes", "assets")

    def __init__(self, version: Version) -> None:
        super().__init__(version.workspace)
        self._version = version

    def _scope(self) -> int:
        return self._version.version_id

    def _of(self) -> str:
        return f" in {self._version.dataset.name!r}, {self._version.name!r}"

    def _list(self) -> list[Row]:
        found = self._workspace.client.call("labels.list", list[model.LabelInUse], version_id=self._scope())
        return [Row(self.one, {name: getattr(one, name) for name in _TYPES}) for one in found]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._list())

    def __len__(self) -> int:
        return len(self._list())

    def _find(self, name: Any) -> Row | None:
        return next((row for row in self._list() if row["label"] == name), None)

    def _names(self) -> list[Any]:
        return [row["label"] for row in self._list()]

    def _name_of(self, item: Any) -> Any:
        return item["label"] if isinstance(item, Row) else item

    def _few_names(self) -> list[Any]:
        names = self._names()
        return names if sum(map(len, names)) < MOST_NAMED else []

    def _types(self) -> dict[str, str]:
        return _TYPES

    def _preview(self, rows: int) -> tuple[list[str], list[list[Any]]]:
        return [*self.first], [[row[c] for c in self.first] for row in self._list()[:rows]]

    def _frame(self, history: bool = False) -> pd.DataFrame:
        import pandas as pd

        table = pd.DataFrame([dict(row) for row in self._list()], columns=list(_TYPES))
        return table.astype({"label": "str", "color": "object", "shapes": "int64", "assets": "int64"})

    # Changing them --------------------------------------------------------------------------------------------------

    def combine(self, labels: Iterable[str], into: str) -> model.Relabelled:
        """Let several labels become one.

        Parameters
        ----------
        labels
            Their names.
        into
            What they become: one of them, another one, or a new one.

        Raises
        ------
        NotFound
            There is no such label.
        Refused
            The version is published, or a campaign was launched on it: change the labels of a child.
        """
        return self.apply(LabelMapping().combine(labels, into))

    def split(self, label: str, by: str) -> model.Relabelled:
        """Let the values of an attribute become labels: ``cell`` with the stage ``ring`` becomes ``cell/ring``.

        Values are texts, whole numbers, True and False; shapes without such a value keep the label. The attribute
        stays.

        Parameters
        ----------
        label
            Its name.
        by
            The name of the attribute.

        Raises
        ------
        NotFound, InvalidInput, Refused
            As for :meth:`combine`; or a value makes no label.
        """
        return self.apply(LabelMapping().split(label, by))

    def rename(self, label: str, new: str) -> model.Relabelled:
        """Give a label another name.

        Parameters
        ----------
        label, new
            Its name, and the new one.

        Raises
        ------
        NotFound, Refused
            As for :meth:`combine`.
        Conflict
            There is a label of the new name; :meth:`combine` makes one of both.
        """
        return self.apply(LabelMapping().rename(label, new))

    def delete(self, labels: str | Iterable[str]) -> model.Relabelled:
        """Delete labels, with the shapes that have no other one; :meth:`undo` brings them back.

        Parameters
        ----------
        labels
            A name, or several.

        Raises
        ------
        NotFound, Refused
            As for :meth:`combine`.
        """
        return self.apply(LabelMapping().delete(labels))

    def reorder(self, labels: Iterable[str]) -> model.Relabelled:
        """Put labels into another order, which is that of exports; those that are not named follow as they were.

        Parameters
        ----------
        labels
            Their names.

        Raises
        ------
        NotFound, Refused
            As for :meth:`combine`.
        """
        return self.apply(LabelMapping().reorder(labels))

    def apply(self, labels: Any) -> model.Relabelled:
        """Change labels by a mapping, for example that of another version, in one step that is taken back as a whole.

        Parameters
        ----------
        labels
            ``other.labels.mapping``, or a dictionary from labels to labels, or None for those to be deleted.

        Raises
        ------
        NotFound, InvalidInput, Conflict, Refused
            As for each of its steps; nothing is changed.
        """
        mapping = as_mapping_of_labels(labels)
        call = self._workspace.client.call
        return call("labels.change", model.Relabelled, version_id=self._scope(), mapping=mapping)

    def preview(self, labels: Any) -> model.Relabelled:
        """Return what :meth:`apply` would do; nothing is changed. Of published versions, too.

        Parameters
        ----------
        labels
            As for :meth:`apply`.
        """
        mapping = as_mapping_of_labels(labels)
        call = self._workspace.client.call
        return call("labels.preview", model.Relabelled, version_id=self._scope(), mapping=mapping)

    def undo(self) -> model.Relabelled:
        """Take the last change of this version's labels back: shapes that nobody relabeled since have theirs again.

        Shapes that were deleted with their label are back, unless somebody said since that there is nothing to label.

        Raises
        ------
        NotFound
            There is none.
        Refused
            As for :meth:`combine`.
        """
        return self._workspace.client.call("labels.undo", model.Relabelled, version_id=self._scope())

    @property
    def changes(self) -> list[model.LabelChange]:
        """The changes of this version's labels, and those of its parents that it began with; oldest first."""
        return self._workspace.client.call("labels.changes", list[model.LabelChange], version_id=self._scope())

    @property
    def mapping(self) -> LabelMapping:
        """All changes that hold, as one mapping: for another version, or for an export."""
        own = self._scope()
        return LabelMapping(
            tuple(s for c in self.changes if c.undone is None or c.version_id != own for s in c.mapping.steps)
        )
