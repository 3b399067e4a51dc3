"""Annotations of COCO by the thousand as they are written: their numbers are never looked at, as far as may be."""

from __future__ import annotations

import re

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate.formats import _coco_extra
from nbannotate.formats._coco_extra import OURS
from nbannotate.formats._contract import Block
from nbannotate.shapes.many import Many

_encode = msgspec.json.encode
#: What is kept of an annotation whose box and area alone stood otherwise in its file: the geometry, and these two.
_USUAL = re.compile(f'\\{{"{OURS}":\\{{"of":"([0-9a-f]+)",("bbox":[^"]*,"area":[^"]*)\\}}\\}}')


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    """How a geometry stood in its file, where only the box and the area were otherwise."""

    of: str
    bbox: msgspec.Raw = msgspec.Raw(b"")
    area: msgspec.Raw = msgspec.Raw(b"")


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What is kept of an annotation, where it is no more than that."""

    nbannotate: _Given


_kept = msgspec.json.Decoder(_Kept)


def of_block(block: Block) -> list[str | None]:
    """Return the JSON of each annotation behind its ids; None for what must be looked at one by one."""
    geometry = block.geometry
    found: list[str | None] = [None] * len(block.rows)
    plain = block.plain.tolist()
    if not plain:
        return found
    measures = _measures(geometry, [block.extras[n] for n in plain])
    ids = _texts([block.ids[n] for n in plain])
    ours = _encode(OURS).decode()
    texts = block.texts
    assert texts is not None
    columns = zip(plain, measures, texts, geometry.box.tolist(), geometry.closed.tolist(), ids, strict=True)
    for n, its, points, box, closed, shape_id in columns:
        if its is not None and not closed:
            rings = "[]" if box else points
            found[n] = f'{its},"segmentation":{rings},"iscrowd":0,{ours}:{{"shape_ids":[{shape_id}]}}}}'
    return found


def _measures(geometry: Many, extras: list[str | None]) -> list[str | None]:
    """Return the box and the area of each shape as JSON, as they were given; None if more than these is kept of it."""
    prints = _coco_extra.fingerprints(geometry) if any(extras) else [""] * len(extras)
    found: list[str | None] = [None] * len(extras)
    others: list[tuple[int, str, str]] = []  # with box and area, as far as they are given
    for n, (extra, of) in enumerate(zip(extras, prints, strict=True)):
        if extra is None:
            others.append((n, "", ""))
        elif usual := _USUAL.fullmatch(extra):
            if usual[1] == of:
                found[n] = usual[2]  # just as it is written here
            else:
                others.append((n, "", ""))
        elif (its := _decoded(extra)) is not None:
            its = its if its.of == of else _Given("")
            others.append((n, bytes(its.bbox).decode(), bytes(its.area).decode()))
    if others:
        those = [n for n, *_ in others]
        bounds = geometry.bounds[those]
        boxes = _split(np.concatenate([bounds[:, :2], bounds[:, 2:] - bounds[:, :2]], axis=1))
        areas = _encode(geometry.areas[those].tolist()).decode()[1:-1].split(",")
        for (n, box, area), its_box, its_area in zip(others, boxes, areas, strict=True):
            found[n] = f'"bbox":{box or f"[{its_box}]"},"area":{area or its_area}'
    return found


def _decoded(extra: str) -> _Given | None:
    """Return what is kept of an annotation; None if it is more than the box and the area."""
    try:
        return _kept.decode(extra).nbannotate
    except msgspec.MsgspecError:
        return None


def _split(boxes: NDArray[np.float64]) -> list[str]:
    """Return the numbers of each box as JSON."""
    return _encode(boxes.tolist()).decode()[2:-2].split("],[")


def _texts(ids: list[str]) -> list[str]:
    """Return ids as JSON."""
    together = "".join(ids)
    if together.isascii() and together.isalnum():
        return [f'"{its}"' for its in ids]
    return [_encode(its).decode() for its in ids]
