"""Versions that are made of two: what one of them brings comes into a child of the other one."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput, Refused, Stale
from nbannotate.model import Annotation, CampaignSpec, Plan, Shape, Version
from nbannotate.model.values import decode
from nbannotate.operations import campaign_changes, campaigns, planning
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.versions import check_new, make_child
from nbannotate.rules.well_formed import check_fits
from nbannotate.store import (
    asset_selection,
    contents,
    data,
    distribution,
    foreign_ids,
    importing,
    merging,
    places,
    staging,
)
from nbannotate.store import campaigns as stored
from nbannotate.store.asset_selection import chosen
from nbannotate.store.staging import Stage

#: So many shapes are written in one piece at least.
PIECE_SHAPES = 2_000


class _Campaign(Struct, frozen=True):
    """What was staged of a campaign in which people decide: its id, how it is written, and what its launch does."""

    campaign_id: int
    spec: CampaignSpec
    plan: Plan


class _Staged(Struct, frozen=True):
    """What was staged: the id of the version, under which it stands, how many steps, and what they go by."""

    version_id: int
    steps: int
    ground: str
    campaign: _Campaign | None = None


def _stage(
    ctx: Context, stage: Stage, version_id: int, theirs_id: int, name: str, file: Path, spec: CampaignSpec | None = None
) -> dict[str, _Staged]:
    """Check what is to be done against what both versions show, and write it in pieces, with the tasks of people."""
    ours, theirs = _both(ctx, version_id, theirs_id)
    check_new(ctx, ours.dataset_id, name)
    merging.open_steps(ctx.tx, file)
    ground = _ground(ctx, ours, theirs)
    if merging.stale(ctx.tx, version_id, theirs_id):
        raise Conflict(f"{ours.name!r} or {theirs.name!r} was changed while they were compared; merge them again.")
    source = f"merge of {ours.name} and {theirs.name}"
    for piece in merging.told(ctx.tx):
        revisions: list[importing.Revision] = []
        shapes = 0
        for told in piece:
            revisions.append(importing.Revision(told.asset_id, ctx.actor.member_id, source, _annotation(told)))
            shapes += len(revisions[-1].annotation.shapes)
            if shapes >= PIECE_SHAPES:
                importing.stage(stage, revisions, ctx.now)
                revisions, shapes = [], 0
        if revisions:
            importing.stage(stage, revisions, ctx.now)
    merging.stage(stage, version_id, theirs_id, ctx.now)
    foreign_ids.stage_of(stage, version_id, theirs_id)
    steps = stored.steps_in_all(ctx.tx)
    staged = _Staged(stage.batch_id, steps, ground)
    if spec is not None:
        settled = campaign_changes.settle(spec, secrets.randbelow(2**31))
        staged = replace(staged, campaign=_stage_campaign(ctx, stage, ours, name, staged, settled))
    return {"prepared_batch": staged}


def _stage_campaign(
    ctx: Context, stage: Stage, ours: Version, name: str, staged: _Staged, spec: CampaignSpec
) -> _Campaign:
    """Choose, in a trial, among the assets of the version as it will be, and make the first tasks in pieces."""
    file, campaign_id = ctx.engine.spool / f"chosen-{stage.batch_id}.parquet", stage.new_id()
    ctx.engine.staging.add(campaign_id)
    stage.reserve((campaign_id,))
    try:
        with stage.trial():
            made = _reveal(ctx, ours, name, staged)
            campaign = campaigns.write(ctx, made.version_id, spec, campaign_id)
            with chosen(stage, made.version_id, spec) as assets:
                planned = planning.launch_plan(ctx, campaign, spec, assets)
                campaigns.check_plan(planned, "")
                asset_selection.put_aside(stage, file)
        asset_selection.take_up(stage, file)
    finally:
        file.unlink(missing_ok=True)
    distribution.stage_first_tasks(stage, campaign_id, spec, ctx.now, under=campaign_id)
    asset_selection.drop(stage)
    return _Campaign(campaign_id, spec, planned)


@operation(writes=True, stage=_stage)
def create(
    ctx: Context, version_id: int, theirs_id: int, name: str, file: Path, prepared_batch: _Staged,
    spec: CampaignSpec | None = None,
) -> Version:  # fmt: skip
    """Create a draft child of a version in which another version of the dataset is brought together with it.

    The Parquet file says what is done, one row an asset: ``asset_id``; ``presence`` (empty, added, put_away or
    taken_back); ``ours_id`` and ``theirs_id``, the revisions that both versions show; ``take``, the revision of theirs
    that is taken as said by who said it; or, where ``says``, what is said in its place: shapes, tags, nothing_to_label,
    tag_attributes, as :func:`annotations.add` takes them. What files call the things of theirs comes along.
    With ``spec`` a campaign of it is launched on the new version, all in one: what leaves the events of the three.
    """
    ours, theirs = _both(ctx, version_id, theirs_id)
    staged = prepared_batch
    if _ground(ctx, ours, theirs) != staged.ground:
        raise Stale(f"{ours.name!r} or {theirs.name!r} was changed while they were merged; merge them again.")
    made = _reveal(ctx, ours, name, staged)
    ids = {"parent_id": version_id, "version_id": made.version_id, "theirs_id": theirs_id}
    ctx.note(detail={**ids, "assets": staged.steps})
    if staged.campaign is not None:
        ctx.did("merges.create")
        campaign = campaigns.write(ctx, made.version_id, staged.campaign.spec, staged.campaign.campaign_id)
        ctx.did("campaigns.create")
        campaigns.begin(ctx, campaign.campaign_id, campaign.campaign_id, staged.campaign.spec, staged.campaign.plan)
        ctx.did("campaigns.launch")
    whole: Version = found(data.version(ctx.tx, made.version_id), f"version {made.version_id}")
    return replace(whole, new=True)


def _reveal(ctx: Context, ours: Version, name: str, staged: _Staged) -> Version:
    """Create the version, which has what was staged under its id."""
    made = make_child(ctx, ours, name, version_id=staged.version_id)
    staging.keep(ctx.tx, staged.version_id)
    return made


def _both(ctx: Context, version_id: int, theirs_id: int) -> tuple[Version, Version]:
    """Return both versions; Refused if they are not of one dataset."""
    ours: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    theirs: Version = found(data.version(ctx.tx, theirs_id), f"version {theirs_id}")
    if ours.dataset_id != theirs.dataset_id:
        raise Refused(f"{ours.name!r} and {theirs.name!r} are versions of two datasets, which cannot be merged.")
    return ours, theirs


def _ground(ctx: Context, ours: Version, theirs: Version) -> str:
    shown = (contents.ground(ctx.tx, version.version_id) for version in (ours, theirs))
    return " | ".join((*shown, places.mark(ctx.tx, ours.version_id)))


def _annotation(told: merging.Told) -> Annotation:
    """Return what is said of an asset; InvalidInput if it may not be in the store."""
    try:
        annotation = Annotation(
            shapes=decode(told.shapes, tuple[Shape, ...]),
            tags=tuple(json.loads(told.tags)),
            nothing_to_label=told.nothing_to_label,
            tag_attributes=json.loads(told.tag_attributes),
        )
        check_fits(annotation, told.width, told.height)
    except InvalidInput as error:
        raise InvalidInput(f"{told.name}: {error} Nothing was merged.") from None
    return annotation
