"""Which assets a campaign takes, and in which order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from nbannotate.errors import InvalidInput
from nbannotate.model import CampaignSpec, Filter, LeftOut
from nbannotate.store import gold, name_suggestions
from nbannotate.store.conditions import Conditions
from nbannotate.store.disk_space import is_full
from nbannotate.store.duckdb.failures import is_fatal
from nbannotate.store.engine import Transaction
from nbannotate.store.transaction import LISTED, is_of_database, quoted

#: A condition that people wrote in SQL is ended when it takes longer: it may hold up everybody's work.
LONGEST_S = 20.0

EXAMPLES = 3
MOST_SHOWN = 150


class Choice(Struct, frozen=True):
    """What was chosen.

    Attributes
    ----------
    total
        How many assets were considered.
    count
        How many of them are in the table ``chosen``.
    annotated
        How many of those have annotations in the version.
    left_out
        The others, by reason.
    """

    total: int
    count: int
    annotated: int
    left_out: tuple[LeftOut, ...]


@contextmanager
def chosen(
    tx: Transaction,
    version_id: int,
    spec: CampaignSpec,
    *,
    only: str | None = None,
    everything: bool = False,
) -> Iterator[Choice]:
    """Make the table ``chosen(asset_id, rank, annotated)`` for a block; also in a transaction that reads.

    ``rank`` counts from 0 in the campaign's order. *Sequential* is the order of the version: by position, and the
    assets of one sequence together, by their moment. *Random* is the order of hashes of the seed and the name, the
    same on any machine; with a clip length, runs of that many chosen assets of a sequence stay together. What is left
    out is left out by the filter first, then for want of an annotation, then by the limit.

    Parameters
    ----------
    only
        Consider only these assets of the version (:func:`nbannotate.store.transaction.id_list`); places (``index``) are
        still those in the whole version.
    everything
        Ignore the filter and the limit.

    Raises
    ------
    InvalidInput
        The filter names a campaign that does not exist, or its SQL cannot be run.
    """
    given = Filter.all() if everything else Filter.parse(spec.filter)
    limit = None if everything else spec.limit
    try:
        _consider(tx, version_id, given, only)
        if spec.workflow.steps[0].kind == "review":
            tx.run("update considered set out = 'unannotated' where out is null and not annotated")
        if spec.workflow.gold is not None and not everything:
            known = gold.eligible(tx, version_id, spec)
            tx.run(f"update considered set out = 'gold' where out is null and name in (select name from ({known}))")
        _rank(tx, spec, limit)
        yield _choice(tx, given, limit)
    finally:
        # In a transaction that failed nothing can be dropped; its end undoes the tables too.
        try:
            tx.run("drop table if exists temp.chosen")
            tx.run("drop table if exists temp.considered")
        except Exception as error:
            if not is_of_database(error):
                raise


def _consider(tx: Transaction, version_id: int, given: Filter, only: str | None) -> None:
    """Make the table of all assets that are considered; those that the filter leaves out are marked."""
    conditions = Conditions(tx, version_id, only)
    version = conditions.value(version_id)
    matched = conditions.of(given)
    # Places are those in the whole version; where nothing asks for them, the others need not be looked at.
    early, late = ("true", conditions.among) if _counts_places(given) else (conditions.among, "true")
    statement = f"""
        create temp table considered as
        with {", ".join(conditions.subqueries)},
        listed as (
          select v.asset_id, s.name, s.folder, s.metadata, s.sequence, s.moment, v.position,
                 case when s.sequence is null then v.position else min(v.position) over (partition by s.sequence) end
                   as first
          from (select * from data.version_assets where version_id = {version} and {early}) v
          join data.assets s on s.asset_id = v.asset_id
        ),
        a as (
          select asset_id, name, folder, metadata, sequence,
                 row_number() over (order by first, sequence nulls first, moment nulls last, position, asset_id) - 1
                   as place
          from listed
        )
        select a.asset_id, a.name, a.sequence, a.place,
               a.asset_id in (select asset_id from latest) as annotated,
               case when {matched} then null else 'filter' end as out
        from a where {late} and a.asset_id not in (
          select asset_id from data.version_assets where version_id = {version} and archived is not null
        )
        """
    if not conditions.is_of_duckdb:
        tx.run(statement, *conditions.parameters)
        return
    with tx.asked(statement) as asked:
        _run(asked, statement, conditions, given)
        rows = [] if asked is tx else asked.all("select * from considered")
    if asked is not tx:
        tx.run(
            'create temp table considered as select unnest(from_json($1, \'[{"asset_id":"BIGINT","name":"VARCHAR",'
            '"sequence":"VARCHAR","place":"BIGINT","annotated":"BOOLEAN","out":"VARCHAR"}]\'), recursive := true)',
            msgspec.json.encode(rows).decode(),
        )


def _run(tx: Transaction, statement: str, conditions: Conditions, given: Filter) -> None:
    """Run the statement that looks at all assets; people's SQL in it is ended when it takes too long."""
    if not conditions.has_sql:
        tx.run(statement, *conditions.parameters)
        return
    timer = threading.Timer(LONGEST_S, tx.connection.interrupt)
    timer.start()
    try:
        tx.run(statement, *conditions.parameters)
    except Exception as error:
        if not is_of_database(error) or is_fatal(error) or is_full(error):
            raise  # that is not the filter's fault
        reason = name_suggestions.without_kind(str(error).split("\n\nLINE")[0].strip())
        if "interrupt" in reason.lower():
            reason = f"it takes longer than {LONGEST_S:.0f} seconds; write a simpler condition."
        raise InvalidInput(f"The SQL in the filter {_short(given)} cannot be run: {reason}") from error
    finally:
        timer.cancel()


def _counts_places(given: Filter) -> bool:
    """Whether a filter asks for an asset's place in the version."""
    return given.kind == "index" or any(map(_counts_places, given.parts))


def _rank(tx: Transaction, spec: CampaignSpec, limit: int | None) -> None:
    """Make the table ``chosen`` of what is not left out, and mark what is beyond the limit."""
    if spec.order == "sequential":
        ranked, parameters = "select *, place as clip_key, place as clip_name from considered where out is null", []
    else:
        # Without a clip length each asset is a clip of its own.
        number = "place" if spec.clip is None else (
            "case when sequence is null then place else "
            "(row_number() over (partition by sequence order by place) - 1) // cast($2 as bigint) end"
        )  # fmt: skip
        whole = "place" if spec.clip is None else "case when sequence is null then place end, sequence, number"
        ranked = f"""
            select *, md5($1 || ':' || clip_name) as clip_key from (
              select *, first_value(name) over (partition by {whole} order by place) as clip_name
              from (select *, {number} as number from considered where out is null)
            )
            """
        parameters = [str(spec.seed or 0)] + ([] if spec.clip is None else [spec.clip])
    tx.run(
        f"""
        create temp table chosen as
        select asset_id, row_number() over (order by clip_key, clip_name, place) - 1 as rank, annotated
        from ({ranked}) order by rank
        """,
        *parameters,
    )
    if limit is not None:
        tx.run(
            "update considered set out = 'limit' where asset_id in (select asset_id from chosen where rank >= $1)",
            limit,
        )
        tx.run("delete from chosen where rank >= $1", limit)


def _choice(tx: Transaction, given: Filter, limit: int | None) -> Choice:
    """Count what was chosen and what was left out."""
    reasons = {
        "filter": f"not matched by the filter {_short(given)}",
        "unannotated": "no annotation, and the workflow begins with a review",
        "gold": "their answers are known (gold)",
        "limit": f"beyond the limit of {limit:,}" if limit is not None else "",
    }
    rows = tx.all(
        "select out, count(*) as assets, count(*) filter (where annotated) as annotated, "
        "min_by(name, place, $1) as examples from considered group by out",
        EXAMPLES,
    )
    found = {r["out"]: r for r in rows}
    none = {"assets": 0, "annotated": 0}
    return Choice(
        total=sum(r["assets"] for r in rows),
        count=found.get(None, none)["assets"],
        annotated=found.get(None, none)["annotated"],
        left_out=tuple(
            LeftOut(reason, found[out]["assets"], tuple(found[out]["examples"]))
            for out, reason in reasons.items()
            if out in found
        ),
    )


def not_in(tx: Transaction, version_id: int, campaign_id: int, asset_ids: str | None) -> str:
    """Return those of some assets of a version, or of all, that have no task in a campaign; both as texts of ids."""
    return str(tx.value(
        "select '[' || coalesce(string_agg(cast(v.asset_id as varchar), ','), '') || ']' from data.version_assets v "
        f"where v.version_id = $1 and ($3 is null or v.asset_id in {LISTED.format('$3')}) and not exists ("
        "select 1 from data.tasks t where t.campaign_id = $2 and t.asset_id = v.asset_id)",
        version_id, campaign_id, asset_ids,
    ))  # fmt: skip


def strange_labels(tx: Transaction, version_id: int, known: list[str]) -> list[tuple[str, int]]:
    """Return the labels of shapes of the table ``chosen`` that are not among some, with their numbers."""
    rows = tx.all(
        """
        with latest as (
          select h.annotation_id from data.version_heads h
          join chosen c on c.asset_id = h.asset_id where h.version_id = $1
        )
        , labels as (
          select s.label from data.shapes s join latest l on l.annotation_id = s.annotation_id
          union all
          select unnest(from_json(s.also, '["VARCHAR"]')) from data.shapes s
          join latest l on l.annotation_id = s.annotation_id where s.also is not null
        )
        select label, count(*) as n from labels
        where label <> '' and not list_contains($2::varchar[], label) group by 1 order by n desc, label
        """,
        version_id, known,
    )  # fmt: skip
    return [(row["label"], row["n"]) for row in rows]


def put_aside(tx: Transaction, file: Path) -> None:
    """Keep the table ``chosen`` in a file, as what a trial has found."""
    tx.run(f"copy chosen to {quoted(file)} (format parquet)")


def take_up(tx: Transaction, file: Path) -> None:
    """Make the table ``chosen`` of a file again."""
    tx.run(f"create temp table chosen as select * from read_parquet({quoted(file)})")


def drop(tx: Transaction) -> None:
    """Drop the table ``chosen`` that was taken up."""
    tx.run("drop table chosen")


def ids(tx: Transaction) -> list[int]:
    """Return the assets in the table ``chosen``, in order."""
    return [row["asset_id"] for row in tx.all("select asset_id from chosen order by rank")]


def _short(given: Filter) -> str:
    text = str(given)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 2] + " …"
