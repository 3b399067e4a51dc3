"""Versions of datasets: drafts that grow, published ones that never change, and children of them."""

from __future__ import annotations

from nbannotate.errors import Conflict, Refused
from nbannotate.model import Version
from nbannotate.model.recipe import check_name
from nbannotate.operations.registry import Context, found, operation
from nbannotate.store import campaigns as stored
from nbannotate.store import data, lineage


@operation(writes=True)
def create(ctx: Context, dataset_id: int, name: str) -> Version:
    """Create a draft version of a dataset."""
    check_name("Version name", name)
    found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    _check_new(ctx, dataset_id, name)
    ctx.note(detail={"name": name})
    return data.add_version(ctx.tx, dataset_id, name, ctx.now)


@operation(writes=True)
def publish(ctx: Context, version_id: int) -> Version:
    """Publish a version: from now on it is as it is; work goes on in a child of it."""
    version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    if version.state == "published":
        raise Refused(f"The version {version.name!r} is published already.")
    running = stored.running_on(ctx.tx, version_id)
    if running:
        raise Refused(f"The campaign {running!r} is running on {version.name!r}; complete it before publishing.")
    lineage.publish(ctx.tx, version_id)
    ctx.note(detail={"version_id": version_id})
    return _version(ctx, version_id)


@operation(writes=True)
def child(ctx: Context, version_id: int, name: str, annotations: bool = True) -> Version:
    """Create a draft version with the assets of another one, and its latest annotations if they are wanted."""
    parent = found(data.version(ctx.tx, version_id), f"version {version_id}")
    return make_child(ctx, parent, name, annotations)


def make_child(ctx: Context, parent: Version, name: str, annotations: bool = True) -> Version:
    """Create the child of a version, in the transaction of whatever operation needs it."""
    check_name("Version name", name)
    _check_new(ctx, parent.dataset_id, name)
    made = data.add_version(ctx.tx, parent.dataset_id, name, ctx.now, parent.version_id)
    lineage.copy(ctx.tx, parent.version_id, made.version_id, annotations)
    ctx.note(detail={"parent_id": parent.version_id, "version_id": made.version_id})
    return _version(ctx, made.version_id)


def draft(ctx: Context, version_id: int) -> Version:
    """Return a version that may change, or raise why it may not."""
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    if version.state == "published":
        raise Refused(
            f"The version {version.name!r} is published and never changes; create a child of it and change that."
        )
    return version


@operation()
def list_(ctx: Context, dataset_id: int | None = None) -> list[Version]:
    """Return the versions of a dataset, or of all, oldest first."""
    return data.versions(ctx.tx, dataset_id)


def _version(ctx: Context, version_id: int) -> Version:
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    return version


def _check_new(ctx: Context, dataset_id: int, name: str) -> None:
    """Raise Conflict if a dataset has a version of that name."""
    if any(v.name == name for v in data.versions(ctx.tx, dataset_id)):
        dataset = data.dataset(ctx.tx, dataset_id)
        assert dataset is not None
        raise Conflict(f"The dataset {dataset.name!r} has a version {name!r} already; choose another name.")
