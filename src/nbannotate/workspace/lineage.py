"""Which version of a dataset was made from which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbannotate.workspace.row import Row
from nbannotate.workspace.table import Rows

if TYPE_CHECKING:
    from nbannotate.workspace.dataset import Dataset


class Lineage(Rows[Row]):
    """The family of a dataset's versions: each child below the version that it was made from.

    A notebook shows it as a picture; ``.df()`` is the table, with the ``generation`` of each, from 0.

    Parameters
    ----------
    dataset
        The dataset.
    """

    what, one, view, key = "versions", "version", "versions", "name"
    first = ("name", "generation", "parent", "state", "assets")

    def __init__(self, dataset: Dataset) -> None:
        super().__init__(dataset.workspace)
        self._dataset = dataset

    def _sql(self, history: bool = False) -> str:
        return (
            "with recursive line as ("
            "select version_id, 0 as generation, [version_id] as path from versions "
            "where dataset_id = $1 and parent_id is null "
            "union all select v.version_id, l.generation + 1, list_append(l.path, v.version_id) "
            "from versions v join line l on l.version_id = v.parent_id) "
            "select v.version_id, v.name, v.parent_id, v.parent, l.generation, v.state, v.assets, "
            "coalesce(c.campaigns, 0) as campaigns, v.created, v.archived, v.content_hash "
            "from line l join versions v on v.version_id = l.version_id "
            "left join (select version_id, count(*) as campaigns from campaigns group by 1) c "
            "on c.version_id = v.version_id order by l.path"
        )

    def _scope(self) -> int:
        return self._dataset.dataset_id

    def _of(self) -> str:
        return f" of {self._dataset.name!r}"

    def _item(self, row: dict[str, Any]) -> Row:
        return Row(self.one, row)
