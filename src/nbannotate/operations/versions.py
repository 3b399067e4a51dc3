"""Versions of datasets."""

from __future__ import annotations

from nbannotate.errors import Conflict
from nbannotate.model import Version
from nbannotate.model.recipe import check_name
from nbannotate.operations.registry import Context, found, operation
from nbannotate.store import data


@operation(writes=True)
def create(ctx: Context, dataset_id: int, name: str) -> Version:
    """Create a draft version of a dataset."""
    check_name("Version name", name)
    dataset = found(
        next((d for d in data.datasets(ctx.tx) if d.dataset_id == dataset_id), None), f"dataset {dataset_id}"
    )
    if any(v.name == name for v in data.versions(ctx.tx, dataset_id)):
        raise Conflict(f"The dataset {dataset.name!r} has a version {name!r} already; choose another name.")
    return data.add_version(ctx.tx, dataset_id, name, ctx.now)


@operation()
def list_(ctx: Context, dataset_id: int | None = None) -> list[Version]:
    """Return the versions of a dataset, or of all, oldest first."""
    return data.versions(ctx.tx, dataset_id)
