"""What public views mean is written down: for each view, each of its columns, and nothing else."""

import pytest

import nbannotate as nb
from nbannotate.errors import NotFound
from nbannotate.model.columns import FURTHER, VIEWS
from nbannotate.store.duckdb.engine import Engine


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """The public views with their columns, as the database has them."""
    engine = Engine(tmp_path_factory.mktemp("store") / "w.duckdb")
    try:
        with engine.read() as tx:
            rows = tx.all(
                "select table_name, column_name from duckdb_columns() where schema_name = 'main' and not internal "
                "order by table_name, column_index"
            )
    finally:
        engine.close()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


def test_views_and_meanings_agree(there):
    assert set(VIEWS) == set(there)


@pytest.mark.parametrize("name", VIEWS)
def test_columns_and_meanings_agree_in_order(there, name):
    assert [c.name for c in VIEWS[name].columns] == there[name]


def test_every_meaning_is_a_sentence_and_types_are_not_written_by_hand():
    said = [c.meaning for v in VIEWS.values() for c in v.columns] + [m for f in FURTHER.values() for m in f.values()]
    assert all(len(text) > 5 and text[-1] in ".…" for text in said), [t for t in said if t[-1] not in ".…"]
    assert all(v.row.endswith(".") for v in VIEWS.values())
    assert not any(c.type for v in VIEWS.values() for c in v.columns)


def test_the_columns_of_a_table_are_a_mapping_with_types_and_meanings():
    with_types = nb.open(":memory:").members.columns
    assert list(with_types) == ["login", "role", "active", "created", "open_tasks", "last_login", "archived"]
    assert "role" in with_types
    assert with_types["created"].type == "TIMESTAMP"
    assert "owner" in with_types["role"].meaning
    assert len(repr(with_types).splitlines()) == len(with_types)
    assert "| last_login | TIMESTAMP |" in with_types._repr_markdown_()
    with pytest.raises(NotFound, match="did you mean 'role'"):
        with_types["rolle"]
