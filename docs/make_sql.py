"""Write ``docs/sql.md``: every public view and every column of it, as the code says them, with examples.

``python docs/make_sql.py``; a test fails when the page is not what this writes, and runs every example.
"""

from __future__ import annotations

from pathlib import Path

import nbannotate as nb
from nbannotate.model.columns import VIEWS

PAGE = Path(__file__).parent / "sql.md"

HEAD = """\
# SQL

Written by `docs/make_sql.py` from `nbannotate/model/columns.py` and the database; do not edit.

`ws.sql` asks what no table and no chart has been made for. It reads the [views below](#the-tables), all of them and
nothing else, and changes nothing: [what it may do](owner.md#what-sql-may-do). It is for owners, managers and
developers.

```python
ws.sql("select label, count(*) as n, avg(area) as mean_area from shapes group by label order by n desc")
ws.sql.tables()  # what there is, and what one row is
ws.sql.describe("shapes")  # the columns: types, and what they mean
```

The answer is a DataFrame of pandas. `.pl()` and `.arrow()` give it to polars and Arrow, where those are installed,
with the types that the database has: whole numbers with gaps stay whole, lists stay lists.

## Values

What comes from elsewhere goes into placeholders, never into the text:

```python
import pandas as pd

ws.sql("select * from shapes where label = $label and area > $least", label="RBC", least=50)
ws.sql("select * from tasks where assignee in $members", members=["ana", "ben"])
ws.sql("select * from events where created > $since", since=pd.Timestamp("2026-07-01", tz="Europe/Zurich"))
ws.sql("select * from shapes where label = $1 and area > $2", ["RBC", 50])
```

Values of numpy and pandas are taken, lists too (`in $members`, without parentheses). A time with a zone is the same
moment in UTC. A placeholder without a value, and a value without a placeholder, are errors. Names that `ws.sql` has
itself (`query`, `parameters`, `tz`) are given in a mapping: `ws.sql("select $tz", {"tz": 1})`.

## Tables of your own

A DataFrame (pandas; polars and Arrow, where they are installed) is a table of the one query that it comes with:

```python
scores = pd.DataFrame({"asset": ["a.jpg", "b.jpg"], "score": [0.4, 0.9]})
ws.sql("select t.asset, t.state, scores.score from tasks t join scores using (asset) where t.is_current", scores=scores)
```

Its name must not be one of the workspace's tables; its index does not go along (`scores.reset_index()`). Up to 20
tables with 256 MiB of Parquet together can come with a query. Nobody else sees them, and they are gone with the answer.

## Times

All times are UTC, and columns of times say no zone. With `tz=` they stand in that zone and say so; days stay as they
are.

```python
ws.sql("select asset, closed from tasks where closed is not null", tz="Europe/Zurich")
```

In the query itself a day is a day of UTC. A day somewhere else is asked for like this:

```sql
select cast(closed at time zone 'UTC' at time zone 'Europe/Zurich' as date) as day, count(*) as tasks
from tasks where outcome = 'submitted' group by 1 order by 1
```

## Looking around, summing up, turning

These work in place of a SELECT, and `describe`, `summarize`, `pivot` and `unpivot` in parentheses behind `from`, too:

```sql
show tables
```

```sql
describe shapes
```

```sql
describe select label, max(area) as largest from shapes group by label
```

```sql
summarize select area, width, height from shapes
```

```sql
pivot tasks on state using count(*) group by step_name
```

```sql
pivot (from shapes where area > 10) on label using count(*) as n, avg(area) as area group by member
```

```sql
select * from (pivot shapes on kind in ('rectangle', 'polygon') using count(*) group by label) order by label
```

```sql
unpivot (select asset_id, width, height from assets) on width, height into name side value pixels
```

The values that become columns are looked up first, at most 1,000 of them; with `in ('a', 'b')` they are those that you
write, in that order, whether they are there or not.

## Examples

What each member said of each image, in its last revision there:

```sql
select asset_id, member, shapes, created
from annotations qualify row_number() over (partition by asset_id, member order by annotation_id desc) = 1
```

How long a step takes, by member:

```sql
select step_name, assignee, count(*) as tasks, median(worked_s) as median_s
from tasks where outcome in ('submitted', 'accepted', 'accepted_with_edits') group by all order by all
```

Values of attributes and metadata, which are JSON:

```sql
select name, metadata->>'site' as site from assets where metadata->>'site' is not null
```

Images without a shape:

```sql
select a.name from assets a where not exists (from shapes s where s.asset_id = a.asset_id) order by a.name
```

## When it is wrong

Names are compared with those that there are, and the sentence says which one was perhaps meant:

```text
ws.sql("select lable from shapes")
QueryFailed: There is no column 'lable' (did you mean 'label'?); shapes has annotation_id, asset_id, …

ws.sql("select * from shapes where label = $label", lable="RBC")
QueryFailed: $label has no value (did you mean 'lable'?); give one: label=….
```

## The tables

"""


def text() -> str:
    """Return the page."""
    ws = nb.open(":memory:")
    parts = [", ".join(f"[{name}](#{name})" for name in sorted(VIEWS)) + ".\n"]
    for name in sorted(VIEWS):
        view = VIEWS[name]
        described = ws.sql.describe(name)
        rows = zip(described["column_name"], described["column_type"], described["meaning"], strict=True)
        lines = [f"| `{column}` | {kind} | {_cell(meaning)} |" for column, kind, meaning in rows]
        head = [f"### {name}", "", view.row, "", "| column | type | what it means |", "| --- | --- | --- |"]
        parts.append("\n".join([*head, *lines, ""]))
    ws.close()
    return HEAD + "\n".join(parts).rstrip() + "\n"


def _cell(meaning: str) -> str:
    return meaning.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(text())
