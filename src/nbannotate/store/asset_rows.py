"""Assets as they are stored."""

from __future__ import annotations

import datetime

from msgspec import Struct


class AssetFile(Struct, frozen=True):
    """Where the file of an asset is, and how large its image is in pixels; 0 and 0 while nobody knows."""

    asset_id: int
    name: str
    path: str
    width: int
    height: int


class AssetRow(Struct, frozen=True):
    """An asset; ``metadata`` are JSON, ``moment`` is its place in its sequence."""

    asset_id: int
    dataset_id: int
    name: str
    path: str
    folder: str
    width: int
    height: int
    bytes: int
    metadata: str
    created: datetime.datetime
    sequence: str | None
    moment: float | None
