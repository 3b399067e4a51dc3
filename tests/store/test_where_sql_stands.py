"""All SQL over the tables stands in ``store/``: what another engine would need is found there, and nowhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbannotate

SOURCE = Path(nbannotate.__file__).parent
#: Who asks the public views, as people do, or a table of their own outside the store.
ASK_VIEWS = ("stats", "changes", "workspace", "formats", "files", "charts", "demo", "cli", "pages")
FILES = sorted(p for p in SOURCE.rglob("*.py") if p.relative_to(SOURCE).parts[0] not in ("store", *ASK_VIEWS))
SQL = re.compile(
    r"\s*(select|with|insert into|update|delete from|create|drop|alter|copy)\s.*\b(from|into|set|table)\b", re.S
)


def _sql(tree: ast.AST) -> list[str]:
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    texts = (
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in told
    )
    return [f"line {node.lineno}: {node.value.strip()[:60]}" for node in texts if SQL.match(node.value)]


def _statements(tree: ast.AST) -> list[str]:
    """Return the calls that run a statement in a transaction."""
    runs = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load))
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in runs
        if node.attr in ("all", "one", "value", "run", "connection")
        and ast.unparse(node.value) in ("tx", "ctx.tx", "stage", "self.tx")
    ]


def test_no_statement_stands_outside_the_store() -> None:
    assert len(FILES) > 100
    trees = {file.relative_to(SOURCE).as_posix(): ast.parse(file.read_text()) for file in FILES}
    assert {name: said for name, tree in trees.items() if (said := _sql(tree) + _statements(tree))} == {}


def test_the_test_finds_what_it_looks_for() -> None:
    tree = ast.parse('"select a from b"\ndef f(ctx):\n    return ctx.tx.one("select a from data.b where c = $1", 1)')
    assert len(_sql(tree)) == len(_statements(tree)) == 1
