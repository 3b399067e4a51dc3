"""Shapes by the thousand that come into a version: what is plainly right is checked at once, the rest one by one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Shape
from nbannotate.operations.registry import Context
from nbannotate.rules.equality import says_same
from nbannotate.rules.well_formed import (
    LONGEST_ID,
    MAX_POINTS,
    MAX_SHAPES,
    check_about,
    check_label,
    check_shape,
    check_shape_fits,
)
from nbannotate.store import blocks, data, foreign_ids, importing
from nbannotate.store.blocks import Block
from nbannotate.store.staging import Stage
from nbannotate.texts import t

_NOTHING = Annotation()


class Drawn:
    """Shapes that come in files, each with the asset that it is of; see :data:`nbannotate.store.blocks.COLUMNS`.

    Parameters
    ----------
    known
        Id, width and height of each asset, by its name.
    standing
        The assets of which the latest that was said is an import of this source.
    format_
        The format whose files call the shapes as the files say.

    Attributes
    ----------
    last
        The last position of what things are called: of the version's own files, and then of these shapes.
    """

    def __init__(
        self, ctx: Context, stage: Stage, version_id: int, source: str, known: dict[str, tuple[int, int, int]],
        standing: set[int], format_: str = "",
    ) -> None:  # fmt: skip
        self.last = foreign_ids.last(stage, version_id)
        self.ctx, self.stage, self.version_id, self.source = ctx, stage, version_id, source
        self.known, self.standing, self.format = known, standing, format_
        #: What is said beside the shapes that come, by asset.
        self.said: dict[str, dict[str, Any]] = {}
        self._done: set[str] = set()
        self._same: list[int] = []

    def expect(self, row: dict[str, Any]) -> None:
        """Take what is said of an asset beside its shapes, which come behind it."""
        if row["asset"] in self._done:
            raise InvalidInput(f"{row['asset']}: its shapes come before what is said of it. Nothing was imported.")
        self.said[row["asset"]] = row

    def take(self, file: Path) -> None:
        """Check the shapes of a file and write them with the revisions that they are part of.

        The shapes of an asset stand together, in one file. Shapes of assets that are not expected are passed over.

        Raises
        ------
        InvalidInput
            What is wrong with the first shape that may not be in the store.
        """
        try:
            block = blocks.read(self.ctx.tx, file)
        except (ValueError, msgspec.MsgspecError) as error:
            raise InvalidInput(f"The shapes of {file.name} are none: {error}. Nothing was imported.") from None
        for name, _, _ in (runs := _runs(block.assets)):
            if name in self._done:
                raise InvalidInput(f"{name}: its shapes do not stand together. Nothing was imported.")
            self._done.add(name)
        self._same += _File(self, block, [run for run in runs if run[0] in self.said]).write()
        self.last += len(block.ids)

    def finish(self) -> list[int]:
        """Write what is said of assets without shapes; return those of which the same source says all that already."""
        names = [name for name in self.said if name not in self._done]
        if not self.said:
            return []
        about = [Annotation(**_about(self.said[name])) for name in names]
        self._same += self.revisions(names, about, [0] * len(names))[1]
        self.stage.piece()
        return self._same

    def revisions(
        self, names: Sequence[str], about: Sequence[Annotation], counts: Sequence[int]
    ) -> tuple[list[int | None], list[int]]:
        """Write revisions without their shapes, of which each has so many.

        Returns
        -------
        tuple
            Their ids, None for what is said already, and the assets of that.
        """
        assets = [self.known[name][0] for name in names]
        again = data.latest_of(self.ctx.tx, self.version_id, [i for i in assets if i in self.standing])
        same = {i for i, said in zip(assets, about, strict=True) if i in again and says_same(again[i], said)}
        for name, said in zip(names, about, strict=True):
            if said.tags or said.tag_attributes:
                try:
                    check_about(said)
                except InvalidInput as error:
                    raise InvalidInput(f"{name}: {error} Nothing was imported.") from None
        batch, by, now = self.stage.batch_id, self.ctx.actor.member_id, self.ctx.now
        new = [(i, said, n) for i, said, n in zip(assets, about, counts, strict=True) if i not in same]
        theirs, numbers = [i for i, _, _ in new], [n for _, _, n in new]
        if all(said is _NOTHING for _, said, _ in new):
            ids = iter(importing.add_bare_only(self.stage, batch, by, self.source, theirs, numbers, now))
        else:
            revisions = [importing.Revision(i, by, self.source, said) for i, said, _ in new]
            ids = iter(importing.add_bare(self.stage, batch, revisions, numbers, now))
        return [None if i in same else next(ids) for i in assets], [i for i in assets if i in same]


class _File:
    """The shapes of one file on their way."""

    def __init__(self, coming: Drawn, block: Block, runs: list[tuple[str, int, int]]) -> None:
        self.ctx, self.stage, self.coming, self.block = coming.ctx, coming.stage, coming, block
        self.runs = runs
        self.firsts, ends = np.array([run[1:] for run in self.runs], dtype=np.int64).reshape(-1, 2).T
        self.counts = ends - self.firsts
        #: Of each shape that is wanted, its number in its asset, and in the file.
        self.positions = np.arange(self.counts.sum()) - np.repeat(np.cumsum(self.counts) - self.counts, self.counts)
        self.numbers = np.repeat(self.firsts, self.counts) + self.positions

    def write(self) -> list[int]:
        """Check the shapes, write them, and return the assets that were said just so already."""
        whole = self._check()
        names, about = [], []
        for name, first, end in self.runs:
            every = tuple(whole[n] for n in range(first, end)) if name in self._standing else ()
            its = _about(self.coming.said[name])
            names.append(name)
            about.append(Annotation(shapes=every, **its) if every or any(its.values()) else _NOTHING)
        ids, same = self.coming.revisions(names, about, self.counts.tolist())
        new = np.array([-1 if number is None else number for number in ids], dtype=np.int64)
        revisions = np.full(len(self.block.ids), -1, dtype=np.int64)
        positions = np.zeros(len(self.block.ids), dtype=np.int64)
        revisions[self.numbers], positions[self.numbers] = np.repeat(new, self.counts), self.positions
        bare = (revisions >= 0) & self.block.bare & self.plain
        many, rest = np.flatnonzero(bare), np.flatnonzero(~bare)
        for low, high in self.stage.groups(len(many)):
            these = many[low:high]
            blocks.add(self.stage, self.block, these, revisions[these], positions[these])
            self._call(these)
        for low, high in self.stage.groups(len(rest)):
            these = rest[low:high]
            wanted = these[revisions[these] >= 0].tolist()
            if rows := [data.shape_row(int(revisions[n]), int(positions[n]), whole[n]) for n in wanted]:
                data.add_shapes(self.stage, rows)
            self._call(these)
        return same

    def _call(self, these: NDArray[np.int64]) -> None:
        """Write what the file calls some of its shapes."""
        foreign_ids.add_shapes(self.stage, self.coming.format, self.block.file, these, self.coming.last)

    def _check(self) -> dict[int, Shape]:
        """Raise InvalidInput if a shape may not be in the store; return those that were looked at one by one."""
        block, known = self.block, self.coming.known
        sizes = np.zeros((len(block.ids), 2))
        wanted = np.zeros(len(block.ids), dtype=bool)
        its = np.array([known[name][1:] for name, _, _ in self.runs], dtype=np.float64).reshape(-1, 2)
        sizes[self.numbers], wanted[self.numbers] = np.repeat(its, self.counts, axis=0), True
        self._check_ids()
        self.plain = block.geometry.fit(*sizes.T) & (block.geometry.counts <= MAX_POINTS)
        good = {label: bool(label) and _is_good(label) for label in set(block.labels)}
        self._standing = {name for name, *_ in self.runs if known[name][0] in self.coming.standing}
        one_by_one = wanted & ~(self.plain & np.array([good[label] for label in block.labels], dtype=bool))
        one_by_one |= wanted & ~block.bare
        looked = one_by_one.copy()
        for name, first, end in self.runs:
            if name in self._standing:
                looked[first:end] = True
        numbers = np.flatnonzero(looked).tolist()
        whole = dict(zip(numbers, blocks.shape(self.ctx.tx, block, numbers), strict=True)) if numbers else {}
        firsts = {name: first for name, first, _ in self.runs}
        for n in np.flatnonzero(one_by_one).tolist():
            name = block.assets[n]
            try:
                check_shape(f"Shape {n - firsts[name] + 1}", whole[n])
                check_shape_fits(whole[n], *known[name][1:])
            except InvalidInput as error:
                raise InvalidInput(f"{name}: {error} Nothing was imported.") from None
        self.plain &= ~one_by_one
        return whole

    def _check_ids(self) -> None:
        ids = self.block.ids
        lengths = list(map(len, ids)) or [1]
        usual = len(set(ids)) == len(ids) and min(lengths) > 0 and max(lengths) <= LONGEST_ID
        for name, first, end in self.runs:
            try:
                if not usual or end - first > MAX_SHAPES:
                    check_about(Annotation(shapes=tuple(Shape(kind="point", points=(), id=i) for i in ids[first:end])))
                if self.coming.said[name]["nothing_to_label"]:
                    why = t("An annotation with shapes cannot say 'nothing to label'; delete the shapes first.")
                    raise InvalidInput(why)
            except InvalidInput as error:
                raise InvalidInput(f"{name}: {error} Nothing was imported.") from None


def _about(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says of an asset beside its shapes."""
    return {
        "tags": tuple(json.loads(row["tags"])) if row["tags"] != "[]" else (),
        "nothing_to_label": row["nothing_to_label"],
        "tag_attributes": json.loads(row["tag_attributes"]) if row["tag_attributes"] not in (None, "", "{}") else {},
    }


def _runs(assets: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return the name, the first and the end of each run of shapes of one asset."""
    names = np.array(assets, dtype=object)
    edges = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(assets)] if len(assets) else []
    return [(assets[first], first, end) for first, end in itertools.pairwise(edges)]


def _is_good(label: str) -> bool:
    try:
        check_label("The label", label)
    except InvalidInput:
        return False
    return True
