"""What people send is checked, repaired and made into rows before the transaction, which only compares what it went by.

How long that takes depends on what somebody drew, and one thread writes for everybody. So it is an operation's
*prepare*: it reads what the check goes by (the :class:`Ground`), works in a thread of its own, and is believed in the
transaction only if the ground is still the same; if not, everything is done again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from nbannotate.errors import InvalidInput, NbannotateError, NotInStep, Refused, Stale
from nbannotate.model import Annotation, CampaignSpec, DraftChanges
from nbannotate.model.copies import quorum
from nbannotate.operations import remote_files
from nbannotate.operations.registry import Context
from nbannotate.rules.annotation import check_complete, check_draft
from nbannotate.rules.consensus import agreement
from nbannotate.rules.draft_changes import changed
from nbannotate.rules.flaws import settled
from nbannotate.rules.gold import Score, score, step_of
from nbannotate.store import asset_copies, data, gold, task_rows
from nbannotate.store import campaigns as stored
from nbannotate.store.engine import Engine
from nbannotate.store.rows import TaskRow
from nbannotate.store.task_rows import NamedTask

#: The last revision was not asked for.
ANY = -1


class Ground(Struct, frozen=True):
    """What a check goes by.

    Parameters
    ----------
    campaign_id, version_id, asset_id, step
        Where the task is.
    spec
        Of its campaign.
    kind
        Of its step.
    latest_id
        The last revision of the asset; None if there is none.
    answers
        Of the last open copy of an asset, what the others answered; None for all else.
    """

    campaign_id: int
    version_id: int
    asset_id: int
    step: int
    spec: CampaignSpec
    kind: str
    latest_id: int | None = ANY
    answers: tuple[int, ...] | None = None
    known_id: int | None = None

    def still(self, ctx: Context, row: NamedTask) -> None:
        """Raise Stale unless the row of the task is on the same ground, in the transaction that writes."""
        same = self.asset_id == row.asset_id and self.spec == stored.spec(ctx.tx, row.campaign_id)
        if same and self.latest_id != ANY:
            same = self.latest_id == data.latest_id(ctx.tx, row.version_id, row.asset_id)
        if same and row.copy is not None and self.latest_id != ANY:
            same = self.answers == asset_copies.answers(ctx.tx, row)
        if not same:
            raise Stale("The campaign or the image changed while this was checked; try again.")


class Checked(Struct, frozen=True):
    """An annotation as it is stored, or why it cannot be.

    Parameters
    ----------
    ground
        What the check went by.
    annotation
        As it is stored.
    body
        The same, as a draft is written.
    rows
        Its shapes, as a revision is written.
    edited
        Whether it says something else than the last revision; asked for at review steps only.
    repaired
        What was repaired in it, in sentences.
    error
        Why it cannot be stored.
    revision
        Of the draft that it is.
    agreed, agreed_rows
        What all people say of the asset with this answer, if nothing is left to decide; and its shapes.
    score
        How it agrees with a known answer: believed of gold only; of all else it is made so that it takes as long.
    """

    ground: Ground
    annotation: Annotation
    body: str = ""
    rows: str = ""
    edited: bool = True
    repaired: tuple[str, ...] = ()
    error: NbannotateError | None = None
    revision: int = 0
    agreed: Annotation | None = None
    agreed_rows: str = ""
    score: Score | None = None

    def believed(self, ctx: Context, row: NamedTask) -> Checked:
        """Return this, in the transaction that writes; raise what was wrong, or Stale."""
        self.ground.still(ctx, row)
        if self.error is not None:
            raise self.error
        return self


def believed(checked: Checked | None, ctx: Context, row: NamedTask) -> Checked:
    """Return what was prepared for a task, if it still holds."""
    if checked is None:
        raise Stale("This task was not there a moment ago; try again.")
    return checked.believed(ctx, row)


def ground(ctx: Context, task_id: int, *, latest: bool) -> Ground | None:
    """Return what a check of a task's annotation goes by; None if there is no such task."""
    row = task_rows.place(ctx.tx, task_id)
    if row is None:
        return None
    version_id, spec = stored.facts(ctx.tx, row.campaign_id)
    last = data.latest_id(ctx.tx, version_id, row.asset_id) if latest else ANY
    kind = spec.workflow.steps[row.step].kind
    answers = asset_copies.answers(ctx.tx, row) if latest and row.copy is not None else None
    known_id = known(ctx, row, spec) if latest else None
    return Ground(row.campaign_id, version_id, row.asset_id, row.step, spec, kind, last, answers, known_id)


def known(ctx: Context, row: TaskRow, spec: CampaignSpec) -> int | None:
    """Return the known answer of a task, or of some other one of the campaign; None where there is no gold."""
    if row.step != step_of(spec):
        return None
    return row.gold or gold.an_answer(ctx.tx, row.campaign_id)


def save(ctx: Context, task_id: int, annotation: Annotation, **_: Any) -> dict[str, Any]:
    """Prepare a draft."""
    on = ground(ctx, task_id, latest=False)
    return {"prepared_draft": lambda: None if on is None else _saved(ctx.engine, on, annotation)}


def save_changes(ctx: Context, task_id: int, changes: DraftChanges, revision: int, **_: Any) -> dict[str, Any]:
    """Prepare a draft that is the one before but for some changes."""
    on = ground(ctx, task_id, latest=False)
    before = None if on is None else task_rows.draft_of(ctx.tx, task_id, ctx.actor.member_id)
    if on is None or before is None or before.revision != revision:
        # Refused as soon as it is known to be no repeated request, and no draft of another tab.
        return {"prepared_draft": None if on is None else Checked(on, Annotation(), error=_without_draft())}
    there, body = on, before.body

    def made() -> Checked:
        try:
            annotation = changed(task_rows.decoded(body), changes)
        except NbannotateError as error:
            return Checked(there, Annotation(), error=error)
        return _saved(ctx.engine, there, annotation)

    return {"prepared_draft": made}


def _without_draft() -> NotInStep:
    return NotInStep("There is no draft that these changes could be of; send the whole draft.")


def submit(ctx: Context, task_id: int, annotation: Annotation, **_: Any) -> dict[str, Any]:
    """Prepare a submission."""
    on = ground(ctx, task_id, latest=True)
    if on is None:
        return {"prepared_work": None}
    size = _size(ctx, on, measured=bool(annotation.shapes))
    return {"prepared_work": lambda: finished(ctx.engine, on, annotation, *size)}


def keep(ctx: Context, task_id: int, **_: Any) -> dict[str, Any]:
    """Prepare that the actor's draft of a task becomes a revision when the task ends otherwise."""
    on = ground(ctx, task_id, latest=True)
    draft = None if on is None else task_rows.draft_of(ctx.tx, task_id, ctx.actor.member_id)
    if on is None or draft is None:
        return {"prepared_draft": None}
    there, revision, body = on, draft.revision, draft.body

    def kept() -> Checked:
        annotation = task_rows.decoded(body)
        edited = annotation != last(ctx.engine, there)
        rows = data.shape_rows(annotation) if edited else ""
        return Checked(there, annotation, rows=rows, edited=edited, revision=revision)

    return {"prepared_draft": kept}


def finished(engine: Engine, on: Ground, annotation: Annotation, width: int, height: int, revision: int = 0) -> Checked:
    """Return an annotation as it is submitted; outside of any transaction."""
    recipe = on.spec.recipe
    try:
        _twice(
            lambda before: check_complete(annotation, recipe, width, height, before),
            (InvalidInput, Refused),
            engine,
            on,
        )
        done, repaired = settled(annotation, recipe, width, height)
    except NbannotateError as error:
        return Checked(on, annotation, error=error, revision=revision)
    edited = on.kind != "review" or on.latest_id is None or last(engine, on) != done
    rows = data.shape_rows(done) if edited else ""
    made = Checked(
        on, done, rows=rows, edited=edited, repaired=repaired, revision=revision, score=_scored(engine, on, done)
    )
    return made if on.answers is None else _with_agreement(engine, made, on.answers, width, height)


def _scored(engine: Engine, on: Ground, annotation: Annotation) -> Score | None:
    if on.known_id is None:
        return None
    with engine.read() as tx:
        its = data.annotation(tx, data.annotation_row(tx, on.known_id))
    return score(annotation, its, on.spec.workflow.gold_iou)


def _with_agreement(engine: Engine, made: Checked, others: tuple[int, ...], width: int, height: int) -> Checked:
    """Add what all people say of an asset whose last answer this is, if they agree and it may stand as it is."""
    spec, recipe = made.ground.spec, made.ground.spec.recipe
    step = spec.workflow.steps[made.ground.step + 1]
    with engine.read() as tx:
        given = [data.annotation(tx, data.annotation_row(tx, i)) for i in others]
    its = agreement([*given, made.annotation], quorum(step, len(given) + 1), step.iou)
    if not its.whole:
        return made
    try:
        _twice(
            lambda before: check_complete(its.agreed, recipe, width, height, before), (InvalidInput, Refused), engine,
            made.ground,
        )  # fmt: skip
    except NbannotateError:
        return made  # then somebody decides
    return msgspec.structs.replace(made, agreed=its.agreed, agreed_rows=data.shape_rows(its.agreed))


def _saved(engine: Engine, on: Ground, annotation: Annotation) -> Checked:
    try:
        on = _twice(lambda before: check_draft(annotation, on.spec.recipe, before), (InvalidInput,), engine, on)
    except NbannotateError as error:
        return Checked(on, annotation, error=error)
    return Checked(on, annotation, body=msgspec.json.encode(annotation).decode())


def _twice(
    check: Callable[[Annotation], None], wrong: tuple[type[NbannotateError], ...], engine: Engine, on: Ground
) -> Ground:
    """Check an annotation, if need be against what its task began with; return the ground that it stands on.

    What an import or another campaign left may stay as it is; it is looked up only when something does not fit.
    """
    try:
        check(Annotation())
    except wrong:
        with engine.read() as tx:
            row = data.latest(tx, on.version_id, on.asset_id)
            on = msgspec.structs.replace(on, latest_id=row.annotation_id if row else None)
            anew = row is not None and on.spec.existing == "restart" and row.campaign_id != on.campaign_id
            before = Annotation() if anew else data.annotation(tx, row)
        check(before)
    return on


def last(engine: Engine, on: Ground) -> Annotation:
    """Return the last revision of an asset, as the ground names it."""
    with engine.read() as tx:
        return data.annotation(tx, None if on.latest_id is None else data.annotation_row(tx, on.latest_id))


def _size(ctx: Context, on: Ground, *, measured: bool) -> tuple[int, int]:
    asset = data.asset(ctx.tx, on.asset_id)
    assert asset is not None
    if measured:
        remote_files.measured([asset], None)
    return asset.width, asset.height
