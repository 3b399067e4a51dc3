"""Assets that have another file from now on."""

from __future__ import annotations

from pathlib import Path

from nbannotate.errors import Conflict, Refused
from nbannotate.store.importing import WORKED_ON
from nbannotate.store.transaction import Transaction, quoted

#: The assets of the version $1 that a Parquet file names, with what it says of them.
_NAMED = (
    "select f.*, a.asset_id, a.width as width_before, a.height as height_before from read_parquet({file}) f "
    "join data.assets a on a.name = f.name "
    "join data.version_assets v on v.asset_id = a.asset_id and v.version_id = $1"
)


def check(tx: Transaction, version_id: int, file: Path) -> None:
    """Raise if some of the assets that a Parquet file names may not have other files, or are not there.

    Raises
    ------
    Conflict
        A name is not in the version (any more), or stands twice.
    Refused
        An asset is in a published version, people have worked on it, or its shapes are for another size.
    """
    named = _NAMED.format(file=quoted(file))
    given = tx.value(f"select count(*) from read_parquet({quoted(file)})")
    if given != tx.value(f"select count(distinct asset_id) from ({named})", version_id):
        raise Conflict(
            "Some of these images are no assets of the version any more, or stand twice; nothing was changed."
        )
    published = tx.all(
        f"""
        select n.name, v.name as version from ({named}) n
        join data.version_assets va on va.asset_id = n.asset_id
        join data.versions v on v.version_id = va.version_id and v.state = 'published' order by 1 limit 6
        """,
        version_id,
    )
    if published:
        raise Refused(
            f"{_some(published)} belong to the published version {published[0]['version']!r}, which never changes; "
            "give the new files other names. Nothing was changed."
        )
    worked = tx.all(
        f"""
        select distinct n.name from ({named}) n join data.version_assets va on va.asset_id = n.asset_id
        where exists (select 1 from ({WORKED_ON.replace("$1", "va.version_id")}) w where w.asset_id = n.asset_id)
        order by 1 limit 6
        """,
        version_id,
    )
    if worked:
        raise Refused(
            f"People have worked on {_some(worked)}, and saw another file; give the new files other names. Nothing was "
            "changed."
        )
    sized = tx.all(
        f"""
        select distinct n.name from ({named}) n
        join data.annotations k on k.asset_id = n.asset_id join data.shapes s on s.annotation_id = k.annotation_id
        where n.width <> n.width_before or n.height <> n.height_before order by 1 limit 6
        """,
        version_id,
    )
    if sized:
        raise Refused(
            f"{_some(sized)} have shapes, and the new files have another size; give them other names. Nothing was "
            "changed."
        )


def _some(rows: list[dict[str, str]]) -> str:
    names = [repr(row["name"]) for row in rows]
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def replace(tx: Transaction, version_id: int, file: Path) -> int:
    """Give the assets that a Parquet file names the files that it says, and return how many."""
    named = _NAMED.format(file=quoted(file))
    count = int(tx.value(f"select count(*) from ({named})", version_id))
    tx.run(
        f"""
        update data.assets set path = n.path, folder = n.folder, width = n.width, height = n.height, bytes = n.bytes,
          metadata = cast(json_merge_patch(
            json_merge_patch(cast(assets.metadata as json), '{{"cannot_be_opened": null}}'), cast(n.metadata as json)
          ) as varchar)
        from ({named}) n where assets.asset_id = n.asset_id
        """,
        version_id,
    )
    return count
