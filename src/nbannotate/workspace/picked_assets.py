"""Assets that were picked one by one, as the condition of a filter."""

from __future__ import annotations

from collections.abc import Iterable


def one_of_assets(ids: Iterable[int]) -> str:
    """Return the condition that an asset is one of some: runs of ids that follow each other are one part each."""
    runs: list[list[int]] = []
    for i in sorted(ids):
        if runs and i == runs[-1][1] + 1:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    return " or ".join(f"asset_id = {a}" if a == b else f"asset_id between {a} and {b}" for a, b in runs) or "false"
