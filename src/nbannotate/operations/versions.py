"""Versions of datasets: drafts that grow, published ones that never change, and children of them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Conflict, NotFound, Refused, Stale
from nbannotate.model import Content, Loss, Verified, Version
from nbannotate.model.attribute import check_name
from nbannotate.operations import removal
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.equality import check_same, differences
from nbannotate.store import campaigns as stored
from nbannotate.store import contents, data, gold, image_sizes, lineage, removing, renaming
from nbannotate.store.staging import Stage


class Origin(Struct, frozen=True):
    """What is asked of a version that is created: the version that it is a child of, or None."""

    parent: str | None
    archived: bool = False


@operation(writes=True)
def create(ctx: Context, dataset_id: int, name: str, exist_ok: bool = False) -> Version:
    """Create a draft version of a dataset. With ``exist_ok`` one that is there, and no child, is returned."""
    check_name("Version name", name)
    found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    if there := _there(ctx, dataset_id, name, None, exist_ok):
        ctx.engine.fresh.discard(there.version_id)
        ctx.unchanged()
        return there
    ctx.note(detail={"name": name})
    made = replace(data.add_version(ctx.tx, dataset_id, name, ctx.now), new=True)
    ctx.engine.fresh.add(made.version_id)
    return made


class _Held(Struct, frozen=True):
    """What a version held a moment ago, and what tells whether it does still."""

    contents: tuple[Content, ...]
    ground: str


def _stage_publish(ctx: Context, stage: Stage, version_id: int) -> dict[str, _Held]:
    """Compute what the version holds."""
    _publishable(ctx, version_id)
    if unknown := image_sizes.count_unknown(ctx.tx, version_id):
        raise Refused(
            f"Of {unknown:,} images of this version nobody knows the size yet, which is a part of what is "
            "published; version.measure() reads the sizes. Nothing was changed."
        )
    ground = contents.ground(ctx.tx, version_id)
    return {"prepared_held": _Held(contents.of(ctx.tx, version_id), ground)}


@operation(writes=True, stage=_stage_publish)
def publish(ctx: Context, version_id: int, prepared_held: _Held) -> Version:
    """Publish a version: from now on it is as it is, and a hash of what it holds is kept; work goes on in a child."""
    _publishable(ctx, version_id)
    if contents.ground(ctx.tx, version_id) != prepared_held.ground:
        raise Stale("The version was changed while it was being published; publish it again.")
    lineage.publish(ctx.tx, version_id)
    contents.keep(ctx.tx, version_id, prepared_held.contents)
    ctx.note(detail={"version_id": version_id})
    return _version(ctx, version_id)


@operation(writes=True)
def child(ctx: Context, version_id: int, name: str, annotations: bool = True, exist_ok: bool = False) -> Version:
    """Create a draft version with the assets of another one, and its latest annotations if they are wanted.

    They share the rows: however large the version is, that takes some rows. With ``exist_ok`` a child of that version
    which is there is returned.
    """
    parent = found(data.version(ctx.tx, version_id), f"version {version_id}")
    if there := _there(ctx, parent.dataset_id, name, parent, exist_ok):
        ctx.unchanged()
        return there
    return replace(make_child(ctx, parent, name, annotations), new=True)


def _publishable(ctx: Context, version_id: int) -> None:
    """Raise if a version cannot be published now."""
    version = _version(ctx, version_id)
    if version.state == "published":
        raise Refused(f"The version {version.name!r} is published already.")
    running = stored.running_on(ctx.tx, version_id)
    if running:
        raise Refused(f"The campaign {running!r} is running on {version.name!r}; complete it before publishing.")


@operation()
def verify(ctx: Context, version_id: int) -> Verified:
    """Compute again what a published version holds, and return it beside what it held when it was published."""
    version = _version(ctx, version_id)
    if version.state != "published":
        raise Refused(f"The version {version.name!r} is a draft, which may change; publish it first.")
    kept = contents.kept(ctx.tx, version_id)
    if not kept:
        raise NotFound(
            f"The version {version.name!r} was published before hashes were kept; there is nothing to compare it with."
        )
    return Verified(version.name, kept, contents.of(ctx.tx, version_id))


def make_child(
    ctx: Context, parent: Version, name: str, annotations: bool = True, version_id: int | None = None
) -> Version:
    """Create the child of a version, in the transaction of whatever operation needs it; under an id that is its own."""
    check_name("Version name", name)
    check_new(ctx, parent.dataset_id, name)
    made = data.add_version(
        ctx.tx, parent.dataset_id, name, ctx.now, parent.version_id, annotations=annotations, version_id=version_id
    )
    ctx.note(detail={"parent_id": parent.version_id, "version_id": made.version_id})
    return made


def draft(ctx: Context, version_id: int) -> Version:
    """Return a version that may change, or raise why it may not."""
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    if version.state == "published":
        raise Refused(
            f"The version {version.name!r} is published and never changes; create a child of it and change that."
        )
    return version


@operation()
def list_(ctx: Context, dataset_id: int | None = None) -> list[Version]:
    """Return the versions of a dataset, or of all, oldest first."""
    return data.versions(ctx.tx, dataset_id)


@operation(writes=True)
def rename(ctx: Context, version_id: int, name: str) -> Version:
    """Give a version another name, a published one, too: what it holds stays as it is."""
    check_name("Version name", name)
    version = _version(ctx, version_id)
    if name != version.name:
        check_new(ctx, version.dataset_id, name)
        _check_no_gold(ctx, version, "renamed", "The campaign knows it by its name.")
        renaming.rename_version(ctx.tx, version_id, name)
    ctx.note(detail={"version_id": version_id, "name": name, "before": version.name})
    return _version(ctx, version_id)


@operation(writes=True)
def archive(ctx: Context, version_id: int, archived: bool = True) -> Version:
    """Put a version away, or take it back; refused while a campaign runs on it."""
    version = _version(ctx, version_id)
    if archived:
        removal.check_quiet(ctx, _what(version), [version_id], "archived")
    renaming.archive(ctx.tx, "version", version_id, (version.archived or ctx.now) if archived else None)
    ctx.note(detail={"version_id": version_id, "archived": archived})
    return _version(ctx, version_id)


@operation()
def deletion(ctx: Context, version_id: int) -> Loss:
    """Return what deleting a version would delete, or raise what has to happen first."""
    version = _version(ctx, version_id)
    if children := removing.children(ctx.tx, version_id):
        some = ", ".join(map(repr, children[:5])) + (" …" if len(children) > 5 else "")
        raise Refused(
            f"The {_what(version)} has the children {some}; delete those first, or put it away with archive()."
        )
    removal.check_quiet(ctx, _what(version), [version_id], "deleted")
    _check_no_gold(ctx, version, "deleted", "Delete the campaign first, or put the version away with archive().")
    return Loss(_what(version), version.name, removing.of_versions(ctx.tx, [version_id]))


@operation(writes=True, stage=removal.stage)
def delete(ctx: Context, version_id: int, confirm: str, prepared_gone: list[int]) -> Loss:
    """Delete a version with its annotations, its campaigns, and the assets that no other version has; events stay.

    ``confirm`` must be its name, so that no other one is deleted by mistake.
    """
    gone = deletion(ctx, version_id)
    removal.check_confirmed(gone, confirm)
    removal.leave(ctx, prepared_gone, *removing.delete_version(ctx.tx, version_id))
    ctx.note(detail={"version_id": version_id, "version": gone.what, **gone.lost})
    return replace(gone, deleted=True)


def _check_no_gold(ctx: Context, version: Version, done: str, so: str) -> None:
    """Raise Refused if a campaign has its known answers in a version."""
    if using := gold.used_by(ctx.tx, version.version_id):
        some = ", ".join(map(repr, using[:5])) + (" …" if len(using) > 5 else "")
        raise Refused(f"The {_what(version)} cannot be {done}: {some} has its known answers (gold) there. {so}")


def _what(version: Version) -> str:
    return f"version {version.name!r} of {version.dataset!r}"


def _version(ctx: Context, version_id: int) -> Version:
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    return version


def check_new(ctx: Context, dataset_id: int, name: str) -> None:
    """Raise Conflict if a dataset has a version of that name."""
    _there(ctx, dataset_id, name, None, False)


def _there(ctx: Context, dataset_id: int, name: str, parent: Version | None, exist_ok: bool) -> Version | None:
    """Return the version of that name if it will do, and None if there is none; raise Conflict if it will not."""
    versions = data.versions(ctx.tx, dataset_id)
    there = next((v for v in versions if v.name == name), None)
    if there is None:
        return None
    dataset = data.dataset(ctx.tx, dataset_id)
    assert dataset is not None
    if not exist_ok:
        raise Conflict(
            f"The dataset {dataset.name!r} has a version {name!r} already; choose another name, or say exist_ok=True "
            "to have it."
        )
    names = {v.version_id: v.name for v in versions}
    was = Origin(None if there.parent_id is None else names.get(there.parent_id), there.archived is not None)
    asked = Origin(None if parent is None else parent.name)
    check_same(f"a version {name!r} of {dataset.name!r}", differences(was, asked), "Choose another name.")
    return there
