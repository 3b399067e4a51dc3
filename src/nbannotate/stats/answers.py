"""What is compared for agreement: answers of several raters to one asset, as rows, and their shapes piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbannotate.model import Shape
from nbannotate.stats.query import Query

if TYPE_CHECKING:
    import pandas as pd

#: The shapes of so many answers are in memory at once.
PIECE = 2000

#: The columns of an answer.
ROW = (
    "version_id, rater, side, of_version, asset_id, asset, annotation_id, member, source, origin, step_name, created, "
    "shapes, nothing_to_label, tags"
)
_COLUMNS = (
    "n.version_id as of_version, n.asset_id, a.name as asset, n.annotation_id, n.member, n.source, n.origin, "
    "s.name as step_name, n.created, n.shapes, n.nothing_to_label, cast(n.tags as varchar) as tags"
)
_FROM = (
    "annotations n join assets a on a.version_id = n.version_id and a.asset_id = n.asset_id and a.archived is null "
    "left join steps s on s.campaign_id = n.campaign_id and s.step = n.step"
)


def rated(q: Query) -> str:
    """Return the answers that are compared: of each asset those of all its raters, if it has two at least.

    Raters are members, each with the last answer that was handed in; or the two versions, with what they show; or
    besides the members a source of imports. ``side`` 0 stands before 1 in a pair.
    """
    same = "asset_id"
    if q.filters.against is not None:  # assets of two versions are the same ones by their names
        same = "asset"
        parts = [_shown(q, q.place.number, 0), _shown(q, q.filters.against, 1)]
    else:
        parts = [_people(q, "n.member", 0, at_work=True)]
        if q.filters.source is not None:
            parts.append(_imports(q, q.bind(q.filters.source), 1))
    return (
        f"select {ROW} from (select *, count(*) over (partition by version_id, {same}) as raters "
        f"from ({' union all '.join(parts)}) e) e where raters > 1"
    )


def predicted(q: Query) -> str:
    """Return predictions (side 0) and the truth (side 1) of each asset that has a truth.

    Of one version, or a campaign, those that have predictions, too: they may say that nothing is there.

    Predictions are what the version in scope shows, the truth what the other one does. Of one version or a campaign,
    predictions are the last imports, and the truth is what a person said last.
    """
    if q.filters.against is not None:
        of_model = _shown(q, q.place.number, 0, "'prediction'", filtered=False)
        if q.filters.source is not None:
            of_model = _imports(q, "'prediction'", 0)
        parts, there = [of_model, _shown(q, q.filters.against, 1, "'truth'")], "last = 1"
    else:
        there = "last = 1 and first = 0"
        parts = [_imports(q, "'prediction'", 0), _people(q, "'truth'", 1, at_work=False)]
    return (
        f"select {ROW} from (select *, min(side) over (partition by version_id, asset) as first, "
        f"max(side) over (partition by version_id, asset) as last from ({' union all '.join(parts)}) e) e "
        f"where {there}"
    )


def _picked(q: Query) -> str:
    return q.where(member="n.member", step="s.name", time="n.created", campaign=None)


def _people(q: Query, rater: str, side: int, at_work: bool) -> str:
    """Return the last answer of each person, or of all people together if ``rater`` is one name for all."""
    its = q.in_campaigns("n.campaign_id") if q.place.kind == "campaign" else q.in_versions("n.version_id")
    answers = "n.origin = 'answer'"
    if at_work:  # also of copies; what came of those at a consensus step is no answer of its own
        answers = "n.origin in ('answer', 'copy') and n.source <> 'consensus' and n.task_id is not null"
    return _last(rater, side, f"{answers} and {its} and {_picked(q)}")


def _imports(q: Query, rater: str, side: int) -> str:
    """Return the last import of each asset, of one source if the filters name it."""
    source = "true" if q.filters.source is None else f"n.source = {q.bind(q.filters.source)}"
    return _last(rater, side, f"n.origin = 'import' and {q.in_versions('n.version_id')} and {source}")


def _last(rater: str, side: int, which: str) -> str:
    """Return of several answers of one rater to one asset the last one."""
    return (
        f"select {ROW} from (select n.version_id, {rater} as rater, {side} as side, {_COLUMNS}, row_number() over "
        f"(partition by n.version_id, n.asset_id, {rater} order by n.annotation_id desc) as nth from {_FROM} "
        f"where {which}) e where nth = 1"
    )


def _shown(q: Query, version: int | None, side: int, rater: str = "", filtered: bool = True) -> str:
    """Return what a version shows, as if said in the version in scope."""
    name = rater or f"(select v.dataset || ' / ' || v.name from versions v where v.version_id = {q.bind(version)})"
    return (
        f"select cast({q.bind(q.place.number)} as bigint) as version_id, {name} as rater, {side} as side, {_COLUMNS} "
        f"from {_FROM} where n.is_latest and n.version_id = {q.bind(version)}{f' and {_picked(q)}' if filtered else ''}"
    )


def pieces(q: Query, answers: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, dict[int, tuple[Shape, ...]]]]:
    """Return answers in pieces, all of an asset together, each with the shapes of its answers, by annotation.

    Parameters
    ----------
    q
        The question; its labels are those of the shapes that are read.
    answers
        Rows of :func:`rated` or :func:`predicted`, those of an asset after each other.
    """
    new = (answers[["version_id", "asset"]] != answers[["version_id", "asset"]].shift()).any(axis=1)
    starts = new.to_numpy().nonzero()[0].tolist()
    begin = 0
    for end in [*starts[1:], len(answers)] if starts else ():
        if end - begin >= PIECE or end == len(answers):
            piece = answers.iloc[begin:end]
            yield piece, _shapes(q, piece)
            begin = end


def _shapes(q: Query, piece: pd.DataFrame) -> dict[int, tuple[Shape, ...]]:
    from nbannotate.workspace import native_values

    fields = ", ".join(f'"{name}"' for name in native_values.FIELDS)
    found: dict[int, tuple[Shape, ...]] = {}
    for version in piece["of_version"].unique().tolist():
        its = piece[(piece["of_version"] == version) & (piece["shapes"] > 0)]
        if its.empty:
            continue
        ask = Query(q.place.workspace)
        ids = ", ".join(str(int(i)) for i in its["annotation_id"])  # numbers of rows that were read: no text of people
        labels = ask.one_of("label", q.filters.labels)
        rows = ask.run(
            f"select annotation_id, {fields} from shape_history where version_id = {ask.bind(version)} "
            f"and annotation_id in ({ids}) and {labels} order by annotation_id, position"
        )
        shapes = native_values.as_shapes(rows.astype(object).where(rows.notna(), None))
        grouped: dict[int, list[Shape]] = {}
        for annotation, shape in zip(rows["annotation_id"].tolist(), shapes, strict=True):
            grouped.setdefault(annotation, []).append(shape)
        found.update((annotation, tuple(each)) for annotation, each in grouped.items())
    return found
