"""Datasets and versions that are still empty, and taking those back."""

from __future__ import annotations

from nbannotate.store import data, layers
from nbannotate.store.transaction import Transaction

#: What may belong to a version, and by which column.
_OF_VERSION = (
    ("version_assets", "version_id"),
    ("version_annotations", "version_id"),
    ("campaigns", "version_id"),
    ("versions", "parent_id"),
)
_OF_DATASET = (("versions", "dataset_id"), ("assets", "dataset_id"), ("workers", "dataset_id"))


def _has(tx: Transaction, tables: tuple[tuple[str, str], ...], owner: int) -> bool:
    any_row = " or ".join(f"exists (select 1 from data.{table} where {column} = $1)" for table, column in tables)
    return bool(tx.value(f"select {any_row}", owner))


def take_back_version(tx: Transaction, version_id: int) -> str:
    """Delete a draft that has nothing, and return its name; an empty text if it is gone, or has something."""
    version = data.version(tx, version_id)
    if version is None or version.state != "draft" or _has(tx, _OF_VERSION, version_id):
        return ""
    if tx.value(f"select exists (select 1 from data.foreign_ids where version_id in {layers.OWN})", version_id):
        return ""
    layers.end(tx, version_id)
    tx.run("delete from data.versions where version_id = $1", version_id)
    return version.name


def take_back_dataset(tx: Transaction, dataset_id: int) -> str:
    """Delete a dataset that has nothing, and return its name; an empty text if it is gone, or has something."""
    dataset = data.dataset(tx, dataset_id)
    if dataset is None or _has(tx, _OF_DATASET, dataset_id):
        return ""
    tx.run("delete from data.datasets where dataset_id = $1", dataset_id)
    return dataset.name
