"""The tags of an image: giving and taking them, their attributes, and locking them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Tag
from nbannotate.pages import fields, flow
from nbannotate.pages.desk import Desk
from nbannotate.pages.state import OpenTask
from nbannotate.pages.wire import Message
from nbannotate.texts import tn


def toggle(desk: Desk, message: Message) -> None:
    """Give the asset a tag, or take it away; what was said of it comes back with it."""
    opened = flow.check_may(desk, "save")
    tag, said = _known(opened, message.name), opened.annotation
    if tag.name in said.tags:
        _check_free(opened, tag.name)
        away = {**opened.put_away, tag.name: said.tag_attributes.get(tag.name, {})}
        now = _ordered(opened, set(said.tags) - {tag.name})
        rest = {k: v for k, v in said.tag_attributes.items() if k != tag.name}
        desk.update_task(opened.task.task_id, put_away=away)
        return desk.annotate(replace(said, tags=now, tag_attributes=rest))
    most, here = opened.view.recipe.max_tags, len(set(said.tags) & set(opened.view.recipe.tag_names))
    if most is not None and here >= most:
        raise Refused(
            tn(
                most,
                "An image may have {n} tag at most; take it off before you give another one.",
                "An image may have {n} tags at most; take one off before you give another one.",
            )
        )
    values = opened.put_away.get(tag.name) or {a.name: a.default for a in tag.attributes if a.default is not None}
    attributes = {**said.tag_attributes, **({tag.name: values} if values else {})}
    return desk.annotate(replace(said, tags=_ordered(opened, {*said.tags, tag.name}), tag_attributes=attributes))


def attribute(desk: Desk, message: Message) -> None:
    """Set an attribute of a tag, or take it away (an empty value)."""
    opened = flow.check_may(desk, "save")
    tag = _known(opened, message.ids[0] if message.ids else "")
    if tag.name not in opened.annotation.tags:
        raise Refused(f"The tag {tag.name!r} is not given; give it first.")
    _check_free(opened, tag.name)
    declared = next((a for a in tag.attributes if a.name == message.name), None)
    if declared is None:
        raise InvalidInput(f"The tag {tag.name!r} has no attribute {message.name!r}.")
    value = fields.read(declared, message.text)
    if value is not None and (problem := declared.problem(value)):
        raise InvalidInput(f"{declared.name} {problem}.")
    said = opened.annotation
    values = fields.put(said.tag_attributes.get(tag.name, {}), declared, value)
    rest = {k: v for k, v in said.tag_attributes.items() if k != tag.name}
    desk.annotate(replace(said, tag_attributes={**rest, tag.name: values} if values else rest))


def lock(desk: Desk, message: Message) -> None:
    """Lock a tag with its attributes against being changed while the task is open, or unlock it."""
    opened = flow.check_may(desk, "save")
    name = message.name
    if name not in opened.locked_tags and name not in opened.annotation.tags:
        raise Refused(f"The tag {name!r} is not given; there is nothing to lock.")
    desk.update_task(opened.task.task_id, locked_tags=opened.locked_tags ^ {name})


def part(opened: OpenTask) -> list[dict[str, Any]]:
    """Return the tags as the page shows them; those that are given with the form of their attributes."""
    said = opened.looking.annotation if opened.looking else opened.annotation
    return [_one(opened, said, tag) for tag in shown(opened, said)]


def shown(opened: OpenTask, said: Annotation) -> list[Tag]:
    """Return the tags of the recipe, and those that something else left on the image."""
    known = opened.view.recipe.tag_names
    return [*opened.view.recipe.tags, *(Tag(t) for t in said.tags if t not in known)]


def _one(opened: OpenTask, said: Annotation, tag: Tag) -> dict[str, Any]:
    values, on = said.tag_attributes.get(tag.name, {}), tag.name in said.tags
    attributes = tag.attributes or fields.guessed([values])
    form = {"tag": tag.name, "ids": [tag.name], "label": tag.name, "free": False, "text": None,
            "fields": fields.fields_of(attributes, [values])}  # fmt: skip
    return {
        "name": tag.name, "on": on, "locked": tag.name in opened.locked_tags,
        "known": tag.name in opened.view.recipe.tag_names, "form": form if on and attributes else None,
        "needs": [a.name for a in tag.attributes if a.required and fields.empty(values.get(a.name))] if on else [],
    }  # fmt: skip


def _known(opened: OpenTask, name: str) -> Tag:
    tag = opened.view.recipe.tag(name)
    if tag is None and name in opened.annotation.tags:
        return Tag(name)  # something else left it: it can be taken away
    if tag is None:
        raise InvalidInput(f"There is no tag {name!r}.")
    return tag


def _check_free(opened: OpenTask, name: str) -> None:
    if name in opened.locked_tags:
        raise Refused(f"The tag {name!r} is locked; unlock it before you change it.")


def _ordered(opened: OpenTask, tags: set[str]) -> tuple[str, ...]:
    """Return tags in the order of the recipe, those that it does not have first, as they were."""
    known = opened.view.recipe.tag_names
    return (*(t for t in opened.annotation.tags if t in tags and t not in known), *(t for t in known if t in tags))
