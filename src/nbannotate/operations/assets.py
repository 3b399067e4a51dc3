"""Assets: adding them to a version, and where the bytes of one are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from nbannotate import imaging
from nbannotate.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused, Stale
from nbannotate.model import Campaign, FileProblem, FileState, Loss, NewAssets, Version
from nbannotate.operations import asset_files, new_assets, remote_files, removal
from nbannotate.operations.access import may_see_image
from nbannotate.operations.asset_metadata import check_may_describe
from nbannotate.operations.registry import Context, found, operation
from nbannotate.operations.remote_files import Here
from nbannotate.operations.versions import draft
from nbannotate.remote import urls
from nbannotate.rules.metadata import check_metadata
from nbannotate.store import (
    asset_metadata,
    data,
    importing,
    incoming_assets,
    layers,
    places,
    relocating,
    removing,
    renaming,
    replacing,
    staging,
)
from nbannotate.store import campaigns as stored
from nbannotate.store.asset_rows import AssetRow
from nbannotate.store.staging import Stage
from nbannotate.texts import t

LONGEST_NAME = 1_000


def _stage(ctx: Context, stage: Stage, version_id: int, file: Path, **_: Any) -> dict[str, Batch | importing.Arrived]:
    """Check the assets of a file and write them in pieces."""
    batch = stage_new(ctx, stage, version_id, file)
    return {"prepared_batch": batch, "prepared_arrived": importing.finish(stage)}


def stage_new(ctx: Context, stage: Stage, version_id: int, file: Path) -> Batch:
    """Check the assets of a file, write them in pieces, and return what was staged."""
    version = draft(ctx, version_id)
    _check_new(incoming_assets.known_names(ctx.tx, version_id, file))
    strange = incoming_assets.bad_sequences(ctx.tx, file)
    if strange:
        raise InvalidInput(
            f"The sequence of an asset is a text of 200 characters at most, and its moment a number, in contrast to "
            f"those of {', '.join(map(repr, strange[:5]))}; nothing was added."
        )
    asset_files.check(ctx.engine, incoming_assets.incoming_files(ctx.tx, file))
    ground = incoming_assets.stage_assets(stage, version, file, ctx.now)
    coming = None
    if taker := _taker(_running(ctx, version_id)):
        new = incoming_assets.staged_assets(stage, stage.batch_id)
        coming = new_assets.stage_tasks(
            ctx, stage, taker, new, lambda: layers.put_on(stage, version_id, stage.batch_id)
        )
    return Batch(stage.batch_id, ground, coming)


class Batch(Struct, frozen=True):
    """What was staged: the batch, what its places in the version go by, and what joins a campaign at once."""

    batch_id: int
    ground: str
    coming: new_assets.Coming | None


def _running(ctx: Context, version_id: int) -> list[tuple[Campaign, NewAssets]]:
    """Return the campaigns that run on a version, each with what it does with new assets."""
    return [
        (c, stored.spec(ctx.tx, c.campaign_id).new_assets)
        for c in stored.campaigns(ctx.tx)
        if c.version_id == version_id and c.state in ("active", "overdue")
    ]


def _taker(running: list[tuple[Campaign, NewAssets]]) -> Campaign | None:
    """Return the campaign that new assets join; while two run, they wait."""
    return running[0][0] if len(running) == 1 and running[0][1] == "join" else None


def _check_new(twice: list[str]) -> None:
    if twice:
        some = ", ".join(twice[:5]) + (" …" if len(twice) > 5 else "")
        raise Conflict(
            f"{len(twice)} asset names stand twice or are in the version already: {some}. "
            "Names are the paths below the common folder; nothing was added. on_conflict='skip' passes over images "
            "whose name is there, and 'replace' gives their assets the new files."
        )


@operation(writes=True, stage=_stage)
def add(
    ctx: Context, version_id: int, file: Path, prepared_batch: Batch, prepared_arrived: importing.Arrived,
    types: dict[str, str] | None = None,
) -> int:  # fmt: skip
    """Add the assets of a Parquet file to a version and return how many.

    Columns: name, path, folder, width, height, bytes, metadata (JSON text); and, for frames and slices, sequence (the
    name of what belongs together) and moment (a number that orders it). Campaigns that run on the version take the new
    assets as their ``new_assets`` says. ``types`` says what columns of the metadata are that JSON has no type for.
    """
    return take(ctx, version_id, prepared_batch, prepared_arrived, types)


def take(
    ctx: Context, version_id: int, batch: Batch, arrived: importing.Arrived, types: dict[str, str] | None = None
) -> int:
    """Give the staged assets to a version, and return how many; the last step."""
    version = draft(ctx, version_id)
    if batch.ground != places.mark(ctx.tx, version_id):  # somebody else added assets meanwhile, or moved some
        if arrived.large:
            raise Stale(f"The assets of {version.name!r} were changed while others were added; try again.")
        _check_new(incoming_assets.staged_names(ctx.tx, batch.batch_id, version_id))
    running = _running(ctx, version_id)
    joined = new_assets.take_staged(ctx, _taker(running), batch.coming)
    if arrived.large:
        layers.put_on(ctx.tx, version_id, batch.batch_id)
    else:
        places.take_in(ctx.tx, batch.batch_id, version_id, batch.ground)
    staging.keep(ctx.tx, batch.batch_id)
    added = arrived.assets
    asset_metadata.set_types(ctx.tx, version.dataset_id, types or {})
    detail: dict[str, Any] = {"version_id": version_id, "assets": added}
    if running:
        detail["campaigns"] = [
            {"campaign": campaign.name, "new_assets": policy, "joined": joined if policy == "join" else 0}
            for campaign, policy in running
        ]
    ctx.note(detail=detail)
    return added


def _stage_replace(ctx: Context, stage: Stage, version_id: int, file: Path) -> dict[str, Any]:
    """Look at the files of assets that are to be other ones."""
    check_replaced(ctx, version_id, file)
    return {}


def check_replaced(ctx: Context, version_id: int, file: Path) -> None:
    """Raise if the assets of a Parquet file cannot have the files that it names."""
    draft(ctx, version_id)
    replacing.check(ctx.tx, version_id, file)
    asset_files.check(ctx.engine, incoming_assets.incoming_files(ctx.tx, file))


@operation(writes=True, stage=_stage_replace)
def replace(ctx: Context, version_id: int, file: Path) -> int:
    """Give assets of a draft other files, by their names in a Parquet file as for ``assets.add``; return how many.

    Their metadata stay; what the new files bring is put over it. Refused where people have worked on one, where one is
    published, and where shapes are of another size.
    """
    return take_replaced(ctx, version_id, file)


def take_replaced(ctx: Context, version_id: int, file: Path) -> int:
    """Give the assets of a Parquet file the files that it names, and return how many; the last step."""
    draft(ctx, version_id)
    replacing.check(ctx.tx, version_id, file)
    count = replacing.replace(ctx.tx, version_id, file)
    ctx.note(detail={"version_id": version_id, "assets": count})
    return count


@operation(writes=True)
def rename(ctx: Context, asset_id: int, name: str) -> str:
    """Give an asset another name, in all versions that it is in; refused if one of them is published."""
    row: AssetRow = found(data.asset(ctx.tx, asset_id), f"asset {asset_id}")
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidInput(f"The name of an asset is a text of 1 to {LONGEST_NAME:,} characters, not {name[:80]!r}.")
    if published := removing.published_with(ctx.tx, asset_id):
        raise Refused(
            f"{row.name!r} belongs to the published version {published[0]!r}, which never changes; it keeps its name."
        )
    if (version := renaming.with_name(ctx.tx, asset_id, name)) is not None:
        raise Conflict(f"The version {version!r} has an asset {name!r} already; choose another name.")
    renaming.rename_asset(ctx.tx, asset_id, row.name, name)
    ctx.note(asset_id=asset_id, detail={"name": name, "before": row.name})
    return name


@operation(writes=True)
def archive(ctx: Context, version_id: int, asset_id: int, archived: bool = True) -> None:
    """Put an asset of a draft away, or take it back: it is not listed, exported or launched; what was said stays."""
    draft(ctx, version_id)
    name = _in_version(ctx, version_id, asset_id)
    open_task = removing.at_work(ctx.tx, version_id, asset_id, begun=False)
    if archived and open_task:
        raise Refused(
            f"{name!r} has an open task in {open_task.campaign!r}; it is put away when that is done, or the "
            "campaign is completed."
        )
    renaming.archive_asset(ctx.tx, version_id, asset_id, ctx.now if archived else None)
    ctx.note(asset_id=asset_id, detail={"version_id": version_id, "archived": archived})


@operation()
def deletion(ctx: Context, version_id: int, asset_id: int) -> Loss:
    """Return what taking an asset out of a draft would delete, or raise why it stays."""
    draft(ctx, version_id)
    name = _in_version(ctx, version_id, asset_id)
    if task := removing.at_work(ctx.tx, version_id, asset_id, begun=True):
        raise Refused(
            f"{task.login or 'Somebody'} is at work on {name!r} in {task.campaign!r}; reassign or skip that task first."
        )
    return Loss(f"asset {name!r}", name, removing.of_asset(ctx.tx, version_id, asset_id))


@operation(writes=True)
def delete(ctx: Context, version_id: int, asset_id: int, confirm: str) -> Loss:
    """Take an asset out of a draft, with what was said and done about it there; other versions keep it, events stay.

    ``confirm`` must be its name, so that no other one is deleted by mistake. The file is left where it is.
    """
    gone = deletion(ctx, version_id, asset_id)
    removal.check_confirmed(gone, confirm)
    removing.delete_asset(ctx.tx, version_id, asset_id, gone.name)
    ctx.note(asset_id=asset_id, detail={"version_id": version_id, "asset": gone.name, **gone.lost})
    return structs.replace(gone, deleted=True)


def _in_version(ctx: Context, version_id: int, asset_id: int) -> str:
    """Return the name of an asset of a version, or raise that it is not there."""
    name: str = found(data.name_in(ctx.tx, version_id, asset_id), f"asset {asset_id} in version {version_id}")
    return name


def _there_already(
    ctx: Context, version_id: int, old: str, new: str, check: bool = True, prepared_here: Here | None = None
) -> int | None:
    """Return 0 if what was there is where it is said to be already."""
    none_left = not relocating.below(ctx.tx, version_id, old)
    return 0 if none_left and relocating.below(ctx.tx, version_id, new) else None


def _state(ctx: Context, path: str, one: relocating.File, here: Here | None) -> tuple[FileProblem | None, int | None]:
    if urls.is_url(path):
        return remote_files.state(path, one.bytes, here)
    return asset_files.state(ctx.engine, path, one.name, one.bytes)


def _stage_relocate(
    ctx: Context, stage: Stage, version_id: int, old: str, new: str, check: bool = True,
    prepared_here: Here | None = None,
) -> dict[str, str]:  # fmt: skip
    """Look at all files where they are said to be now."""
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    moved = relocating.below(ctx.tx, version_id, old)
    if not moved:
        begin = relocating.common_folder(ctx.tx, version_id)
        where = f"; all of them are below {begin}" if begin else ""
        raise NotFound(f"No asset of the version {version.name!r} has its file below {old}{where}.")
    if urls.is_url(new):
        urls.check_allowed(urls.checked(new))
    if check:
        remote_files.ask_of([relocating.moved(one.path, old, new) for one in moved], prepared_here)
    wrong: list[str] = []
    seen: set[str] = set()
    for one in moved:
        path = relocating.moved(one.path, old, new)
        file = urls.of_path(path).url if urls.is_url(path) else str(imaging.frame_of(path).path)
        if file in seen:  # another frame of it
            continue
        seen.add(file)
        problem, now = _state(ctx, path, one, prepared_here)
        if problem and check:
            size = f": {now:,} bytes, not {one.bytes:,}" if problem == "changed" else ""
            wrong.append(f"{file} is {problem}{size}")
    if wrong:
        some = "; ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")
        raise Refused(
            f"{len(wrong):,} of {len(seen):,} files are not below {new} as they were: {some}. Nothing was changed; "
            "check=False takes them all the same."
        )
    return {"prepared_ground": relocating.ground(moved)}


@operation(writes=True, stage=_stage_relocate, idle=_there_already)
def relocate(
    ctx: Context, version_id: int, old: str, new: str, prepared_ground: str, check: bool = True,
    prepared_here: Here | None = None,
) -> int:  # fmt: skip
    """Say where the files of a version are now, whose folder was moved: all of them or none; return how many assets.

    With ``check`` each file must be there, with the size that it had. No path leads to the workspace's own files.
    """
    moved = relocating.below(ctx.tx, version_id, old)
    if relocating.ground(moved) != prepared_ground:
        raise Stale("The files of this version were changed while they were looked at; try again.")
    relocating.move(ctx.tx, version_id, old, new)
    ctx.note(detail={"version_id": version_id, "old": old, "new": new, "assets": len(moved), "checked": check})
    return len(moved)


@operation()
def check(ctx: Context, version_id: int, asset_ids: list[int], prepared_here: Here | None = None) -> list[FileState]:
    """Return which of some assets of a version have a file that is not as it was."""
    rows = relocating.some(ctx.tx, version_id, asset_ids)
    remote_files.ask_of([one.path for one in rows], prepared_here)
    states = [(one, *_state(ctx, one.path, one, prepared_here)) for one in rows]
    return [
        FileState(one.asset_id, one.name, one.path, problem, one.bytes, now) for one, problem, now in states if problem
    ]


@operation()
def metadata(ctx: Context, asset_id: int) -> dict[str, Any]:
    """Return the metadata of an asset, for whoever may see it."""
    if not may_see_image(ctx, asset_id):
        raise NotAllowed(t("You may see only the images of your own tasks."))
    row: AssetRow = found(data.asset(ctx.tx, asset_id), f"asset {asset_id}")
    now: dict[str, Any] = json.loads(row.metadata)
    return now


@operation(writes=True)
def set_metadata(
    ctx: Context, asset_id: int, metadata: dict[str, Any], old: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Replace the metadata of an asset, in all versions that it is in, and return them.

    Managers and developers may always; who works on the asset may where the recipe says so. ``old`` is what the change
    was made from: if it is not that any more, nothing is changed. The event keeps what was before.
    """
    check_may_describe(ctx, asset_id)
    row: AssetRow = found(data.asset(ctx.tx, asset_id), f"asset {asset_id}")
    now: dict[str, Any] = json.loads(row.metadata)
    if old is not None and old != now:
        raise Conflict(f"The metadata of {row.name} were changed by somebody else meanwhile; look at them again.")
    data.set_metadata(ctx.tx, asset_id, check_metadata(metadata))
    names = [n for n in {**now, **metadata} if n not in now or n not in metadata or now[n] != metadata[n]]
    changes = {n: {k: v[n] for k, v in (("before", now), ("after", metadata)) if n in v} for n in names}
    ctx.note(asset_id=asset_id, detail={"changes": changes})
    return metadata


@operation()
def large(ctx: Context, asset_id: int, prepared_here: Here | None = None) -> str | None:
    """Return the path of an asset that is too large to be sent, for whoever may see it; None if it can be sent.

    Whoever shows it reads the file itself, in parts. A frame of a file is named behind the path: ``#frame=7``. What
    lies elsewhere is fetched first; the path is that of the copy.
    """
    row = _visible(ctx, asset_id)
    path = remote_files.path_of(row, prepared_here)
    if not imaging.limits.is_large(row.width, row.height):
        return None
    asset_files.verify(ctx.engine, path, row.name)
    return str(imaging.frame_of(path))


@operation()
def locate(ctx: Context, asset_id: int, prepared_here: Here | None = None) -> bytes | Path:
    """Return the file of an asset for whoever may see it; of a frame of a file, a file that holds that frame only.

    Whoever works at a step may see what waits in its queue, too. What is no image is not served, whatever it is called.
    """
    row = _visible(ctx, asset_id)
    return asset_files.body(ctx.engine, remote_files.path_of(row, prepared_here), row.name)


def _visible(ctx: Context, asset_id: int) -> AssetRow:
    """Return the row of an asset that the actor may look at."""
    row = data.asset(ctx.tx, asset_id)
    if not may_see_image(ctx, asset_id):
        raise NotAllowed(t("You may see only the images of your own tasks."))
    its: AssetRow = found(row, f"asset {asset_id}")
    return its
