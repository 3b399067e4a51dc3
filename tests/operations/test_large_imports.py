"""A large import is a layer of its version: its last step changes no row, and all says the same as of a small one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbannotate as nb
from nbannotate.owner.memory import MemoryClient
from nbannotate.store import importing, staging
from nbannotate.store.transaction import Transaction

NAMES = [f"img_{n:03}.png" for n in range(4)]
#: What an import may write into many rows of.
OF_ROWS = {"annotations", "foreign_ids", "layer_heads", "splits", "relabelled", "shapes"}


def coco(path: Path, names: list[str], first: int, label: str) -> Path:
    """Write a COCO file in which images, annotations and a label have ids from a first one on."""
    its = {
        "images": [{"id": first + i, "file_name": n, "width": 64, "height": 48, "licence": first}
                   for i, n in enumerate(names)],
        "annotations": [
            {"id": 10 * first + i, "image_id": first + i, "category_id": first, "bbox": [1, 1, 5 + first, 5],
             "iscrowd": 0, "area": 5 * (5 + first), "seen": first}
            for i, _ in enumerate(names)
        ],
        "categories": [{"id": first, "name": label}, {"id": first + 50, "name": "both"}],
        "info": {"of": first},
    }  # fmt: skip
    path.write_text(json.dumps(its))
    return path


def everything(workspace: nb.Workspace) -> dict[str, Any]:
    """Return what the views say of files, revisions and shapes, without ids that differ from run to run."""
    called = workspace.sql("""
        select v.dataset, v.name as version, f.format, f.what, case when f.what <> 'shape' then f.name end as name,
               f.foreign_id, f.distance, f.extra, f.called, f.place
        from foreign_ids f join versions v on v.version_id = f.version_id
        order by 1, 2, 3, 4, f.distance, f.position
    """)
    said = workspace.sql("""
        select v.dataset, v.name as version, a.name, n.member, n.source, n.origin, n.is_latest,
               n.campaign_id is null as free
        from annotations n join versions v on v.version_id = n.version_id
        join assets a on a.version_id = n.version_id and a.asset_id = n.asset_id
        order by 1, 2, 3, n.annotation_id
    """)
    drawn = workspace.sql("""
        select v.dataset, v.name as version, s.asset, s.label, s.x, s.width, s.origin, s.campaign_id is null as free
        from shapes s join versions v on v.version_id = s.version_id order by all
    """)
    counted = workspace.sql("""
        select v.dataset, v.name as version, l.label, l.kind, sum(l.shapes) as shapes from label_counts l
        join versions v on v.version_id = l.version_id group by all order by all
    """)
    split = workspace.sql("""
        select v.dataset, v.name as version, a.name, s.split
        from splits s join versions v on v.version_id = s.version_id
        join assets a on a.version_id = s.version_id and a.asset_id = s.asset_id order by all
    """)
    return {name: table.astype(object).where(table.notna(), None).values.tolist()
            for name, table in locals().items() if name != "workspace"}  # fmt: skip


def story(folder: Path, make_images: Any) -> list[Any]:
    """Do all that an import may meet, and return what is seen and written after each step."""
    folder.mkdir()
    seen: list[Any] = []
    workspace = nb.open(":memory:")
    dataset = workspace.create_dataset("d")
    version = dataset.create_version("v1").add_images(make_images(4))

    def look() -> None:
        seen.append(everything(workspace))
        for its in dataset.versions:
            its.write("coco", folder / "out.json", lossy=True)
            text = json.loads((folder / "out.json").read_text())
            seen.append([text["info"], text["categories"], text["images"],
                         [{k: v for k, v in a.items() if k != "nbannotate"} for a in text["annotations"]]])  # fmt: skip

    version.read("coco", coco(folder / "a.json", NAMES, 1, "WBC"))
    look()
    version.read("coco", coco(folder / "b.json", NAMES[1:3], 7, "RBC"))  # hides names and shapes of the first
    look()
    child = version.create_child("v2")
    child.read("coco", coco(folder / "c.json", NAMES[2:], 20, "WBC"))
    version.split(train=0.5, val=0.5, test=0, seed=1)
    look()
    child.labels.rename("WBC", "cell")
    look()
    child.labels.undo()
    look()
    child.assets[NAMES[3]].rename("other.png")
    version.assets[NAMES[0]].delete(confirm=NAMES[0])
    look()
    dataset.clone("whole")
    child.clone("one")
    seen.append(everything(workspace))
    for one in ("whole", "one"):
        its = workspace.datasets[one].versions["v2"]
        its.write("coco", folder / "out.json", lossy=True)
        seen.append(json.loads((folder / "out.json").read_text())["images"])
    child.restore(source="b.json")
    child.publish()
    assert child.verify()
    look()
    assert nothing_is_left(workspace) == ([], [0] * 8)
    workspace.close()
    return seen


def nothing_is_left(workspace: nb.Workspace) -> tuple[list[int], list[int]]:
    """Return which batches are left, and how many rows of each table are nobody's."""
    client = workspace.client
    assert isinstance(client, MemoryClient)
    layers = "(select layer_id from data.version_layers where own union select 0)"
    with client.dispatcher.engine.read() as tx:
        orphans = [
            tx.value(f"select count(*) from data.{table} where {column} not in {owners}")
            for table, column, owners in (
                ("annotations", "version_id", layers), ("foreign_ids", "version_id", layers),
                ("layer_heads", "layer_id", layers), ("layer_assets", "layer_id", layers),
                ("splits", "splits_id", "(select splits_id from data.version_splits)"),
                ("relabelled", "change_id", "(select change_id from data.label_changes)"),
                ("shapes", "annotation_id", "(select annotation_id from data.annotations)"),
                ("assets", "asset_id", "(select asset_id from data.layer_assets)"),
            )
        ]  # fmt: skip
        return (staging.left(tx), orphans)


def test_a_large_import_and_a_small_one_say_the_same_whatever_is_done_then(tmp_path, make_images, monkeypatch):
    small = story(tmp_path / "small", make_images)
    monkeypatch.setattr(importing, "FEW", 0)
    large = story(tmp_path / "large", make_images)
    for step, (ours, theirs) in enumerate(zip(large, small, strict=True)):
        assert ours == theirs, f"step {step}"


def test_the_last_step_of_a_large_import_changes_no_row(tmp_path, make_images, monkeypatch):
    monkeypatch.setattr(importing, "FEW", 0)
    workspace = nb.open(":memory:")
    version = workspace.create_dataset("d").create_version("v1").add_images(make_images(4))
    engine = workspace.client.dispatcher.engine
    written: list[set[str]] = []
    noted = Transaction.run

    def run(self: Transaction, sql: str, *parameters: Any) -> None:
        noted(self, sql, *parameters)
        if not isinstance(self, staging.Stage) and engine.staging:
            written.append({part.partition(".")[0] for part in self.written})

    monkeypatch.setattr(Transaction, "run", run)
    for first, names in ((1, NAMES), (7, NAMES[:2])):
        version.read("coco", coco(tmp_path / f"{first}.json", names, first, "WBC"))
    changed = set().union(*written)
    assert "version_layers" in changed
    assert not changed & OF_ROWS
    workspace.close()


def test_a_version_with_large_imports_is_deleted_with_all_that_came_in(tmp_path, make_images, monkeypatch):
    monkeypatch.setattr(importing, "FEW", 0)
    workspace = nb.open(":memory:")
    dataset = workspace.create_dataset("d")
    dataset.create_version("v1").add_images(make_images(4))
    version = dataset.create_version("v2").add_images(make_images(4, folder="more"))
    version.read("coco", coco(tmp_path / "a.json", NAMES, 1, "WBC"))
    version.labels.rename("WBC", "cell")
    loss = version.delete()
    assert loss.lost["imported annotations"] == 8
    version.delete(confirm="v2")
    assert nothing_is_left(workspace) == ([], [0] * 8)
    assert workspace.sql("select count(*) as n from foreign_ids")["n"][0] == 0
    workspace.close()
