"""What changing a recipe would do: more may always be said; what somebody has said already stays sayable."""

from __future__ import annotations

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nbannotate.model import Attribute, Label, Recipe
from nbannotate.rules.change_facts import Change, Facts, Used, names
from nbannotate.texts import quoted, t


def compare_recipes(old: Recipe, new: Recipe, facts: Facts, found: Change) -> None:
    """Add to ``found`` what a new recipe changes, and why it cannot be if work would be lost."""
    before = {v.name: v for v in old.labels}
    after = {v.name: v for v in new.labels}
    renamed = _renamed(old, new)
    for name in after.keys() - before.keys() - set(renamed.values()):
        found.changes.append(f"The label {name!r} is added.")
    for name, now in renamed.items():
        if used := facts.labels.get(name, Used()):
            found.refusals.append(
                f"The label {name!r} cannot be called {now!r}: {used.of('shape')} would lose it. "
                f"Keep it and add {now!r} beside it, or give those shapes another label first."
            )
        else:
            found.changes.append(f"The label {name!r} is called {now!r}; nothing uses it.")
    for name in before.keys() - after.keys() - renamed.keys():
        _gone(found, f"The label {name!r}", facts.labels.get(name, Used()), "shape", "give those shapes another label")
    for name in before.keys() & after.keys():
        _label(before[name], after[name], facts, found)
    if list(before) != list(after) and before.keys() == after.keys():
        found.changes.append(f"The labels are in another order: {names(after)}.")
    _tags(old, new, facts, found)
    _limit("max_shapes", "shapes", old.max_shapes, new.max_shapes, facts.most_shapes, found)
    _limit("max_tags", "tags", old.max_tags, new.max_tags, facts.most_tags, found)
    if old.open_labels != new.open_labels:
        found.changes.append(f"Annotators may {'now' if new.open_labels else 'no longer'} add labels.")
    _of_shapes(old, new, facts, found)
    if old.metadata != new.metadata:
        found.changes.append(f"Who works may {'now' if new.metadata == 'edit' else 'no longer'} change metadata.")
    found.changes.sort()


def _renamed(old: Recipe, new: Recipe) -> dict[str, str]:
    """Return the new names of labels that are in the place of one that is gone, and the same but for the name."""
    before, after = {v.name for v in old.labels}, {v.name for v in new.labels}
    return {
        was.name: now.name
        for was, now in zip(old.labels, new.labels, strict=False)
        if was.name not in after and now.name not in before and replace(now, name=was.name) == was
    }


FLAWS = {"keep": "kept as they are", "refuse": "refused", "repair": "repaired, or refused where that cannot be"}


def _of_shapes(old: Recipe, new: Recipe, facts: Facts, found: Change) -> None:
    """Compare what is asked of every shape."""
    if old.several_labels and not new.several_labels and facts.several:
        found.refusals.append(
            f"Several labels on a shape must stay allowed: {facts.several.of('shape')} would lose some. "
            "Keep several_labels, or leave those shapes one label first."
        )
    elif old.several_labels != new.several_labels:
        found.changes.append(f"A shape may {'now have several labels' if new.several_labels else 'have one label'}.")
    if old.flaws != new.flaws:
        found.changes.append(f"From now on, shapes with flaws that are submitted are {FLAWS[new.flaws]}.")
    if old.min_size != new.min_size:
        size = "any size" if new.min_size is None else f"at least {new.min_size:g} pixels"
        found.changes.append(f"A shape should have {size}; what was submitted before stays.")


def _tags(old: Recipe, new: Recipe, facts: Facts, found: Change) -> None:
    before, after = {v.name: v for v in old.tags}, {v.name: v for v in new.tags}
    for name in after.keys() - before.keys():
        found.changes.append(f"The tag {name!r} is added.")
    for name in before.keys() - after.keys():
        _gone(
            found,
            t("The tag {tag}", tag=quoted(name)),
            facts.tags.get(name, Used()),
            "annotation",
            "take it off those assets",
        )
    for name in before.keys() & after.keys():
        _attributes(_Owner("tag", name, "annotation"), before[name].attributes, after[name].attributes, facts, found)
    if list(before) != list(after) and before.keys() == after.keys():
        found.changes.append(f"The tags are in another order: {names(after)}.")


def _gone(found: Change, what: str, used: Used, noun: str, first: str) -> None:
    if used:
        found.refusals.append(f"{what} cannot go: {used.of(noun)} would lose it. Keep it, or {first} first.")
    else:
        found.changes.append(f"{what} goes; nothing uses it.")


def _label(old: Label, new: Label, facts: Facts, found: Change) -> None:
    what = f"The label {old.name!r}"
    if old.color != new.color:
        found.changes.append(f"{what} has the color {new.color}.")
    if old.kinds != new.kinds:
        used = {k: u for (label, k), u in facts.kinds.items() if label == old.name and u}
        lost = {k: u for k, u in used.items() if new.kinds and k not in new.kinds}
        for kind, u in sorted(lost.items()):
            found.refusals.append(
                f"{what} must still allow the kind {kind!r}: {u.of('shape')} would lose it. Keep the kind."
            )
        if not lost:
            found.changes.append(f"{what} is for {names(new.kinds) if new.kinds else 'every shape kind'}.")
    _attributes(_Owner("label", old.name, "shape"), old.attributes, new.attributes, facts, found)


class _Owner(Struct, frozen=True):
    """What has attributes: a label, on shapes, or a tag, on annotations."""

    word: str
    name: str
    noun: str

    def used(self, facts: Facts) -> dict[str, Used]:
        """Return how often each attribute is used."""
        known = facts.attributes if self.word == "label" else facts.tag_attributes
        return {a: u for (name, a), u in known.items() if name == self.name and u}

    def values(self, facts: Facts, attribute: str) -> list[tuple[str, Used]]:
        """Return the values of an attribute that are used, as JSON."""
        known = facts.values if self.word == "label" else facts.tag_values
        return sorted((t, u) for (name, a, t), u in known.items() if (name, a) == (self.name, attribute) and u)


def _attributes(
    of: _Owner, old: tuple[Attribute, ...], new: tuple[Attribute, ...], facts: Facts, found: Change
) -> None:
    before, after = {a.name: a for a in old}, {a.name: a for a in new}
    what = f"The {of.word} {of.name!r}"
    if before == after:
        if old != new:
            found.changes.append(f"{what} has its attributes in another order.")
        return
    used = of.used(facts)
    for name in sorted(after.keys() - before.keys()):
        required = " and must be filled in" if after[name].required else ""
        found.changes.append(f"The attribute {name!r} of {of.name!r} is added{required}.")
    if after or of.word == "tag":  # a label without attributes keeps any as they are
        for name in sorted((before.keys() | used.keys()) - after.keys()):
            gone = f"The attribute {name!r} of {of.name!r}"
            _gone(found, gone, used.get(name, Used()), of.noun, f"remove it from those {of.noun}s")
    else:
        found.changes.append(f"{what} keeps any attributes as they are.")
    for name in sorted(before.keys() & after.keys()):
        _attribute(of, before[name], after[name], facts, found)
    for name in sorted(after.keys() - before.keys()):
        _values(of, after[name], facts, found)


def _attribute(of: _Owner, old: Attribute, new: Attribute, facts: Facts, found: Change) -> None:
    if old == new:
        return
    what = f"The attribute {old.name!r} of {of.name!r}"
    if old.type != new.type:
        found.changes.append(f"{what} becomes a {new.type}.")
    for choice in new.choices:
        if choice not in old.choices:
            found.changes.append(f"{what} has the choice {choice!r}, too.")
    for choice in old.choices:
        if choice not in new.choices and new.choices:
            found.changes.append(f"{what} no longer has the choice {choice!r}.")
    if old.required != new.required:
        found.changes.append(f"{what} {'must be filled in' if new.required else 'may be left out'}.")
    if old.default != new.default:
        found.changes.append(f"{what} begins as {new.default!r}.")
    _values(of, new, facts, found)


def _values(of: _Owner, new: Attribute, facts: Facts, found: Change) -> None:
    """Refuse an attribute that values in use do not fit."""
    for text, used in of.values(facts, new.name):
        value = msgspec.json.decode(text)
        if value is not None and (problem := new.problem(value)):
            found.refusals.append(
                f"The attribute {new.name!r} of {of.name!r} {problem}, which {used.of(of.noun)} would lose. "
                f"Keep allowing it, or change those {of.noun}s first."
            )


def _limit(field: str, noun: str, old: int | None, new: int | None, most: int, found: Change) -> None:
    if old == new:
        return
    if new is not None and new < most:
        found.refusals.append(f"{field} cannot be {new}: an asset has {most} {noun} already. Set it to {most} or more.")
    else:
        found.changes.append(f"An asset may have {'any number of' if new is None else new} {noun}.")
