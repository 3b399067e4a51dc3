"""``ws.sql``: a SELECT over the public views, the tables that there are, and the answer as what one works with."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput, NotFound
from nbannotate.model.columns import VIEWS
from nbannotate.model.suggestions import sentence, unknown
from nbannotate.model.times import zone
from nbannotate.model.values import as_list, as_mapping, plain
from nbannotate.owner.client import Client
from nbannotate.owner.parts import check_size
from nbannotate.workspace import frames
from nbannotate.workspace.handle import Handle

if TYPE_CHECKING:
    from nbannotate.workspace.answer import Answer


class Sql(Handle):
    """SQL over the public views of a workspace.

    ``ws.sql("select …")`` gives the rows, ``ws.sql.tables()`` what there is, ``ws.sql.describe("shapes")`` the columns
    of one table. ``show tables``, ``describe``, ``summarize``, ``pivot`` and ``unpivot`` work in the query, too.

    Parameters
    ----------
    client
        Who asks.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seal()

    def __call__(
        self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = (), *, tz: str | None = None, **named: Any
    ) -> Answer:
        """Return the rows of one SELECT over the public views, as a DataFrame.

        Parameters
        ----------
        query
            For example ``"select label, count(*) as n from shapes group by 1"``.
        parameters
            Values for the placeholders ``$1``, ``$2`` …; or a mapping of names to values.
        tz
            The zone of the times in the answer, for example ``"Europe/Zurich"``. Without one they are UTC and say no
            zone.
        **named
            Values for placeholders by name: ``label="RBC"`` for ``$label``, a list for ``label in $labels``. A
            DataFrame is a table of this query: ``mine=df`` for ``join mine on …``; its index does not go along.

        Returns
        -------
        Answer
            A DataFrame that has ``.df()``, ``.pl()`` and ``.arrow()``, too.

        Raises
        ------
        QueryFailed
            The query is wrong, is no SELECT, reads something that is not public, or a placeholder has no value.
        InvalidInput
            There is no such zone, or a table cannot go along.
        """
        zoned = zone(tz)
        tables = {name: frames.sent(name, value) for name, value in named.items() if frames.is_table(value)}
        check_size(sum(map(len, tables.values())))
        values = {name: _value(value) for name, value in named.items() if name not in tables}
        given: Any
        if isinstance(parameters, Mapping):
            given = {str(name): _value(value) for name, value in as_mapping("parameters", parameters).items()}
            both = sorted(given.keys() & values.keys())
            if both:
                raise InvalidInput(f"${both[0]} is given twice, by its name and in parameters.")
            given |= values
        else:
            given = [_value(value) for value in as_list("parameters", parameters)]
            if given and values:
                raise InvalidInput("Give the values by their order or by their names, not both.")
            given = given or values or []
        from nbannotate.workspace.answer import Answer  # pandas comes with the first query only

        content = self._client.query(query, given, tables)
        return Answer.of(content, frames.from_parquet(content, zoned), zoned)

    def tables(self) -> Answer:
        """Return the tables that there are: their names, what a row is, and their columns."""
        return self("show tables")

    def describe(self, table: str) -> Answer:
        """Return the columns of a table, with their types and what they mean.

        Parameters
        ----------
        table
            For example ``"shapes"``.

        Raises
        ------
        NotFound
            There is no such table; the message lists those that there are.
        """
        name, known = plain(table), self._names()
        if name not in known:
            raise NotFound(sentence(unknown("table", name, known)))
        return self(f"describe {name}")

    def __getitem__(self, table: str) -> Answer:
        """Return the columns of a table, with their types and meanings; see :meth:`describe`."""
        return self.describe(table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __contains__(self, table: object) -> bool:
        return table in self._names()

    def __len__(self) -> int:
        return len(self._names())

    def _ipython_key_completions_(self) -> list[str]:
        return self._names()

    def _names(self) -> list[str]:
        return sorted(VIEWS)

    def __repr__(self) -> str:
        return f'<SQL over {len(self)} tables: ws.sql("select …"); ws.sql.tables() lists them>'


def _value(value: Any) -> Any:
    """Return a value of a placeholder; a time with a zone as the same moment in UTC, as times are stored."""
    given = plain(value)
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | bytearray | Mapping):
        return [_value(item) for item in given]
    if isinstance(given, datetime.datetime) and given.tzinfo is not None:
        return given.astimezone(datetime.UTC).replace(tzinfo=None)
    return given
