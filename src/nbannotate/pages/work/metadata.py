"""The metadata of the open image: shown beside the canvas, and changed by who may."""

from __future__ import annotations

import json
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import Conflict, NotAllowed, Refused
from nbannotate.model import Member
from nbannotate.model.attribute import check_name
from nbannotate.pages.shared import json_input
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Body, Name, Text
from nbannotate.pages.work.state import OpenTask

#: Who may change the metadata of any asset; the operation checks it again (rules/rights.py).
ALWAYS = ("owner", "manager", "developer")
#: How often a change can be taken back.
MOST_UNDO = 100


ValueType = Literal["text", "number", "boolean", "list", "json", "none"]


class MetadataValue(Struct, frozen=True):
    """A value of the metadata; what is nested is a text of JSON."""

    name: str
    type: ValueType
    value: str | float | bool | None


class MetadataView(Struct, frozen=True):
    """The metadata of the image; ``undo``: how many changes can be taken back."""

    rows: list[MetadataValue]
    may: bool
    text: str
    undo: int


class SetMetadata(Action, frozen=True, tag="metadata"):
    """Change one value; the text is its JSON, empty to take it away."""

    name: Name
    text: Text = ""


class SetAllMetadata(Action, frozen=True, tag="metadata_json"):
    """Change all values, typed as JSON."""

    body: Body


class UndoMetadata(Action, frozen=True, tag="metadata_undo"):
    """Take back the last change that was made here."""


def may(opened: OpenTask, member: Member | None) -> bool:
    """Return whether the person may change the metadata of the open image."""
    if member is None or opened.lost:
        return False
    return member.role in ALWAYS or (opened.view.editable and opened.view.recipe.metadata == "edit")


def part(opened: OpenTask, member: Member | None) -> MetadataView:
    """Return what the panel shows: each value with its type, and all as JSON for who may change it."""
    now, allowed = opened.view.metadata, may(opened, member)
    rows = [row(name, value) for name, value in now.items()]
    if not allowed:
        return MetadataView(rows, may=False, text="", undo=0)
    return MetadataView(rows, may=True, text=json_input.written(now), undo=len(opened.metadata_before))


def row(name: str, value: Any) -> MetadataValue:
    """Return a value with its type; what is nested, or a list of what is nested, as JSON."""
    if isinstance(value, bool):
        return MetadataValue(name, "boolean", value)
    if isinstance(value, int | float):
        return MetadataValue(name, "number", value)
    if isinstance(value, str):
        return MetadataValue(name, "text", value)
    if value is None:
        return MetadataValue(name, "none", None)
    if isinstance(value, list) and not any(isinstance(v, dict | list) for v in value):
        return MetadataValue(name, "list", ", ".join("" if v is None else str(v) for v in value))
    return MetadataValue(name, "json", json.dumps(value, ensure_ascii=False, indent=2))


def change(desk: Desk, action: SetMetadata) -> None:
    """Change one value."""
    now = _check(desk).view.metadata
    check_name("The name of a value", action.name)
    if not action.text:
        return keep(desk, {k: v for k, v in now.items() if k != action.name})
    value = json_input.Text(f'{{"value": {action.text}}}').values.get("value")
    return keep(desk, {**now, action.name: value})


def change_all(desk: Desk, action: SetAllMetadata) -> None:
    """Change all values."""
    _check(desk)
    keep(desk, json_input.Text(action.body).values)


def undo(desk: Desk, action: UndoMetadata) -> None:
    """Take back the last change that was made here."""
    opened = _check(desk)
    if not opened.metadata_before:
        raise Refused("No change of the metadata was made here that could be taken back.")
    keep(desk, opened.metadata_before[-1], opened.metadata_before[:-1])


def keep(desk: Desk, metadata: dict[str, Any], before: tuple[dict[str, Any], ...] | None = None) -> None:
    """Store metadata, unless somebody else changed them meanwhile: then theirs are shown."""
    opened, now = desk.store.open, desk.store.open.view.metadata
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
    desk.store.update_task(task_id, view=replace(desk.store.open.view, metadata=metadata), metadata_before=before)


def _check(desk: Desk) -> OpenTask:
    opened = desk.store.open
    if not may(opened, desk.store.state.member):
        raise NotAllowed("You may look at the metadata of this image, but not change them.")
    return opened
