"""What is there already when somebody asks to create it with ``exist_ok``: it is returned, if it is the same."""

from __future__ import annotations

from msgspec import Struct

from nbannotate.model import Campaign, CampaignSpec, Member, Role, Version
from nbannotate.operations.registry import Context, found
from nbannotate.rules.equality import check_same, differences, same_campaign
from nbannotate.store import campaigns as stored
from nbannotate.store import data, people


class Place(Struct, frozen=True):
    """Where a campaign is to be created."""

    version: str
    archived: bool


def campaign(ctx: Context, version_id: int, spec: CampaignSpec, exist_ok: bool = False) -> Campaign | None:
    """Return the campaign that is there, where it will do: with the same spec, on this version or a child for it."""
    there = stored.named(ctx.tx, spec.name) if exist_ok else None
    if there is None:
        return None
    version: Version = found(data.version(ctx.tx, version_id), f"version {version_id}")
    written: Version = found(data.version(ctx.tx, there.version_id), f"version {there.version_id}")
    was = stored.spec(ctx.tx, there.campaign_id)
    on = version if written.parent_id == version.version_id and written.name == spec.name else written
    here = Place(f"{on.dataset} / {on.name}", there.archived is not None)
    wanted = Place(f"{version.dataset} / {version.name}", False)
    check_same(
        f"a campaign {spec.name!r}",
        [*differences(here, wanted), *differences(was, same_campaign(was, spec))],
        "Choose another name; or change the one that is there, in those fields.",
    )
    return there


class Account(Struct, frozen=True):
    """What is asked of a member who is added."""

    login: str
    role: Role
    account: str


def member(ctx: Context, login: str, role: Role) -> Member | None:
    """Return the member of that login, however it is written, where that will do: with this role, and not disabled."""
    there = people.named(ctx.tx, login)
    if there is None:
        return None
    was = Account(there.login, there.role, "open" if there.active else "disabled")
    check_same(
        f"a member {there.login!r}",
        differences(was, Account(login, role, "open")),
        "Change that member (set_role, enable), or choose another login.",
    )
    return there
