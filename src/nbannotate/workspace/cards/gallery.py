"""The cards of galleries, and of what a version gives to libraries that train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial

from nbannotate import model
from nbannotate.cards import Card, Chips, Counts, Grid, Lines, Part, card_of, count
from nbannotate.workspace.cards import thumbnails
from nbannotate.workspace.cards.asked import campaigns_of, colors, latest_shapes, rows
from nbannotate.workspace.cards.thumbnails import Wanted
from nbannotate.workspace.gallery import Gallery
from nbannotate.workspace.torch_dataset import TorchDataset
from nbannotate.workspace.version import Version

#: How large an image is shown (pixels), how many bytes it may have, and how long all are waited for (s).
SIZE, BYTES, PATIENCE_S = (200, 150), 9_000, 20.0
#: What a card with one more image may have more (bytes).
EACH = 24_000


@card_of.register
def _(shown: Gallery) -> Card:
    version, ids = shown.version, shown.ids
    ws, version_id = version.workspace, version.version_id
    listed = ", ".join(map(str, ids)) or "null"
    found = {
        r["asset_id"]: r
        for r in rows(
            ws,
            "select a.asset_id, a.name, a.path, a.width, a.height, n.nothing_to_label, n.tags, n.annotation_id "
            "from assets a left join annotations n on n.asset_id = a.asset_id and n.version_id = a.version_id "
            f"and n.is_latest where a.version_id = $1 and a.asset_id in ({listed})",
            version_id,
        )
    }
    drawn = latest_shapes(ws, version_id, ids)
    shapes = Counter(s.label for its in drawn.values() for s in its)
    hues = _hues(version, shapes)
    some = [
        Wanted(r["name"], partial(str, r["path"]), r["width"], r["height"], drawn.get(i, ()), _said(r))
        for i in ids
        if (r := found.get(i)) is not None
    ]
    pictures = thumbnails.grid(some, SIZE, BYTES, PATIENCE_S, hues)
    chips = Chips("labels", tuple((n or "without label", hues.get(n), f"{k:,}") for n, k in shapes.most_common()))
    return Card(
        "Images",
        f"{version.dataset.name} / {version.name}",
        counts=((len(some), f"of {shown.total:,} images"), count(sum(shapes.values()), "shape")),
        parts=(*((chips,) if shapes else ()), pictures),
        next=(shown.following,) if len(some) < shown.total else (),
        largest=20_000 + EACH * len(some),
    )


def _hues(version: Version, shapes: Mapping[str, int]) -> dict[str, str]:
    """Return a color for each label: that of the newest recipe, or else one of the palette."""
    found = colors(version.workspace, campaigns_of(version.workspace, [version.version_id]))
    for name in sorted(shapes):
        found.setdefault(name, model.PALETTE[len(found) % len(model.PALETTE)])
    return found


def _said(row: Mapping[str, object]) -> str:
    if row["annotation_id"] is None:
        return "not annotated"
    return "nothing to label" if row["nothing_to_label"] else ""


@card_of.register
def _(dataset: TorchDataset) -> Card:
    boxes = dataset._boxes
    names: dict[int, str] = {}
    for name, number in dataset.labels.items():
        names[number] = f"{names[number]}, {name}" if number in names else name
    each = Counter(boxes.labels.tolist())
    grid = Grid(("number", "label", "boxes"), tuple((n, names[n], each.get(n, 0)) for n in sorted(names)))
    counts: Counts = (count(len(dataset), "image"), count(len(boxes.labels), "box", "boxes"))
    left = Lines(tuple(("left out", f"{n:,} {why}") for why, n in dataset.left_out.items()))
    parts: tuple[Part, ...] = (grid, left)
    return Card("Torch dataset", dataset.name, counts=counts, parts=parts, next=("image, target = dataset[0]",))
