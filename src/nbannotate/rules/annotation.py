"""Whether an annotation is well formed (every save) and complete (submit)."""

from __future__ import annotations

from collections.abc import Iterable

from nbannotate import shapes
from nbannotate.errors import Incomplete, InvalidInput, Refused
from nbannotate.model import Annotation, Recipe, Shape
from nbannotate.rules.tags import check_tags, check_tags_complete, is_missing, needs
from nbannotate.rules.well_formed import check_well_formed, names
from nbannotate.texts import quoted, t, tn

NOTHING = Annotation()


def check_draft(annotation: Annotation, recipe: Recipe, before: Annotation = NOTHING) -> None:
    """Raise InvalidInput if an annotation could not come from the recipe's canvas.

    A draft may be unfinished: shapes without a label or a required attribute, or nothing at all.

    Parameters
    ----------
    annotation, recipe
        What was said, and what may be said.
    before
        What the work began with. Its shapes and tags may stay as they are, although another recipe made them: those
        that an import or an earlier campaign left.
    """
    check_well_formed(annotation, before)
    kept = {s.id: s for s in before.shapes}
    for number, shape in enumerate(annotation.shapes, 1):
        if kept.get(shape.id) != shape:
            _check_shape(f"Shape {number}", shape, recipe, kept.get(shape.id))
    check_tags(annotation, recipe, before)
    for too_many, growing in _over(annotation, recipe, before):
        if growing:
            raise InvalidInput(too_many)


def check_complete(
    annotation: Annotation, recipe: Recipe, width: int, height: int, before: Annotation = NOTHING
) -> None:
    """Raise Refused, with what is missing, if an annotation cannot be submitted.

    Parameters
    ----------
    annotation, recipe, before
        As in :func:`check_draft`, which is called, too.
    width, height
        Of the image, in pixels.
    """
    for too_many, _ in _over(annotation, recipe, before):
        raise Refused(too_many)
    check_draft(annotation, recipe, before)
    if annotation.empty:
        raise Refused(
            t("Nothing is drawn yet. If there is nothing to label in this image, say so with 'Nothing to label'.")
        )
    if unlabelled := tuple(s.id for s in annotation.shapes if not s.label):
        raise Refused(
            tn(
                len(unlabelled), "{n} shape has no label yet; press the key of a label.",
                "{n} shapes have no label yet; select each and press the key of a label.",
            ),
            Incomplete(unlabelled),
        )  # fmt: skip
    _check_problems(annotation, width, height)
    _check_required(annotation, recipe)
    check_tags_complete(annotation, recipe)


def _check_problems(annotation: Annotation, width: int, height: int) -> None:
    """Raise Refused for shapes that their kind does not take on this image."""
    found = [(n, s, shapes.kind(s.kind).problem(s, width, height)) for n, s in enumerate(annotation.shapes, 1)]
    wrong = [(n, s, problem) for n, s, problem in found if problem is not None]
    if wrong:
        number, shape, problem = wrong[0]
        first = t("Shape {number} ({what}): {problem+}", number=number, what=_said(shape), problem=problem)
        raise Refused(_with_others(first, len(wrong)), Incomplete(tuple(s.id for _, s, _ in wrong)))


def _check_required(annotation: Annotation, recipe: Recipe) -> None:
    """Raise Refused for shapes that lack an attribute that their labels require."""
    lacking = []
    for number, shape in enumerate(annotation.shapes, 1):
        for attribute in recipe.attributes_of(shape.labels)[0]:
            if attribute.required and is_missing(shape.attributes.get(attribute.name)):
                lacking.append((number, shape, attribute))
                break
    if lacking:
        number, shape, attribute = lacking[0]
        sentence = needs(t("Shape {number} ({what})", number=number, what=_said(shape)), attribute)
        raise Refused(
            _with_others(sentence, len(lacking)), Incomplete(tuple(s.id for _, s, _ in lacking), "", attribute.name)
        )


def _with_others(first: str, n: int) -> str:
    """Say what is wrong with the first of some shapes, and of how many something is."""
    if n == 1:
        return first
    return t("{n} shapes are not finished. {first+}", n=n, first=first)


def _check_shape(where: str, shape: Shape, recipe: Recipe, before: Shape | None) -> None:
    _check_labels(where, shape, recipe, before)
    if shape.label:
        _check_attributes(f"{where} ({_said(shape)})", shape, recipe, before)


def _check_labels(where: str, shape: Shape, recipe: Recipe, before: Shape | None) -> None:
    """Raise InvalidInput for labels that the recipe does not allow on a shape; those that it began with may stay."""
    kept = before.labels if before is not None else ()
    if shape.also and not recipe.several_labels and not set(shape.labels) <= set(kept):
        raise InvalidInput(f"{where} has the labels {names(shape.labels)}; this recipe allows one on a shape.")
    for name in shape.labels:
        label = recipe.label(name)
        if label is None and (name not in kept or name == shape.label):
            open_ = " Add it to the recipe first." if recipe.open_labels else ""
            raise InvalidInput(
                t(
                    "{where+} has the label {name}, which is not in the recipe; it has {names}.{more+}",
                    where=where,
                    name=quoted(name),
                    names=names(v.name for v in recipe.labels),
                    more=open_,
                )
            )
        if label is not None and label.kinds and shape.kind not in label.kinds:
            raise InvalidInput(
                t(
                    "{where+}: the label {label} is for {kinds}, not for {kind+}.",
                    where=where,
                    label=quoted(label.name),
                    kinds=names(label.kinds),
                    kind=shape.kind,
                )
            )


def _check_attributes(where: str, shape: Shape, recipe: Recipe, before: Shape | None) -> None:
    """Raise InvalidInput for a value that does not fit; a label that declares no attributes takes any."""
    attributes, any_other = recipe.attributes_of(shape.labels)
    declared = {a.name: a for a in attributes}
    for name, value in shape.attributes.items():
        if before is not None and name in before.attributes and before.attributes[name] == value:
            continue
        attribute = declared.get(name)
        if attribute is None:
            if any_other:
                continue
            what = f"the label {shape.label!r} has" if not shape.also else "its labels have"
            raise InvalidInput(f"{where} has the attribute {name!r}; {what} {names(declared)}.")
        problem = None if value is None else attribute.problem(value)
        if problem:
            raise InvalidInput(
                t("{where+}: the attribute {name} {problem}.", where=where, name=quoted(name), problem=problem)
            )


def _over(annotation: Annotation, recipe: Recipe, before: Annotation) -> Iterable[tuple[str, bool]]:
    """Return what is above a limit of the recipe, and whether it grew since the work began.

    What another recipe left, and this one has no label or tag for, does not count.
    """
    labels, tags = {v.name for v in recipe.labels}, set(recipe.tag_names)
    for noun, limit, now, then in (
        ("shape", recipe.max_shapes, _count(annotation, labels), _count(before, labels)),
        ("tag", recipe.max_tags, len(tags & set(annotation.tags)), len(tags & set(before.tags))),
    ):
        if limit is not None and now > limit:
            yield _too_many(noun, limit, now), now > then


def _too_many(noun: str, limit: int, now: int) -> str:
    over = now - limit
    if noun == "tag":
        return tn(
            limit, "This campaign allows {n} tag on an image at most; here are {now}. Delete {over}.",
            "This campaign allows {n} tags on an image at most; here are {now}. Delete {over}.", now=now, over=over,
        )  # fmt: skip
    return tn(
        limit, "This campaign allows {n} shape on an image at most; here are {now}. Delete {over}.",
        "This campaign allows {n} shapes on an image at most; here are {now}. Delete {over}.", now=now, over=over,
    )  # fmt: skip


def _count(annotation: Annotation, labels: set[str]) -> int:
    return sum(not s.label or bool(labels.intersection(s.labels)) for s in annotation.shapes)


def _said(shape: Shape) -> str:
    return ", ".join(shape.labels)
