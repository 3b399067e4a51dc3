"""Datasets."""

from __future__ import annotations

from nbannotate.errors import Conflict
from nbannotate.model import Dataset
from nbannotate.model.recipe import check_name
from nbannotate.operations.registry import Context, operation
from nbannotate.store import data


@operation(writes=True)
def create(ctx: Context, name: str, readme: str = "") -> Dataset:
    """Create a dataset; its readme is Markdown."""
    check_name("Dataset name", name)
    if any(d.name == name for d in data.datasets(ctx.tx)):
        raise Conflict(f"There is a dataset {name!r} already; choose another name.")
    return data.add_dataset(ctx.tx, name, readme, ctx.now)


@operation()
def list_(ctx: Context) -> list[Dataset]:
    """Return all datasets, by name."""
    return data.datasets(ctx.tx)
