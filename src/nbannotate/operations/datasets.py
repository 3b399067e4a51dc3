"""Datasets, and who may work in their campaigns."""

from __future__ import annotations

from nbannotate.errors import Conflict, InvalidInput, Refused
from nbannotate.model import Dataset
from nbannotate.model.choices import near
from nbannotate.model.recipe import as_tuple, check_name, check_unique
from nbannotate.operations.registry import Context, found, operation
from nbannotate.store import data, people


@operation(writes=True)
def create(ctx: Context, name: str, readme: str = "") -> Dataset:
    """Create a dataset; its readme is Markdown."""
    check_name("Dataset name", name)
    if any(d.name == name for d in data.datasets(ctx.tx)):
        raise Conflict(f"There is a dataset {name!r} already; choose another name.")
    return data.add_dataset(ctx.tx, name, readme, ctx.now)


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
    busy = [b for b in data.busy_in(ctx.tx, dataset_id) if b["login"] not in given]
    if busy:
        who = "; ".join(f"{b['login']} works in {b['campaign']!r}, step {b['step']!r}" for b in busy[:5])
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
