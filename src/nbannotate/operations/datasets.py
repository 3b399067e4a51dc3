"""Datasets, and who may work in their campaigns."""

from __future__ import annotations

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from nbannotate.errors import Conflict, InvalidInput, Refused
from nbannotate.model import Dataset, Loss, TakenBack
from nbannotate.model.attribute import as_tuple, check_name, check_unique
from nbannotate.model.suggestions import near
from nbannotate.operations import removal
from nbannotate.operations.registry import Context, found, operation
from nbannotate.rules.equality import check_same, differences
from nbannotate.store import data, emptiness, people, removing, renaming


class Wanted(Struct, frozen=True):
    """What is asked of a dataset that is created; a readme that is not given (None) is not compared."""

    readme: str
    archived: bool = False


@operation(writes=True)
def create(ctx: Context, name: str, readme: str | None = None, exist_ok: bool = False) -> Dataset:
    """Create a dataset; its readme is Markdown. With ``exist_ok`` one that is there, with that readme, is returned."""
    check_name("Dataset name", name)
    there = next((d for d in data.datasets(ctx.tx) if d.name == name), None)
    if there is None:
        made = replace(data.add_dataset(ctx.tx, name, readme or "", ctx.now), new=True)
        ctx.engine.fresh.add(made.dataset_id)
        return made
    if not exist_ok:
        raise Conflict(f"There is a dataset {name!r} already; choose another name, or say exist_ok=True to have it.")
    was = Wanted(there.readme, there.archived is not None)
    asked = Wanted(there.readme if readme is None else readme)
    instead = "Leave the readme out, take it back with archive(False), or choose another name."
    check_same(f"a dataset {name!r}", differences(was, asked), instead)
    ctx.engine.fresh.discard(there.dataset_id)
    ctx.unchanged()
    return there


@operation(writes=True)
def take_back(ctx: Context, dataset_id: int | None = None, version_id: int | None = None) -> TakenBack:
    """Delete a version, and the dataset, that were just created for a call that failed: if they are still empty.

    What was given to somebody else since, with ``exist_ok``, stays.
    """
    gone = TakenBack()
    if (
        version_id is not None
        and version_id in ctx.engine.fresh
        and (version := emptiness.take_back_version(ctx.tx, version_id))
    ):
        gone = replace(gone, version=version)
    if (
        dataset_id is not None
        and dataset_id in ctx.engine.fresh
        and (dataset := emptiness.take_back_dataset(ctx.tx, dataset_id))
    ):
        gone = replace(gone, dataset=dataset)
    if gone == TakenBack():
        ctx.unchanged()
    ctx.note(detail=to_builtins(gone))
    return gone


@operation()
def list_(ctx: Context) -> list[Dataset]:
    """Return all datasets, by name."""
    return data.datasets(ctx.tx)


@operation(writes=True)
def set_workers(ctx: Context, dataset_id: int, logins: list[str] | None) -> list[str]:
    """Say who may be an assignee of a dataset's campaigns, and return them; None lets every member.

    Who is an assignee of a campaign that is not completed stays a worker.
    """
    dataset: Dataset = found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    if logins is None:
        data.set_workers(ctx.tx, dataset_id, [])
        ctx.note(detail={"dataset": dataset.name, "workers": "every member"})
        return []
    given = as_tuple("set_workers", "logins", logins)
    check_unique("Workers: the login", given)
    if not given:
        raise InvalidInput("Workers: give at least one login, or None to let every member work in this dataset.")
    known = {m.login: m for m in people.members(ctx.tx)}
    already = set(data.workers(ctx.tx, dataset_id))
    for login in given:
        if login not in known:
            like = near(login, known)
            hint = f"did you mean {like!r}?" if like else "add the member first."
            raise InvalidInput(f"Workers: there is no member {login!r}; {hint}")
        if not known[login].active and login not in already:
            raise InvalidInput(f"Workers: the account of {login!r} is disabled.")
    busy = [b for b in data.busy_in(ctx.tx, dataset_id) if b.login not in given]
    if busy:
        who = "; ".join(f"{b.login} works in {b.campaign!r}, step {b.step!r}" for b in busy[:5])
        raise Refused(
            f"These people are assignees of campaigns that are not completed: {who}{'; …' if busy[5:] else ''}. "
            "Keep them, or take them out of the campaigns first."
        )
    data.set_workers(ctx.tx, dataset_id, [known[login].member_id for login in given])
    ctx.note(detail={"dataset": dataset.name, "workers": sorted(given)})
    return sorted(given)


@operation()
def workers(ctx: Context, dataset_id: int) -> list[str] | None:
    """Return the logins of those who may be assignees of a dataset's campaigns; None if every member may."""
    found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    return data.workers(ctx.tx, dataset_id) or None


@operation(writes=True)
def rename(ctx: Context, dataset_id: int, name: str) -> Dataset:
    """Give a dataset another name."""
    check_name("Dataset name", name)
    dataset: Dataset = found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    if any(d.name == name and d.dataset_id != dataset_id for d in data.datasets(ctx.tx)):
        raise Conflict(f"There is a dataset {name!r} already; choose another name.")
    renaming.rename_dataset(ctx.tx, dataset_id, name)
    ctx.note(detail={"name": name, "before": dataset.name})
    return _dataset(ctx, dataset_id)


@operation(writes=True)
def archive(ctx: Context, dataset_id: int, archived: bool = True) -> Dataset:
    """Put a dataset away, or take it back; refused while a campaign runs on one of its versions."""
    dataset = _dataset(ctx, dataset_id)
    if archived:
        removal.check_quiet(ctx, f"dataset {dataset.name!r}", _versions(ctx, dataset_id), "archived")
    renaming.archive(ctx.tx, "dataset", dataset_id, (dataset.archived or ctx.now) if archived else None)
    ctx.note(detail={"dataset": dataset.name, "archived": archived})
    return _dataset(ctx, dataset_id)


@operation()
def deletion(ctx: Context, dataset_id: int) -> Loss:
    """Return what deleting a dataset would delete."""
    dataset = _dataset(ctx, dataset_id)
    ids = _versions(ctx, dataset_id)
    removal.check_quiet(ctx, f"dataset {dataset.name!r}", ids, "deleted")
    lost = {"versions": len(ids), **removing.of_versions(ctx.tx, ids)}
    return Loss(f"dataset {dataset.name!r}", dataset.name, lost)


@operation(writes=True, stage=removal.stage)
def delete(ctx: Context, dataset_id: int, confirm: str, prepared_gone: list[int]) -> Loss:
    """Delete a dataset with its versions, their assets, annotations and campaigns; events stay.

    ``confirm`` must be its name, so that no other one is deleted by mistake.
    """
    gone = deletion(ctx, dataset_id)
    removal.check_confirmed(gone, confirm)
    ids = _versions(ctx, dataset_id)
    removal.leave(ctx, prepared_gone, *removing.delete_dataset(ctx.tx, dataset_id, ids))
    ctx.note(detail={"dataset": gone.name, **gone.lost})
    return replace(gone, deleted=True)


def _dataset(ctx: Context, dataset_id: int) -> Dataset:
    dataset: Dataset = found(data.dataset(ctx.tx, dataset_id), f"dataset {dataset_id}")
    return dataset


def _versions(ctx: Context, dataset_id: int) -> list[int]:
    return [v.version_id for v in data.versions(ctx.tx, dataset_id)]
