"""A version as it was at one moment, read in pieces: what is said meanwhile does not appear."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats, model
from nbannotate.model.choices import one_of
from nbannotate.model.values import as_stored, plain
from nbannotate.rules.relabelling import relabelled
from nbannotate.workspace import frames, real

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

#: So many images are read at once.
PIECE = 2_000


class Chosen(Struct, frozen=True):
    """Which images of a version are written, and with what was said by whom; see :meth:`Version.write`."""

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


class Moment:
    """The assets of a version, and which revision of each it showed, when this was entered.

    All but the shapes is asked in one query and kept in a file; a revision never changes, so its shapes can be read
    when they are needed, whatever the version shows by then. An asset that is taken out meanwhile takes its revisions
    along, and is passed over from then on.

    Parameters
    ----------
    version
        Which one.
    chosen
        Which of its assets.
    format_
        The format whose files give the order.
    """

    def __init__(self, version: Version, chosen: Chosen, format_: str) -> None:
        self._version, self._chosen, self._format = version, chosen, format_
        self._count = 0

    def __enter__(self) -> Moment:
        self._folder = tempfile.TemporaryDirectory(prefix="nbannotate")
        self._file = Path(self._folder.name) / "assets.parquet"
        try:
            chosen = self._chosen
            values = [self._version.version_id, self._format, chosen.state, chosen.split, chosen.origin]
            self._count = frames.keep(self._version.workspace.client.query(_ASSETS, values), self._file)
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def __len__(self) -> int:
        return self._count

    def rows(self) -> Iterator[formats.Row]:
        """Go through the assets with what was said of them, a piece at a time."""
        for assets in frames.pieces(self._file, PIECE):
            for row in self._piece(frames.records(assets)):
                said = row.annotation
                if said is not None and self._chosen.labels is not None:
                    said = relabelled(said, self._chosen.labels)
                yield row if said is row.annotation else replace(row, annotation=said)

    @as_stored()
    def _piece(self, assets: list[dict[str, Any]]) -> list[formats.Row]:
        drawn = {int(a["annotation_id"]) for a in assets if a["shapes"]}
        shapes: dict[int, list[model.Shape]] = {}
        # What the version shows still is asked of what it shows, which takes a fraction of asking all revisions.
        self._read("shapes", "asset_id", [a["asset_id"] for a in assets if a["shapes"]], drawn, shapes)
        if gone := sorted(drawn - shapes.keys()):
            self._read("shape_history", "annotation_id", gone, drawn, shapes)
        there = [a for a in assets if not a["shapes"] or a["annotation_id"] in shapes]
        return [_row(a, shapes.get(a["annotation_id"], [])) for a in there]

    def _read(
        self, view: str, column: str, ids: list[int], wanted: set[int], found: dict[int, list[model.Shape]]
    ) -> None:
        """Add the shapes of those revisions that are wanted."""
        if not ids:
            return
        table = self._version.workspace.sql(
            f"select annotation_id, {_FIELDS} from {view} where version_id = $1 and {column} in (select unnest($2)) "
            "order by annotation_id, position",
            [self._version.version_id, ids],
        )
        for annotation_id, shape in zip(table["annotation_id"], real.as_shapes(table), strict=True):
            if annotation_id in wanted:
                found.setdefault(annotation_id, []).append(shape)


#: What makes a shape.
_FIELDS = ", ".join(f'"{name}"' for name in real.FIELDS)

#: The assets that are written, as files of the format had them, then in the order of the version.
_ASSETS = """
    select a.asset_id, a.name, a.path, a.width, a.height, a.metadata, a.sequence, a.moment, s.split,
           n.annotation_id, n.tags, n.nothing_to_label, n.tag_attributes, n.origin, n.source, n.shapes
    from assets a
    left join splits s on s.version_id = a.version_id and s.asset_id = a.asset_id
    left join annotations n
      on n.version_id = a.version_id and n.asset_id = a.asset_id and n.is_latest and ($5 is null or n.origin = $5)
    left join (
      select name, min(distance) as distance, arg_min(position, distance * 1e12 + position) as position
      from foreign_ids where version_id = $1 and format = $2 and what = 'image' group by name
    ) f on f.name = a.name
    where a.version_id = $1 and a.archived is null
      and ($3 is null or a.asset_id in (
        select t.asset_id from asset_states t join campaigns c on c.campaign_id = t.campaign_id
        where c.version_id = $1 and t.state = $3))
      and ($4 is null or s.split = $4)
    order by f.distance nulls last, f.position nulls last, a.position
"""


def _row(asset: dict[str, Any], shapes: list[model.Shape]) -> formats.Row:
    annotation = None
    if asset["annotation_id"] is not None:
        annotation = model.Annotation(
            shapes=tuple(shapes),
            tags=tuple(msgspec.json.decode(asset["tags"])),
            nothing_to_label=asset["nothing_to_label"],
            tag_attributes=msgspec.json.decode(asset["tag_attributes"] or "{}"),
        )
    return formats.Row(
        asset["name"], asset["width"], asset["height"], annotation, asset["origin"], asset["source"],
        msgspec.json.decode(asset["metadata"]), asset["split"], asset["sequence"], asset["moment"], asset["path"],
    )  # fmt: skip
