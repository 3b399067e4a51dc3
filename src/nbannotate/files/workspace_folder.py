"""What lies beside a workspace's file: one hidden folder, whose name is said here."""

from __future__ import annotations

from pathlib import Path


def hidden_folder(database: Path) -> Path:
    """Return the folder beside a workspace with all that its processes write: ``.work.duckdb.nbannotate``."""
    return database.with_name(f".{database.name}.nbannotate")
