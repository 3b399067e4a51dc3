"""What stands in the repository: text, notebooks and pictures; nothing that belongs to one machine."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MADE_HERE = {".venv", "dist", "build", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
MADE_HERE |= {".tmp", ".ipynb_checkpoints", "node_modules", "static"}


@pytest.fixture(scope="module")
def tracked() -> list[tuple[str, str]]:
    """Return (mode, path) of each file that git keeps; ``120000`` is the mode of a symbolic link."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [row.split("\t", 1) for row in listed.stdout.split("\0") if row]
    assert rows
    return [(facts.split(" ", 1)[0], path) for facts, path in rows]


def test_no_symbolic_link_is_tracked(tracked: list[tuple[str, str]]) -> None:
    assert [path for mode, path in tracked if mode == "120000"] == []


def test_nothing_that_a_machine_makes_for_itself_is_tracked(tracked: list[tuple[str, str]]) -> None:
    assert [path for _, path in tracked if MADE_HERE & set(Path(path).parts)] == []


def test_git_ignores_an_environment_that_is_a_link(tracked: list[tuple[str, str]]) -> None:
    asked = subprocess.run(["git", "check-ignore", "--no-index", "-q", ".venv"], cwd=ROOT, check=False)
    assert asked.returncode == 0, ".gitignore says .venv without a slash: a link to an environment is no folder"
