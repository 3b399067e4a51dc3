"""Whether the tags of an annotation, and their attributes, may be said (every save) and are complete (submit)."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate.errors import Incomplete, InvalidInput, Refused
from nbannotate.model import Annotation, Attribute, Recipe
from nbannotate.texts import quoted, t


def check_tags(annotation: Annotation, recipe: Recipe, before: Annotation) -> None:
    """Raise InvalidInput for tags, or values on them, that the recipe does not have.

    What the work began with may stay, although another recipe made it. A tag of the recipe that declares no attributes
    takes none, in contrast to a label: there is no import of which something would be lost.
    """
    known = {v.name: v for v in recipe.tags}
    for name in annotation.tags:
        if name not in known and name not in before.tags:
            raise InvalidInput(
                t("The tag {name} is not in the recipe; it has {names}.", name=quoted(name), names=_names(known))
            )
    for name, values in annotation.tag_attributes.items():
        then = before.tag_attributes.get(name, {})
        declared = {a.name: a for a in known[name].attributes} if name in known else {}
        for attribute, value in values.items():
            if attribute not in then or then[attribute] != value:
                _check_value(name, declared, attribute, value)


def _check_value(tag: str, declared: dict[str, Attribute], name: str, value: object) -> None:
    if name not in declared:
        raise InvalidInput(f"The tag {tag!r} has the attribute {name!r}; the recipe gives it {_names(declared)}.")
    if value is not None and (problem := declared[name].problem(value)):
        raise InvalidInput(
            t("The tag {tag}: the attribute {name} {problem}.", tag=quoted(tag), name=quoted(name), problem=problem)
        )


def check_tags_complete(annotation: Annotation, recipe: Recipe) -> None:
    """Raise Refused for a tag that lacks a required attribute."""
    for name in annotation.tags:
        tag = recipe.tag(name)
        values = annotation.tag_attributes.get(name, {})
        for attribute in tag.attributes if tag else ():
            if attribute.required and is_missing(values.get(attribute.name)):
                raise Refused(
                    needs(t("The tag {tag}", tag=repr(name)), attribute), Incomplete((), name, attribute.name)
                )


def is_missing(value: object) -> bool:
    """Return whether a value says nothing; false and 0 do say something."""
    return value is None or (isinstance(value, str | list | tuple) and not value)


def needs(what: str, attribute: Attribute) -> str:
    """Say that something lacks an attribute, and what there is to choose from."""
    name, choices = repr(attribute.name), ", ".join(attribute.choices)
    if attribute.type == "choice":
        return t("{what+} needs the attribute {name}; choose one of {choices}.", what=what, name=name, choices=choices)
    if attribute.choices:
        return t("{what+} needs the attribute {name}; choose some of {choices}.", what=what, name=name, choices=choices)
    return t("{what+} needs the attribute {name}.", what=what, name=name)


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names)) or "none"
