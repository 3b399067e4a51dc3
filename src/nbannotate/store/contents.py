"""What a version holds, as a hash: kept when it is published, and computed again to look whether it is still so.

It is made of what the version shows, whatever ids rows have and in whatever order they lie, so that a copy in another
workspace has the same. Metadata, paths and what is put away are not in it: those may change.
"""

from __future__ import annotations

import hashlib

from nbannotate.model import Content
from nbannotate.store import data, layers
from nbannotate.store.transaction import Transaction

_SHOWN = """
    from data.version_heads h join data.annotations n on n.annotation_id = h.annotation_id
    join data.assets a on a.asset_id = h.asset_id
"""

#: What a row of each part says. Columns of text are taken as they are stored, so that they stay the same.
_PARTS = {
    "assets": """
        select json_array(a.name, a.width, a.height, a.bytes, a.sequence, cast(a.moment as varchar)) as said
        from data.version_assets v join data.assets a on a.asset_id = v.asset_id where v.version_id = $1
    """,
    "annotations": f"""
        select json_array(a.name, n.nothing_to_label, n.tags, n.tag_attributes) as said
        {_SHOWN} where h.version_id = $1
    """,
    "shapes": f"""
        select json_array(a.name, s.position, s.shape_id, s.label, s.kind, {data.POINTS}, s.attributes,
                          cast(s.confidence as varchar), s.color, s.rle, s.visibility, s.also, s.rings, s."group",
                          s.track, s.keyframe) as said
        {_SHOWN} join data.shapes s on s.annotation_id = h.annotation_id where h.version_id = $1
    """,
}


def of(tx: Transaction, version_id: int) -> tuple[Content, ...]:
    """Return what a version holds: how much of each part, and its SHA-256.

    The hash of a part is that of the hashes of its rows, sorted. They are put together in 256 heaps first, so that no
    text is as long as the version is large.
    """
    found = []
    for what, rows in _PARTS.items():
        with tx.asked(rows) as asked:  # the texts that are hashed are DuckDB's, to the letter
            heaps = asked.all(
                f"""
                select count(*) as n, sha256(string_agg(hash, '' order by hash)) as hash
                from (select sha256(cast(said as varchar)) as hash from ({rows})) group by substr(hash, 1, 2)
                order by min(hash)
                """,
                version_id,
            )
        whole = hashlib.sha256("".join(heap["hash"] for heap in heaps).encode()).hexdigest()
        found.append(Content(what, sum(heap["n"] for heap in heaps), whole))
    return tuple(found)


def hash_of(contents: tuple[Content, ...]) -> str:
    """Return one SHA-256 for all parts."""
    return hashlib.sha256("".join(f"{c.what} {c.count} {c.sha256}\n" for c in contents).encode()).hexdigest()


def ground(tx: Transaction, version_id: int) -> str:
    """Return a short text that differs if what a version shows has changed: what its top layer says, and its files."""
    return str(tx.value(
        """
        select concat_ws(' ',
          (select concat_ws(' ', count(*), sum(annotation_id), count(annotation_id)) from data.layer_heads
           where layer_id = $1),
          (select concat_ws(' ', count(*), sum(asset_id * (effect + 2))) from data.layer_assets where layer_id = $1),
          (select max(event_id) from data.events where operation in ('assets.rename', 'assets.replace')))
        """,
        layers.top(tx, version_id),
    ))  # fmt: skip


def keep(tx: Transaction, version_id: int, contents: tuple[Content, ...]) -> None:
    """Keep what a version holds now that it is published."""
    for one in contents:
        tx.run("insert into data.contents values ($1, $2, $3, $4)", version_id, one.what, one.count, one.sha256)
    tx.run("update data.versions set content_hash = $2 where version_id = $1", version_id, hash_of(contents))


def kept(tx: Transaction, version_id: int) -> tuple[Content, ...]:
    """Return what a version held when it was published; nothing for one that was published before hashes were kept."""
    rows = tx.all("select what, count, sha256 from data.contents where version_id = $1", version_id)
    by_name = {row["what"]: Content(**row) for row in rows}
    return tuple(by_name[what] for what in _PARTS if what in by_name)
