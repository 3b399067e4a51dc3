"""Versions share rows, and each shows what it would show if it had a copy of its own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import nbannotate as nb
from nbannotate.errors import NbannotateError
from nbannotate.workspace import frames

PEOPLE = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])


def said(number):
    """Return an annotation that is told from others by its label."""
    return nb.Annotation(shapes=(nb.Shape.rectangle(1, 2, 20, 20, label=f"n{number}"),))


def add_assets(version, names):
    """Add assets without images."""
    import pandas as pd

    rows = pd.DataFrame({"name": names, "path": [f"/images/{n}" for n in names], "folder": "", "width": 640,
                         "height": 480, "bytes": 1000, "metadata": "{}"})  # fmt: skip
    version.workspace.client.upload("assets.add", int, frames.to_parquet(rows), version_id=version.version_id)


@dataclass
class Copy:
    """What a version shows, as if it were a copy: the labels said of each asset, and what is put away."""

    said: dict[str, list[str]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)

    def child(self, annotations):
        """Return a copy that begins with the latest of each."""
        return Copy({k: v[-1:] if annotations else [] for k, v in self.said.items()}, set(self.away), list(self.order))


class Sharing(RuleBasedStateMachine):
    """A family of versions, each beside the copy that it stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.ws = nb.open(":memory:")
        self.dataset = self.ws.create_dataset("d")
        self.copies: dict[str, Copy] = {}
        self.made = 0

    def teardown(self):
        """Leave nothing behind, in the tables either."""
        for name in reversed(self.copies):
            self.dataset.versions[name].delete(name)
        execute = self.ws.client.dispatcher.engine._writer.execute
        for table in ("version_layers", "layer_assets", "layer_heads", "annotations", "shapes", "staged"):
            assert execute(f"select count(*) from data.{table}").fetchone() == (0,), table
        self.ws.close()

    def number(self):
        self.made += 1
        return self.made

    def pick(self, n):
        name = list(self.copies)[n % len(self.copies)]
        return self.dataset.versions[name], self.copies[name]

    @initialize(count=st.integers(1, 4))
    def begin(self, count):
        self.dataset.create_version("v0")
        self.copies["v0"] = Copy()
        self.add(0, count)

    @rule(n=st.integers(0, 9), count=st.integers(1, 2))
    def add(self, n, count):
        version, copy = self.pick(n)
        names = [f"a{self.number():03}" for _ in range(count)]
        add_assets(version, names)
        copy.said |= {name: [] for name in names}
        copy.order += names

    @precondition(lambda self: len(self.copies) < 7)
    @rule(n=st.integers(0, 9), annotations=st.sampled_from([True, True, False]))
    def child(self, n, annotations):
        version, copy = self.pick(n)
        name = f"v{self.number()}"
        version.create_child(name, annotations=annotations)
        self.copies[name] = copy.child(annotations)

    @rule(n=st.integers(0, 9), k=st.integers(0, 9), both=st.booleans())
    def say(self, n, k, both):
        version, copy = self.pick(n)
        names = sorted(copy.said)[k % 3 :][: 2 if both else 1]
        label = self.number()
        version.add_annotations({name: said(label) for name in names}, source=f"s{label}")
        for name in names:
            copy.said[name].append(f"n{label}")

    @rule(n=st.integers(0, 9), k=st.integers(0, 9), archived=st.booleans())
    def put_away(self, n, k, archived):
        version, copy = self.pick(n)
        if copy.said:
            name = sorted(copy.said)[k % len(copy.said)]
            version.assets[name].archive(archived)
            (copy.away.add if archived else copy.away.discard)(name)

    @rule(n=st.integers(0, 9), k=st.integers(0, 9))
    def take_out(self, n, k):
        version, copy = self.pick(n)
        if copy.said:
            name = sorted(copy.said)[k % len(copy.said)]
            version.assets[name].delete(name)
            del copy.said[name]
            copy.away.discard(name)
            copy.order.remove(name)

    @rule(n=st.integers(0, 9), k=st.integers(0, 9))
    def restore(self, n, k):
        version, copy = self.pick(n)
        found = version.annotations.df(history=True)
        if len(found):
            row = found.iloc[k % len(found)]
            shapes = self.ws.sql("select label from shape_history where version_id = $1 and annotation_id = $2",
                                 [version.version_id, int(row["annotation_id"])])  # fmt: skip
            if version.restore(int(row["annotation_id"])):
                copy.said[row["asset"]].append(shapes["label"][0])

    @precondition(lambda self: len(self.copies) > 1)
    @rule(n=st.integers(0, 9))
    def delete(self, n):
        version, _ = self.pick(n)
        with contextlib.suppress(NbannotateError):  # it has children
            version.delete(version.name)
            del self.copies[version.name]

    def check_invariants(self, *_: object, **__: object) -> None:
        for name, copy in self.copies.items():
            self.check_one(self.dataset.versions[name], copy)

    def check_one(self, version, copy):
        assets = self.ws.sql("select name, archived from assets where version_id = $1 order by position, asset_id",
                             [version.version_id])  # fmt: skip
        assert assets["name"].tolist() == copy.order
        assert set(assets["name"][assets["archived"].notna()]) == copy.away
        known = self.ws.client.call("versions.list", list[nb.model.Version])
        assert {one.name: one.assets for one in known}[version.name] == len(copy.order)
        history = self.ws.sql("select asset, label from shape_history where version_id = $1 order by annotation_id",
                              [version.version_id])  # fmt: skip
        told: dict[str, list[str]] = {}
        for asset, label in zip(history["asset"], history["label"], strict=True):
            told.setdefault(asset, []).append(label)
        assert told == {k: v for k, v in copy.said.items() if v}
        latest = self.ws.sql("select asset, label, campaign_id from shapes where version_id = $1", [version.version_id])
        assert dict(zip(latest["asset"], latest["label"], strict=True)) == {k: v[-1] for k, v in copy.said.items() if v}
        shown = self.ws.sql("select is_latest from annotations where version_id = $1", [version.version_id])
        assert (int(shown["is_latest"].sum()), len(shown)) == (len(latest), sum(map(len, copy.said.values())))


TestSharing = pytest.mark.slow(Sharing.TestCase)
TestSharing.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
