"""The tags of an image: giving and taking them, their attributes, and locking them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from nbannotate.errors import InvalidInput, Refused
from nbannotate.model import Annotation, Tag
from nbannotate.pages.work import attribute_forms, navigation
from nbannotate.pages.work.desk import Desk
from nbannotate.pages.work.messages import Action, Name, Text
from nbannotate.pages.work.state import OpenTask
from nbannotate.texts import quoted, t, tn


class TagView(Struct, frozen=True):
    """A tag; ``known``: the recipe has it; ``needs``: the required attributes that are not given."""

    name: str
    on: bool
    locked: bool
    known: bool
    form: attribute_forms.FormView | None
    needs: list[str]


class ToggleTag(Action, frozen=True, tag="tag"):
    """Give the asset a tag, or take it away."""

    name: Name


class SetTagAttribute(Action, frozen=True, tag="tag_attribute"):
    """Set an attribute of a tag; the text is its JSON, empty to take it away."""

    tag: Name
    name: Name
    text: Text = ""


class LockTag(Action, frozen=True, tag="tag_lock"):
    """Lock a tag, or unlock it."""

    name: Name


def toggle(desk: Desk, action: ToggleTag) -> None:
    """Give the asset a tag, or take it away; what was said of it comes back with it."""
    opened = navigation.check_may(desk, "save")
    tag, said = _known(opened, action.name), opened.annotation
    if tag.name in said.tags:
        _check_free(opened, tag.name)
        away = {**opened.put_away, tag.name: said.tag_attributes.get(tag.name, {})}
        now = _ordered(opened, set(said.tags) - {tag.name})
        rest = {k: v for k, v in said.tag_attributes.items() if k != tag.name}
        desk.store.update_task(opened.task.task_id, put_away=away)
        return desk.tasks.annotate(replace(said, tags=now, tag_attributes=rest))
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
    return desk.tasks.annotate(replace(said, tags=_ordered(opened, {*said.tags, tag.name}), tag_attributes=attributes))


def attribute(desk: Desk, action: SetTagAttribute) -> None:
    """Set an attribute of a tag, or take it away (an empty value)."""
    opened = navigation.check_may(desk, "save")
    tag = _known(opened, action.tag)
    if tag.name not in opened.annotation.tags:
        raise Refused(t("The tag {name} is not given; give it first.", name=quoted(tag.name)))
    _check_free(opened, tag.name)
    declared = next((a for a in tag.attributes if a.name == action.name), None)
    if declared is None:
        raise InvalidInput(f"The tag {tag.name!r} has no attribute {action.name!r}.")
    value = attribute_forms.read(declared, action.text)
    if value is not None and (problem := declared.problem(value)):
        raise InvalidInput(f"{declared.name} {problem}.")
    said = opened.annotation
    values = attribute_forms.put(said.tag_attributes.get(tag.name, {}), declared, value)
    rest = {k: v for k, v in said.tag_attributes.items() if k != tag.name}
    desk.tasks.annotate(replace(said, tag_attributes={**rest, tag.name: values} if values else rest))


def lock(desk: Desk, action: LockTag) -> None:
    """Lock a tag with its attributes against being changed while the task is open, or unlock it."""
    opened = navigation.check_may(desk, "save")
    name = action.name
    if name not in opened.locked_tags and name not in opened.annotation.tags:
        raise Refused(t("The tag {name} is not given; there is nothing to lock.", name=quoted(name)))
    desk.store.update_task(opened.task.task_id, locked_tags=opened.locked_tags ^ {name})


def part(opened: OpenTask) -> list[TagView]:
    """Return the tags as the page shows them; those that are given with the form of their attributes."""
    said = opened.looking.annotation if opened.looking else opened.annotation
    return [_one(opened, said, tag) for tag in shown(opened, said)]


def shown(opened: OpenTask, said: Annotation) -> list[Tag]:
    """Return the tags of the recipe, and those that something else left on the image."""
    known = opened.view.recipe.tag_names
    return [*opened.view.recipe.tags, *(Tag(t) for t in said.tags if t not in known)]


def _one(opened: OpenTask, said: Annotation, tag: Tag) -> TagView:
    values, on = said.tag_attributes.get(tag.name, {}), tag.name in said.tags
    attributes = tag.attributes or attribute_forms.guessed([values])
    form = attribute_forms.FormView([tag.name], tag.name, attribute_forms.fields_of(attributes, [values]), tag=tag.name)
    needs = [a.name for a in tag.attributes if a.required and attribute_forms.empty(values.get(a.name))]
    return TagView(
        name=tag.name, on=on, locked=tag.name in opened.locked_tags, known=tag.name in opened.view.recipe.tag_names,
        form=form if on and attributes else None,
        needs=needs if on else [],
    )  # fmt: skip


def _known(opened: OpenTask, name: str) -> Tag:
    tag = opened.view.recipe.tag(name)
    if tag is None and name in opened.annotation.tags:
        return Tag(name)  # something else left it: it can be taken away
    if tag is None:
        raise InvalidInput(f"There is no tag {name!r}.")
    return tag


def _check_free(opened: OpenTask, name: str) -> None:
    if name in opened.locked_tags:
        raise Refused(t("The tag {name} is locked; unlock it before you change it.", name=quoted(name)))


def _ordered(opened: OpenTask, tags: set[str]) -> tuple[str, ...]:
    """Return tags in the order of the recipe, those that it does not have first, as they were."""
    known = opened.view.recipe.tag_names
    return (*(t for t in opened.annotation.tags if t in tags and t not in known), *(t for t in known if t in tags))
