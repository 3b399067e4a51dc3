"""Annotations of COCO by the thousand as they are written: their numbers are never looked at, as far as may be."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from nbannotate.formats import _coco_extra
from nbannotate.formats._coco_extra import OURS
from nbannotate.formats._contract import Block
from nbannotate.shapes.rectangle import Rectangle

_encode = msgspec.json.encode


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    """How a geometry stood in its file, where only the box and the area were otherwise."""

    of: str
    bbox: msgspec.Raw = msgspec.Raw(b"")
    area: msgspec.Raw = msgspec.Raw(b"")


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What is kept of an annotation, where it is no more than that."""

    nbannotate: _Given


_kept, _every = msgspec.json.Decoder(_Kept), msgspec.json.Decoder(list[_Kept | None])


def of_block(block: Block) -> list[str | None]:
    """Return the JSON of each annotation behind its ids; None for what must be looked at one by one."""
    geometry = block.geometry
    found: list[str | None] = [None] * len(block.rows)
    plain = block.plain.tolist()
    if not plain:
        return found
    texts = block.texts
    assert texts is not None
    kept = _all([block.extras[n] for n in plain])
    corners, sizes = geometry.bounds[:, :2], geometry.bounds[:, 2:] - geometry.bounds[:, :2]
    boxes = _encode(np.concatenate([corners, sizes], axis=1).tolist()).decode()[2:-2].split("],[")
    areas = _encode(geometry.areas.tolist()).decode()[1:-1].split(",")
    closed = geometry.closed.tolist()
    ids = _texts([block.ids[n] for n in plain])
    ours = _encode(OURS).decode()
    prints = _coco_extra.fingerprints(geometry) if any(kept) else []
    for at, (n, its, points, kind) in enumerate(zip(plain, kept, texts, geometry.kinds, strict=True)):
        if its is False or closed[at]:
            continue
        box, area = f"[{boxes[at]}]", areas[at]
        if its is not None and its.nbannotate.of == prints[at]:
            box = bytes(its.nbannotate.bbox).decode() or box
            area = bytes(its.nbannotate.area).decode() or area
        rings = "[]" if kind == Rectangle.name else points
        found[n] = f'"bbox":{box},"area":{area},"segmentation":{rings},"iscrowd":0,{ours}:{{"shape_ids":[{ids[at]}]}}}}'
    return found


def _texts(ids: list[str]) -> list[str]:
    """Return ids as JSON."""
    together = "".join(ids)
    if together.isascii() and together.isalnum():
        return [f'"{its}"' for its in ids]
    return [_encode(its).decode() for its in ids]


def _all(extras: list[str | None]) -> list[Any]:
    """Return what is kept of annotations: None for nothing, False where it is more than the box and the area."""
    try:
        return _every.decode("[" + ",".join([its or "null" for its in extras]) + "]")
    except msgspec.MsgspecError:
        return [_one(its) for its in extras]


def _one(extra: str | None) -> Any:
    try:
        return None if extra is None else _kept.decode(extra)
    except msgspec.MsgspecError:
        return False
