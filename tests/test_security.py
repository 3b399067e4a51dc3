"""Each promise of docs/security.md is held by tests that exist, and nothing is promised without one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
PROMISES = PAGE.partition("## Promises")[2].partition("\n## ")[0]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test_that_is_there() -> None:
    rows = [line.split("|")[1:-1] for line in PROMISES.splitlines() if line.startswith("| ") and "held by" not in line]
    assert len(rows) > 35
    for promise, held in rows:
        found = NAMED.findall(held)
        assert found, f"no test holds: {promise}"
        assert NAMED.sub("", held).strip(" ,") == "", held
        for file, name in found:
            assert (ROOT / file).is_file(), f"{promise}: there is no {file}"
            assert name in functions(ROOT / file), f"{promise}: there is no {name} in {file}"
