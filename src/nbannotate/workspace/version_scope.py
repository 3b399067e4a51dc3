"""What the tables of a version share: their scope, and real values where the database has JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_args

from nbannotate import model, shapes
from nbannotate.model.column import Column, Columns
from nbannotate.model.times import When
from nbannotate.workspace.table import Rows

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.dataset import Version

T = TypeVar("T")

#: Splits that may be asked for, also where no asset is in one.
SPLITS = ("train", "val", "test")


class OfVersion(Rows[T]):
    """A table of a version.

    Parameters
    ----------
    version
        The version.
    """

    #: The column of mappings that ``.df()`` has as a column for each key, behind the others: ``attributes.stage``.
    wide: ClassVar[str] = ""

    def __init__(self, version: Version) -> None:
        super().__init__(version.workspace)
        self._version = version

    def _scope(self) -> int:
        return self._version.version_id

    def _of(self) -> str:
        return f" in {self._version.dataset.name!r}, {self._version.name!r}"

    def _known(self, column: str) -> list[str] | None:
        if column in ("asset", "name"):
            query = "select name from assets where version_id = $1 order by position"
            return list(self._version.workspace.sql(query, [self._scope()])["name"])
        if column == "origin":
            return list(get_args(model.Origin))
        if column == "kind":
            return list(shapes.kinds())
        if column == "split":
            return list(SPLITS)
        if column in ("label", "tag"):
            recipes = [c.spec.recipe for c in self._version.workspace.campaigns if c.version_id == self._scope()]
            return [n for r in recipes for n in (r.tag_names if column == "tag" else [v.name for v in r.labels])]
        return super()._known(column)

    def _real(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows of the database with real values in place of JSON."""
        return rows

    def _narrowed(
        self, rows: pd.DataFrame, filters: dict[str, Any], start: When = None, end: When = None, tz: Any = None
    ) -> pd.DataFrame:
        late = {n: v for n, v in filters.items() if self.wide and n.startswith(f"{self.wide}.")}
        rows = super()._narrowed(rows, {n: v for n, v in filters.items() if n not in late}, start, end, tz)
        return self._picked(self._real(rows), late)

    @property
    def columns(self) -> Columns:
        """The columns of ``.df()``, with what they mean and their types in the database."""
        known = super().columns
        if not self.wide:
            return known
        keys = f"select distinct unnest(json_keys({self.wide})) as name from ({self._sql()}) q"
        its = sorted(self._frame_of(keys)["name"])
        one = {"attributes": "attribute", "metadata": "value"}[self.wide]
        more = [
            Column(f"{self.wide}.{name}", f"The {one} {name!r}; what is missing where there is none.", "JSON")
            for name in its
        ]
        return Columns([*(c for name, c in known.items() if name != self.wide), *more])
