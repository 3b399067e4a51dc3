"""The page about SQL is what the code says, and each of its examples runs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

import nbannotate as nb

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = re.compile(r"^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = EXAMPLE.findall((DOCS / "sql.md").read_text("utf-8"))


def test_the_page_lists_every_view_and_every_column() -> None:
    spec = importlib.util.spec_from_file_location("make_sql", DOCS / "make_sql.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert (DOCS / "sql.md").read_text("utf-8") == made.text(), "run: python docs/make_sql.py"


@pytest.fixture(scope="module")
def ws() -> nb.Workspace:
    return nb.open(":memory:")


@pytest.mark.parametrize("query", EXAMPLES)
def test_an_example_runs(ws: nb.Workspace, query: str) -> None:
    assert len(ws.sql(query).columns)
