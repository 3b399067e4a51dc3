"""The layers that versions are made of, so that they share their rows: see migration 0014.

A version shows a pile of layers. Of each asset the highest layer that says something counts. Only the top layer of a
version changes; those below it may be others', too. The first layer of a version has the id of the version. A large
import is a layer of its own: what was said in it, and what its files call things, stands under the id of that layer.
"""

from __future__ import annotations

from typing import Any

from nbannotate.store.rows import HEADS
from nbannotate.store.transaction import Transaction

#: The version of revisions that were said in a version which does not have their asset any more, and which others show.
NO_VERSION = 0

#: The layers that are a version's ($1) own.
OWN = "(select layer_id from data.version_layers where version_id = $1 and own)"

#: Those of them that other versions show, too.
SHARED = (
    "(select layer_id from data.version_layers where version_id = $1 and own "
    "and layer_id in (select layer_id from data.version_layers where version_id <> $1))"
)


def top(tx: Transaction, version_id: int) -> int:
    """Return the top layer of a version, where what changes is written."""
    return tx.once(("top", version_id), lambda: int(tx.value(
        "select layer_id from data.version_layers where version_id = $1 order by height desc limit 1", version_id
    )))  # fmt: skip


def pile(tx: Transaction, version_id: int) -> tuple[int, ...]:
    """Return the layers of a version whose revisions it shows, the top one first."""
    return tx.once(("pile", version_id), lambda: tuple(row["layer_id"] for row in tx.all(
        "select layer_id from data.version_layers where version_id = $1 and annotations order by height desc",
        version_id,
    )))  # fmt: skip


def begin(tx: Transaction, version_id: int) -> None:
    """Give a new version its first layer."""
    tx.run("insert into data.version_layers values ($1, $1, 0, true, true)", version_id)


def begin_on(tx: Transaction, version_id: int, parent_id: int, annotations: bool) -> None:
    """Give a new version the layers of another one as they are now, and an empty one on top.

    The other one goes on in an empty layer, too; where its top is empty as yet, that is not shared.
    """
    last = top(tx, parent_id)
    kept = tx.value(
        "select exists (select 1 from data.layer_assets where layer_id = $1) "
        "or exists (select 1 from data.layer_heads where layer_id = $1)",
        last,
    )
    tx.run(
        "insert into data.version_layers select $1, layer_id, height, false, annotations and $3 "
        "from data.version_layers where version_id = $2 and ($4 or layer_id <> $5) order by height",
        version_id, parent_id, annotations, kept, last,
    )  # fmt: skip
    put_on(tx, version_id, version_id)
    if kept:
        put_on(tx, parent_id, tx.new_id())


def put_on(tx: Transaction, version_id: int, layer_id: int) -> None:
    """Put a layer, which is the version's own, on top of a version; where it is, it stays."""
    tx.run(
        "insert into data.version_layers select $1, $2, coalesce(max(height) + 1, 0), true, true "
        "from data.version_layers where version_id = $1 having count(*) filter (where layer_id = $2) = 0",
        version_id, layer_id,
    )  # fmt: skip
    tx.memo.pop(("top", version_id), None)
    tx.memo.pop(("pile", version_id), None)


def end(tx: Transaction, version_id: int) -> list[int]:
    """Take a version's layers from it, and return those that nobody shows any more."""
    own = [row["layer_id"] for row in tx.all(f"select layer_id from {OWN} order by 1", version_id)]
    tx.run("delete from data.version_layers where version_id = $1", version_id)
    return own


# Heads -----------------------------------------------------------------------------------------------------------


def show(tx: Transaction, version_id: int, asset_id: int, annotation_id: int) -> None:
    """Let a version show a revision of an asset."""
    layer = top(tx, version_id)
    head = next((row for row in tx.rows(HEADS, asset_id) if row.layer_id == layer), None)
    if head is not None:
        tx.update(HEADS, head, annotation_id=annotation_id)
    else:
        tx.insert("layer_heads", {"layer_id": layer, "asset_id": asset_id, "annotation_id": annotation_id})


#: The revisions that a batch shows.
STAGED_HEADS = (
    "select asset_id, max(annotation_id) as annotation_id from data.annotations where version_id = {} "
    "and origin not in ('copy', 'gold') group by asset_id order by 2"
)


def show_batch(tx: Transaction, version_id: int, batch_id: int) -> None:
    """Let a version show the staged revisions of a batch."""
    _set_heads(tx, version_id, STAGED_HEADS.format("$2"), batch_id)


def show_copied(tx: Transaction, version_id: int) -> None:
    """Let a version show the revisions of the table ``copied``, which were written into it."""
    _set_heads(
        tx, version_id,
        "select n.asset_id, c.annotation_id from copied c join data.annotations n on n.annotation_id = c.annotation_id",
    )  # fmt: skip


def try_batch(tx: Transaction, version_id: int, batch_id: int) -> None:
    """Do so in a trial, which may change no row of others: of two heads the newer one counts."""
    tx.run(
        "insert into data.layer_heads select $1, asset_id, max(annotation_id) from data.annotations "
        "where version_id = $2 group by asset_id",
        top(tx, version_id), batch_id,
    )  # fmt: skip


def _set_heads(tx: Transaction, version_id: int, heads: str, *parameters: Any) -> None:
    tx.run(
        f"""
        merge into data.layer_heads h using ({heads}) n on h.layer_id = $1 and h.asset_id = n.asset_id
        when matched then update set annotation_id = n.annotation_id
        when not matched then insert (layer_id, asset_id, annotation_id) values ($1, n.asset_id, n.annotation_id)
        """,
        top(tx, version_id), *parameters,
    )  # fmt: skip


def head(tx: Transaction, version_id: int, asset_id: int) -> int | None:
    """Return the revision that a version shows of an asset, or None."""
    rows = {row.layer_id: row.annotation_id for row in tx.rows(HEADS, asset_id)}
    return next((rows[layer] for layer in pile(tx, version_id) if layer in rows), None)


# Places ----------------------------------------------------------------------------------------------------------


def place(tx: Transaction, version_id: int, places: str, *parameters: Any) -> None:
    """Let assets of a version stand at other positions, or be put away: ``places`` has asset_id, position, archived.

    ``added`` comes along; in ``places`` the version is ``$1``.
    """
    tx.run(
        f"""
        merge into data.layer_assets a using ({places}) n on a.layer_id = $2 and a.asset_id = n.asset_id
        when matched then update set position = n.position, archived = n.archived
        when not matched then insert (layer_id, asset_id, position, archived, effect, added)
          values ($2, n.asset_id, n.position, n.archived, 0, n.added)
        """,
        version_id, top(tx, version_id), *parameters,
    )  # fmt: skip


def settle(tx: Transaction, version_id: int) -> None:
    """Let assets that came back to a version where they had been taken out be there once, in its top layer."""
    last = top(tx, version_id)
    twice = (
        "select asset_id from data.layer_assets where layer_id = $1 and effect = -1 "
        "and asset_id in (select asset_id from data.layer_assets where layer_id = $1 and effect = 1)"
    )
    if not tx.value(f"select exists ({twice})", last):
        return
    tx.run(
        f"update data.layer_assets set effect = 0 where layer_id = $1 and effect = 1 and asset_id in ({twice})", last
    )
    tx.run(
        "delete from data.layer_assets where layer_id = $1 and effect = -1 "
        "and asset_id in (select asset_id from data.layer_assets where layer_id = $1 and effect = 0)",
        last,
    )


def take_out(tx: Transaction, version_id: int, asset_id: int) -> None:
    """Take an asset out of a version; revisions of it that other versions show are theirs alone from now on."""
    key = version_id, asset_id
    tx.run(
        f"update data.annotations set version_id = {NO_VERSION} where version_id in {OWN} and asset_id = $2 "
        f"and annotation_id in "
        f"(select annotation_id from data.layer_heads where asset_id = $2 and layer_id in {SHARED})",
        *key,
    )
    tx.run(
        "delete from data.shapes where annotation_id in "
        f"(select annotation_id from data.annotations where version_id in {OWN} and asset_id = $2)",
        *key,
    )
    tx.run(f"delete from data.annotations where version_id in {OWN} and asset_id = $2", *key)
    for table in ("layer_heads", "layer_assets"):
        tx.run(f"delete from data.{table} where asset_id = $2 and layer_id in {OWN} and layer_id not in {SHARED}", *key)
    below = "from data.version_layers l join data.{} x on x.layer_id = l.layer_id and x.asset_id = $2"
    tx.run(
        f"insert into data.layer_heads select $3, $2, null where exists "
        f"(select 1 {below.format('layer_heads')} where l.version_id = $1)",
        *key, top(tx, version_id),
    )  # fmt: skip
    tx.run(
        f"insert into data.layer_assets select $3, $2, position, archived, -1, added {below.format('layer_assets')} "
        "where l.version_id = $1 order by l.height desc limit 1",
        *key, top(tx, version_id),
    )  # fmt: skip


def forget(tx: Transaction, asset_id: int) -> None:
    """Delete an asset that no version has any more, with what layers below still say of it; others stay."""
    had = tx.value(
        "select exists (select 1 from data.version_assets where asset_id = $1) or exists (select 1 "
        "from data.layer_assets where asset_id = $1 and layer_id in (select batch_id from data.staged))",
        asset_id,
    )
    if had:
        return
    tx.run(
        "delete from data.shapes where annotation_id in (select annotation_id from data.annotations "
        f"where asset_id = $1 and version_id = {NO_VERSION})",
        asset_id,
    )
    tx.run(f"delete from data.annotations where asset_id = $1 and version_id = {NO_VERSION}", asset_id)
    for table in ("layer_heads", "layer_assets", "assets"):
        tx.run(f"delete from data.{table} where asset_id = $1", asset_id)
