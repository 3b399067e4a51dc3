"""A version as it was at one moment, read in pieces: what is said meanwhile does not appear."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats, model
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import as_stored, plain
from nbannotate.rules.relabelling import relabelled
from nbannotate.workspace import foreign_names, frames, native_values
from nbannotate.workspace import shape_columns as drawn_

if TYPE_CHECKING:
    import pandas as pd

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

    All but the shapes is asked in one query and kept in a file, and what files call the shapes in another one; a
    revision never changes, so its shapes can be read when they are needed, whatever the version shows by then. An asset
    that is taken out meanwhile takes its revisions along, and is passed over from then on.

    Parameters
    ----------
    version
        Which one.
    chosen
        Which of its assets.
    format_
        The format whose files give the order, and call things as they are to be called; empty: none.

    Attributes
    ----------
    last_id
        The highest number that a file of the format gave to an image or a shape.
    """

    def __init__(self, version: Version, chosen: Chosen, format_: str) -> None:
        self._version, self._chosen, self._format = version, chosen, format_
        self._count = self._named = self.last_id = 0

    def __enter__(self) -> Moment:
        self._folder = tempfile.TemporaryDirectory(prefix="nbannotate")
        self._file = Path(self._folder.name) / "assets.parquet"
        try:
            chosen = self._chosen
            values = [self._version.version_id, self._format, chosen.state, chosen.split, chosen.origin]
            query = self._version.workspace.client.query
            self._count = frames.keep(query(_ASSETS, values), self._file)
            if self._format:
                self._names = self._file.with_name("names.parquet")
                self._named = frames.keep(query(_NAMES, values[:2]), self._names)
                self.last_id = foreign_names.last_id(self._version, self._format)
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
            for row in self._piece(assets):
                if row.annotation is not None and self._chosen.labels is not None:
                    said = relabelled(row.annotation, self._chosen.labels)
                    left = {s.id: row.shapes[s.id] for s in said.shapes if s.id in row.shapes}
                    row = replace(row, annotation=said, shapes=left)
                yield row

    def pieces(self) -> Iterator[tuple[list[formats.Row], list[int], formats.Block]]:
        """Go through the same a piece at a time: images without their shapes, how many each has, and these.

        The labels are those of the version.
        """
        first = 0
        for assets, shown in self._ahead():
            counts = dict(zip(*(its.tolist() for its in np.unique(shown.revisions, return_counts=True)), strict=True))
            there = [a for a in assets if not a["shapes"] or a["annotation_id"] in counts]
            row_of = {a["annotation_id"]: n for n, a in enumerate(there, first) if a["shapes"]}
            numbers = np.array([row_of[its] for its in shown.revisions.tolist()], dtype=np.int64)
            if (np.diff(numbers) < 0).any():
                order = np.argsort(numbers, kind="stable")
                numbers, shown = numbers[order], shown.those(order)
            block = drawn_.block_of(numbers.tolist(), shown)
            with as_stored():
                rows = [_row(a, [], {}) for a in there]
            yield rows, [counts[a["annotation_id"]] if a["shapes"] else 0 for a in there], block
            first += len(there)

    def _ahead(self) -> Iterator[tuple[list[dict[str, Any]], drawn_.Shown]]:
        """Go through pieces of the assets with the shapes that were shown of them, asked for while one works."""
        before: tuple[list[dict[str, Any]], Future[drawn_.Shown]] | None = None
        with ThreadPoolExecutor(1, "ahead") as pool:
            for assets in frames.pieces(self._file, PIECE):
                asked = pool.submit(self._shown, assets)
                if before is not None:
                    yield before[0], before[1].result()
                before = assets, asked
            if before is not None:
                yield before[0], before[1].result()

    def _shown(self, assets: list[dict[str, Any]]) -> drawn_.Shown:
        """Return the shapes of assets, those of one in their order."""
        drawn = np.array([int(a["annotation_id"]) for a in assets if a["shapes"]], dtype=np.int64)
        ids = [int(a["asset_id"]) for a in assets if a["shapes"]]
        its = self._version.workspace.client.fetch(
            "annotations.shapes", version_id=self._version.version_id, asset_ids=ids
        )
        found = self._columns(its)
        there = np.isin(found.revisions, drawn)
        if not there.all():
            found = found.those(np.flatnonzero(there))
        if gone := np.setdiff1d(drawn, found.revisions).tolist():
            found = found.and_(self._columns(self._version.workspace.client.query(
                f"select annotation_id, {_AS_STORED} from shape_history where version_id = $1 "
                "and annotation_id in (select unnest($2)) order by annotation_id, position",
                [self._version.version_id, gone],
            )))  # fmt: skip
        return found

    def _columns(self, content: bytes) -> drawn_.Shown:
        """Return the shapes of a Parquet file with what files call them."""
        file = self._file.with_name("shapes.parquet")
        file.write_bytes(content)
        return drawn_.shown(file, self._names if self._named else None)

    @as_stored()
    def _piece(self, assets: list[dict[str, Any]]) -> list[formats.Row]:
        drawn = {int(a["annotation_id"]) for a in assets if a["shapes"]}
        shapes: dict[int, list[model.Shape]] = {}
        # What the version shows still is asked of what it shows, which takes a fraction of asking all revisions.
        self._read("shapes", "asset_id", [a["asset_id"] for a in assets if a["shapes"]], drawn, shapes)
        if gone := sorted(drawn - shapes.keys()):
            self._read("shape_history", "annotation_id", gone, drawn, shapes)
        there = [a for a in assets if not a["shapes"] or a["annotation_id"] in shapes]
        names = self._called(drawn)
        return [_row(a, shapes.get(a["annotation_id"], []), names.get(a["annotation_id"], {})) for a in there]

    def _called(self, revisions: set[int]) -> dict[int, dict[str, formats.Foreign]]:
        """Return what files call the shapes of some revisions, by revision and id of the shape."""
        found: dict[int, dict[str, formats.Foreign]] = {}
        if self._named and revisions:
            for row in frames.records(frames.having(self._names, "annotation_id", revisions)):
                found.setdefault(int(row["annotation_id"]), {})[row["shape_id"]] = foreign_names.foreign_of(row)
        return found

    def _read(
        self, view: str, column: str, ids: list[int], wanted: set[int], found: dict[int, list[model.Shape]]
    ) -> None:
        """Add the shapes of those revisions that are wanted."""
        if not ids:
            return
        table = self._asked(view, column, ids)
        for annotation_id, shape in zip(table["annotation_id"], native_values.as_shapes(table), strict=True):
            if annotation_id in wanted:
                found.setdefault(annotation_id, []).append(shape)

    def _asked(self, view: str, column: str, ids: list[int]) -> pd.DataFrame:
        return self._version.workspace.sql(
            f"select annotation_id, {_FIELDS} from {view} where version_id = $1 and {column} in (select unnest($2)) "
            "order by annotation_id, position",
            [self._version.version_id, ids],
        )


#: What of a shape is JSON.
_JSON = ("points", "attributes", "rle", "visibility", "also", "rings")
#: What makes a shape; and the same with texts that no reader takes for more.
_FIELDS = ", ".join(f'"{name}"' for name in native_values.FIELDS)
_AS_STORED = ", ".join(
    f'cast("{name}" as varchar) as "{name}"' if name in _JSON else f'"{name}"' for name in native_values.FIELDS
)

#: The assets that are written, as files of the format had them, then in the order of the version.
_ASSETS = """
    select a.asset_id, a.name, a.path, a.width, a.height, a.metadata, a.sequence, a.moment, s.split,
           n.annotation_id, n.tags, n.nothing_to_label, n.tag_attributes, n.origin, n.source, n.shapes,
           f.foreign_id, f.extra, f.called, f.place
    from assets a
    left join splits s on s.version_id = a.version_id and s.asset_id = a.asset_id
    left join annotations n
      on n.version_id = a.version_id and n.asset_id = a.asset_id and n.is_latest and ($5 is null or n.origin = $5)
    left join (
      select *, row_number() over (partition by name order by distance, position) as nth
      from foreign_ids where version_id = $1 and format = $2 and what = 'image'
    ) f on f.name = a.name and f.nth = 1
    where a.version_id = $1 and a.archived is null
      and ($3 is null or a.asset_id in (
        select t.asset_id from asset_states t join campaigns c on c.campaign_id = t.campaign_id
        where c.version_id = $1 and t.state = $3))
      and ($4 is null or s.split = $4)
    order by f.distance nulls last, f.position nulls last, a.position
"""


#: What files call the shapes that are shown, by revision.
_NAMES = """
    select s.annotation_id, s.shape_id, f.foreign_id, f.extra, f.called, f.place
    from shapes s
    join (
      select *, row_number() over (partition by name order by distance, position) as nth
      from foreign_ids where version_id = $1 and format = $2 and what = 'shape'
    ) f on f.name = s.shape_id and f.nth = 1
    where s.version_id = $1 order by s.annotation_id
"""


def _row(asset: dict[str, Any], shapes: list[model.Shape], names: dict[str, formats.Foreign]) -> formats.Row:
    annotation = None
    if asset["annotation_id"] is not None:
        annotation = model.Annotation(
            shapes=tuple(shapes),
            tags=tuple(msgspec.json.decode(asset["tags"])) if asset["tags"] != "[]" else (),
            nothing_to_label=asset["nothing_to_label"],
            tag_attributes=msgspec.json.decode(asset["tag_attributes"]) if asset["tag_attributes"] else {},
        )
    return formats.Row(
        asset["name"], asset["width"], asset["height"], annotation, asset["origin"], asset["source"],
        msgspec.json.decode(asset["metadata"]) if asset["metadata"] != "{}" else {},
        asset["split"], asset["sequence"], asset["moment"], asset["path"],
        foreign=foreign_names.foreign_of(asset), shapes=names,
    )  # fmt: skip
