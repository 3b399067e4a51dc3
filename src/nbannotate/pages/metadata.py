"""The metadata of the open image: shown beside the canvas, and changed by who may."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from nbannotate.errors import Conflict, NotAllowed, Refused
from nbannotate.model import Member
from nbannotate.model.attribute import check_name
from nbannotate.pages import jsontext
from nbannotate.pages.desk import Desk
from nbannotate.pages.state import OpenTask
from nbannotate.pages.wire import Message

#: Who may change the metadata of any asset; the operation checks it again (rules/rights.py).
ALWAYS = ("owner", "manager", "developer")
#: How often a change can be taken back.
MOST_UNDO = 100


def may(opened: OpenTask, member: Member | None) -> bool:
    """Return whether the person may change the metadata of the open image."""
    if member is None or opened.lost:
        return False
    return member.role in ALWAYS or (opened.view.editable and opened.view.recipe.metadata == "edit")


def part(opened: OpenTask, member: Member | None) -> dict[str, Any]:
    """Return what the panel shows: each value with its type, and all as JSON for who may change it."""
    now, allowed = opened.view.metadata, may(opened, member)
    return {
        "rows": [row(name, value) for name, value in now.items()], "may": allowed,
        "text": jsontext.written(now) if allowed else "", "undo": allowed and len(opened.metadata_before),
    }  # fmt: skip


def row(name: str, value: Any) -> list[Any]:
    """Return name, type and value; what is nested, or a list of what is nested, as JSON."""
    if isinstance(value, bool):
        return [name, "boolean", value]
    if isinstance(value, int | float):
        return [name, "number", value]
    if isinstance(value, str):
        return [name, "text", value]
    if value is None:
        return [name, "none", None]
    if isinstance(value, list) and not any(isinstance(v, dict | list) for v in value):
        return [name, "list", ", ".join("" if v is None else str(v) for v in value)]
    return [name, "json", json.dumps(value, ensure_ascii=False, indent=2)]


def change(desk: Desk, message: Message) -> None:
    """Change the metadata: one value (``name``, ``text``: its JSON, empty to take it away), or all (``on``)."""
    now = _check(desk).view.metadata
    if message.on:
        return keep(desk, jsontext.Text(message.body).values)
    check_name("The name of a value", message.name)
    if not message.text:
        return keep(desk, {k: v for k, v in now.items() if k != message.name})
    value = jsontext.Text(f'{{"value": {message.text}}}').values.get("value")
    return keep(desk, {**now, message.name: value})


def undo(desk: Desk, message: Message) -> None:
    """Take back the last change that was made here."""
    opened = _check(desk)
    if not opened.metadata_before:
        raise Refused("No change of the metadata was made here that could be taken back.")
    keep(desk, opened.metadata_before[-1], opened.metadata_before[:-1])


def keep(desk: Desk, metadata: dict[str, Any], before: tuple[dict[str, Any], ...] | None = None) -> None:
    """Store metadata, unless somebody else changed them meanwhile: then theirs are shown."""
    opened, now = desk.open, desk.open.view.metadata
    if metadata == now:
        return
    task_id, asset_id = opened.task.task_id, opened.task.asset_id
    try:
        stored = desk.call("assets.set_metadata", dict[str, Any], asset_id=asset_id, metadata=metadata, old=now)
    except Conflict as error:
        theirs = desk.call("assets.metadata", dict[str, Any], asset_id=asset_id)
        _show(desk, task_id, theirs, ())
        raise Refused("Somebody else changed these metadata meanwhile. They are shown as they are now.") from error
    _show(desk, task_id, stored, (*opened.metadata_before, now)[-MOST_UNDO:] if before is None else before)


def _show(desk: Desk, task_id: int, metadata: dict[str, Any], before: tuple[dict[str, Any], ...]) -> None:
    desk.update_task(task_id, view=replace(desk.open.view, metadata=metadata), metadata_before=before)


def _check(desk: Desk) -> OpenTask:
    opened = desk.open
    if not may(opened, desk.state.member):
        raise NotAllowed("You may look at the metadata of this image, but not change them.")
    return opened
