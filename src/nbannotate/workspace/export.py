"""What a version gives to a format: its assets with their latest annotations, and their labels, in pieces."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats, imaging, model
from nbannotate.errors import InvalidInput, Refused
from nbannotate.files import output
from nbannotate.files.target import Target, write_new
from nbannotate.model.choices import one_of
from nbannotate.model.values import as_stored, plain
from nbannotate.rules.relabelling import relabelled
from nbannotate.workspace import frames, real, remembered
from nbannotate.workspace.bars import progress_bar

if TYPE_CHECKING:
    from nbannotate.workspace.filled import Filled

#: So many images are read at once.
PIECE = 2_000

Images = Literal["copy", "link"]


class Chosen(Struct, frozen=True):
    """Which images of a version are written, and with what was said by whom; see :meth:`Filled.write`."""

    state: str | None = None
    origin: model.Origin | None = None
    split: str | None = None
    labels: model.LabelMapping | None = None

    def checked(self) -> Chosen:
        """Return it as plain values, or raise InvalidInput."""
        state, origin, split = plain(self.state), plain(self.origin), plain(self.split)
        if origin is not None:
            one_of("origin", origin, get_args(model.Origin))
        if state is not None:
            one_of("state", state, model.TASK_STATES)
        return Chosen(state, origin, split, self.labels)


def write(
    version: Filled, format_: formats.Format, path: Path, chosen: Chosen, images: Images | None, *,
    dry_run: bool, lossy: bool,
) -> formats.Writing:  # fmt: skip
    """Write a version's latest annotations to what is neither the workspace's nor one of its images."""
    if images is not None:
        one_of("images", images, get_args(Images))
    chosen, workspace = chosen.checked(), version.workspace
    family = formats.family(format_)
    ids = _ids(version, chosen, family)
    lost = formats.Problems("skip")
    known = head(version, family, chosen.labels)
    for what, reason, place in formats.losses_of_head(format_, known):
        lost.note(what, reason, place)
    for row in progress_bar(_rows(version, ids, chosen), total=len(ids), desc="looking", unit=" images", delay=1):
        for what, reason, place in formats.losses_of(format_, row):
            lost.note(what, reason, place)
    left_out = lost.left_out()
    if dry_run:
        return formats.Writing(format_.name, left_out, tuple(lost.skipped), assets=len(ids), written=False)
    if left_out and not lossy:
        some = "; ".join(f"{v.count:,} {v.what}" for v in left_out[:5]) + ("; …" if len(left_out) > 5 else "")
        raise Refused(
            f"{format_.title} cannot hold all of the version {version.name!r}: {some} would be lost. "
            f"version.write({format_.name!r}, …, dry_run=True) shows what, lossy=True writes the rest. "
            "Nothing was written."
        )

    def protected() -> list[str]:
        paths = workspace.sql("select distinct path from assets")["path"]
        return [str(imaging.frame_of(str(p)).path) for p in paths]

    with (
        output.protecting(None if workspace.path == ":memory:" else workspace.path, protected),
        tempfile.TemporaryDirectory(prefix="nbannotate") as folder,
        Target(path, format_.makes, images, _fetch(Path(folder))) as target,
    ):
        rows = _called(version, family, _rows(version, ids, chosen))
        bar = progress_bar(rows, total=len(ids), desc="writing", unit=" images", delay=1)
        last = remembered.last_id(version, family)
        done = format_.write(target, formats.Contents(known, bar, len(ids), last))
    return formats.Writing(
        format_.name, left_out, tuple(lost.skipped), assets=done.assets, annotations=done.annotations
    )


def _fetch(folder: Path) -> Any:
    """Return what gives the file of an image; a frame of a file becomes one of its own, one at a time."""

    def fetch(path: str) -> Path:
        one = imaging.frame_of(path)
        if one.number is None:
            return one.path
        file = folder / f"{len(os.listdir(folder))}"  # noqa: PTH208  a count is wanted
        write_new(file, [imaging.extracted(one)])
        return file

    return fetch


def rows(version: Filled, state: str | None = None, origin: model.Origin | None = None) -> list[formats.Row]:
    """Return all rows of a version; see :class:`Chosen`."""
    chosen = Chosen(state, origin).checked()
    return list(_rows(version, _ids(version, chosen, ""), chosen))


def _ids(version: Filled, chosen: Chosen, format_: str) -> list[int]:
    """Return the assets that are written, as a file of the format had them, then in the order of the version."""
    found = version.workspace.sql(
        """
        select a.asset_id from assets a
        left join (
          select name, min(distance) as distance, arg_min(position, distance * 1e12 + position) as position
          from foreign_ids where version_id = $1 and format = $2 and what = 'image' group by name
        ) f on f.name = a.name
        where a.version_id = $1 and a.archived is null
          and ($3 is null or a.asset_id in (
            select s.asset_id from asset_states s join campaigns c on c.campaign_id = s.campaign_id
            where c.version_id = $1 and s.state = $3))
          and ($4 is null or a.asset_id in (select asset_id from splits where version_id = $1 and split = $4))
        order by f.distance nulls last, f.position nulls last, a.position
        """,
        [version.version_id, format_, chosen.state, chosen.split],
    )
    return [int(i) for i in found["asset_id"]]


def _rows(version: Filled, ids: Sequence[int], chosen: Chosen) -> Iterator[formats.Row]:
    """Go through assets with their latest annotations, a piece at a time."""
    for first in range(0, len(ids), PIECE):
        for row in _piece(version, ids[first : first + PIECE], chosen):
            said = row.annotation
            if said is not None and chosen.labels is not None:
                said = relabelled(said, chosen.labels)
            yield row if said is row.annotation else replace(row, annotation=said)


@as_stored()
def _piece(version: Filled, ids: Sequence[int], chosen: Chosen) -> list[formats.Row]:
    ask = version.workspace.sql
    some = [version.version_id, list(ids)]
    assets = {
        r["asset_id"]: r
        for r in frames.records(
            ask(
                "select a.asset_id, a.name, a.path, a.width, a.height, a.metadata, a.sequence, a.moment, s.split "
                "from assets a left join splits s on s.version_id = a.version_id and s.asset_id = a.asset_id "
                "where a.version_id = $1 and a.asset_id in (select unnest($2))",
                some,
            )
        )
    }
    said = {
        r["asset_id"]: r
        for r in frames.records(
            ask(
                "select asset_id, tags, nothing_to_label, tag_attributes, origin, source from annotations "
                "where version_id = $1 and is_latest and asset_id in (select unnest($2)) "
                "and ($3 is null or origin = $3)",
                [*some, chosen.origin],
            )
        )
    }
    table = ask(
        "select * from shapes where version_id = $1 and asset_id in (select unnest($2)) order by asset_id, position",
        some,
    )
    shapes: dict[int, list[model.Shape]] = {}
    for asset_id, shape in zip(table["asset_id"], real.as_shapes(table), strict=True):
        shapes.setdefault(int(asset_id), []).append(shape)
    return [_row(assets[i], said.get(i), shapes.get(i, [])) for i in ids if i in assets]


def _row(asset: dict[str, Any], known: dict[str, Any] | None, shapes: list[model.Shape]) -> formats.Row:
    annotation = None
    if known is not None:
        annotation = model.Annotation(
            shapes=tuple(shapes),
            tags=tuple(msgspec.json.decode(known["tags"])),
            nothing_to_label=known["nothing_to_label"],
            tag_attributes=msgspec.json.decode(known["tag_attributes"] or "{}"),
        )
    return formats.Row(
        asset["name"], asset["width"], asset["height"], annotation,
        known["origin"] if known else None, known["source"] if known else None, msgspec.json.decode(asset["metadata"]),
        asset["split"], asset["sequence"], asset["moment"], asset["path"],
    )  # fmt: skip


def _called(version: Filled, format_: str, rows: Iterator[formats.Row]) -> Iterator[formats.Row]:
    """Return rows with what files of a format called the images and their shapes."""
    written: set[str] = set()
    while piece := [row for _, row in zip(range(PIECE), rows, strict=False)]:
        images = remembered.by_name(version, format_, "image", [row.name for row in piece])
        ids = [s.id for row in piece if row.annotation for s in row.annotation.shapes]
        shapes = remembered.by_name(version, format_, "shape", ids)
        for row in piece:
            foreign = images.get(row.name, formats.Foreign())
            name = foreign.name or row.name
            if name in written:  # the file's name for it is another asset's by now
                name, foreign = row.name, replace(foreign, name=None)
            written.add(name)
            its = row.annotation.shapes if row.annotation else ()
            yield replace(row, name=name, foreign=foreign, shapes={s.id: shapes[s.id] for s in its if s.id in shapes})


def head(version: Filled, format_: str, mapping: model.LabelMapping | None = None) -> formats.Head:
    """Return the labels and tags of a version as a mapping leaves them, those of files of the format in their order."""
    foreign, extra = remembered.head(version, format_)
    known = {label.name: label for label in labels(version)}
    names = list(known)
    done = version.labels.mapping
    if mapping is not None:
        names = list(version.labels.preview(mapping).labels)
        done = model.LabelMapping((*done.steps, *mapping.steps))
    foreign = {name: its for name, its in _carried(foreign, done).items() if name in names}
    reordered = any(step.kind == "reorder" for step in done.steps)
    in_order = names if reordered else list(dict.fromkeys([*foreign, *names]))
    found = tuple(known[name] if name in known else model.Label(name) for name in in_order)
    return formats.Head(found, tags(version), foreign, extra)


def _carried(foreign: dict[str, formats.Foreign], mapping: model.LabelMapping) -> dict[str, formats.Foreign]:
    """Return what files call labels after a mapping: what becomes of several is called as the first of them."""
    for step in mapping.steps:
        first = next((name for name in (step.into, *step.labels) if name in foreign), None)
        if step.kind in ("combine", "rename") and first is not None:
            its = foreign[first] if first == step.into else replace(foreign[first], name=None)
            left = {n: v for n, v in foreign.items() if n == first or n not in step.labels}
            foreign = {step.into if n == first else n: its if n == first else v for n, v in left.items()}
        elif step.kind == "delete":
            foreign = {name: its for name, its in foreign.items() if name not in step.labels}
    return foreign


def labels(version: Filled) -> list[model.Label]:
    """Return the labels of a version in its order, as its campaigns or files define them.

    Names that no label can have, which came in before they were refused, are not among them; shapes keep them.
    """
    known = remembered.definitions(version)[0]
    for spec in _specs(version):
        known.update({v.name: v for v in spec.recipe.labels})
    found = []
    for row in version.labels:
        with contextlib.suppress(InvalidInput):
            found.append(known.get(row.label) or model.Label(row.label, color=row.color))
    return found


def tags(version: Filled) -> tuple[model.Tag, ...]:
    """Return the tags of this version's campaigns, and those that files defined."""
    mine = {tag.name: tag for spec in _specs(version) for tag in spec.recipe.tags}
    return tuple((remembered.definitions(version)[1] | mine).values())


def _specs(version: Filled) -> Iterator[model.CampaignSpec]:
    """Return how the campaigns of a version are written, also those that are put away."""
    client = version.workspace.client
    for campaign in client.call("campaigns.list", list[model.Campaign]):
        if campaign.version_id == version.version_id:
            yield client.call("campaigns.spec", model.CampaignSpec, campaign_id=campaign.campaign_id)
