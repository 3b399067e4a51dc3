"""The parts of the task pane: plain JSON for the browser."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from nbannotate import shapes
from nbannotate.model import Attribute, HistoryItem, Issue, Label, Shape
from nbannotate.pages import answers, changes, fields, metadata, prose, tags
from nbannotate.pages.state import OpenTask, State
from nbannotate.texts import t, tn

#: More shapes than this are not listed one by one; the canvas shows all.
MOST_LISTED = 1000

#: The types of attributes in words.
TYPES = {
    "text": "text", "number": "number", "integer": "whole number", "boolean": "yes or no", "choice": "one of",
    "choices": "any of",
}  # fmt: skip

#: What becomes of shapes with flaws, where they are not kept.
FLAWS = {
    "refuse": t("Shapes with flaws cannot be submitted."),
    "repair": t("Shapes with flaws are repaired when they are submitted, or refused where that would be a guess."),
}

Part = dict[str, Any]


def task(state: State, opened: OpenTask) -> Part:
    """Return the frame around the canvas: where one is, and what may be done."""
    view, now = opened.view, opened.task
    looking = opened.looking
    statuses = view.statuses if len(view.statuses) > 1 else ()
    browsed = state.browsing.task_ids if state.browsing else ()
    listed = now.task_id in browsed
    return {
        "id": now.task_id, "campaign_id": now.campaign_id, "campaign": view.campaign, "step": now.step,
        "step_name": now.step_name, "kind": now.kind, "asset": now.asset, "round": now.round,
        "sequence": now.sequence or "", "state": now.state, "listed": listed,
        "position": browsed.index(now.task_id) + 1 if listed else view.position,
        "total": len(browsed) if listed else view.total,
        "editable": opened.editable, "mine": view.editable, "reason": view.reason, "actions": list(view.actions),
        "edited": opened.edited, "nothing": opened.annotation.nothing_to_label, "open_issues": opened.open_issues,
        "returned": now.state == "to_rework", "browsing": state.browsing is not None, "pictured": opened.pictured,
        "statuses": list(statuses), "status": (opened.status or statuses[0]) if statuses else "",
        "closed_as": now.status or "", "lost": opened.lost, "settled": opened.settled,
        "idle": view.idle_after,
        "for_review": sum(i.state == "for_review" for i in opened.issues),
        "looking": {"id": looking.annotation_id, "title": looking.title,
                    "nothing": looking.annotation.nothing_to_label} if looking else None,
    }  # fmt: skip


def drawing(state: State, opened: OpenTask) -> Part:
    """Return tools, labels, tags and shapes, with what is chosen."""
    now, recipe = state.drawing, opened.view.recipe
    counts = Counter(name for s in opened.shapes for name in s.labels)
    bare = sum(not s.label for s in opened.shapes)
    colors = {v.name: v.color for v in recipe.labels}
    selected = set(now.selected)
    listed = opened.shapes[:MOST_LISTED]
    limits = recipe.max_shapes, recipe.max_tags
    labels = {names: fields.as_one(recipe, names) for names in {s.labels for s in listed}}
    labelled = set(now.for_label)
    chosen = [set(s.labels) for s in opened.shapes if s.id in labelled] if labelled else []
    flaws = now.flaws if opened.looking is None else {}
    figures = any(v.skeleton is not None for v in recipe.labels)
    used = {k for v in recipe.labels for k in (v.kinds or shapes.kinds())}
    used -= {k.name for k in shapes.kinds().values() if k.figured and not figures}
    return {
        "tool": now.tool, "label": now.label, "editable": opened.editable and opened.pictured,
        "can_undo": now.can_undo, "can_redo": now.can_redo, "copied": now.copied,
        "locked": list(now.locked), "hidden": list(now.hidden),
        "tools": [{"name": k.name, "title": k.title, "key": k.key} for k in shapes.kinds().values() if k.name in used],
        "labels": [
            {"name": v.name, "color": v.color, "count": counts[v.name], "kinds": list(v.kinds),
             "on": on(v.name, chosen)} for v in recipe.labels
        ],
        "tags": tags.part(opened),
        "shapes": [
            [s.id, ", ".join(s.labels), colors.get(s.label) or "", shapes.kind(s.kind).title, s.id in selected,
             said(s, labels[s.labels]), fields.missing(s, labels[s.labels]), list(flaws.get(s.id, ())),
             s.id in now.mendable, s.group, s.track, s.keyframe]
            for s in listed
        ],
        "counted": sum(not s.label or s.label in colors for s in opened.shapes), "most_shapes": limits[0],
        "most_tags": limits[1], "open_labels": recipe.open_labels, "several": recipe.several_labels,
        "flaws": recipe.flaws, "flawed": len(flaws), "mendable": len(now.mendable) if flaws else 0,
        "form": fields.form(opened, now.selected) if now.selected else None,
        "angle": angle(opened, selected) if selected else None,
        "more": len(opened.shapes) - len(listed), "unlabelled": bare, "selected": len(selected),
        "for_label": len(labelled), "drawn": bool(now.drawn) and now.selected == (now.drawn,),
    }  # fmt: skip


def angle(opened: OpenTask, selected: set[str]) -> Part | None:
    """Return the angle of the selected shapes, to a hundredth of a degree, if all are rotated rectangles; or None.

    Its value is None where they have different ones.
    """
    chosen = [s for s in opened.shapes if s.id in selected]
    if not chosen or any(shapes.kind(s.kind).gesture != "edge" for s in chosen):
        return None
    values = {round(s.angle, 2) + 0.0 for s in chosen}
    return {"ids": [s.id for s in chosen], "value": values.pop() if len(values) == 1 else None}


def on(name: str, chosen: list[set[str]]) -> str:
    """Return whether all, some or none of the selected shapes have a label."""
    have = sum(name in names for names in chosen)
    return "" if not have else "all" if have == len(chosen) else "some"


def said(shape: Shape, label: Label | None) -> str:
    """Return the attributes of a shape in a few words; those that its label declares come first."""
    names = [a.name for a in label.attributes] if label else []
    values = []
    for name in [*names, *(k for k in shape.attributes if k not in names)]:
        value = shape.attributes.get(name)
        if value is True:
            values.append(name)
        elif value not in (None, "", False) and value != []:
            values.append(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
    return " · ".join(values)[:120]


def issue(issue: Issue, may: tuple[str, ...]) -> Part:
    """Return an issue with its thread, and the states that the person may give it."""
    return {
        "id": issue.issue_id, "asset": issue.asset, "campaign": issue.campaign, "state": issue.state,
        "author": issue.author, "created": when(issue.created), "may": list(may),
        "place": "shape" if issue.shape_id else "zone" if issue.zone else "image", "shape": issue.shape_id,
        "thread": [{"author": c.author, "text": c.text, "created": when(c.created)} for c in issue.comments],
    }  # fmt: skip


def info(state: State, opened: OpenTask) -> Part:
    """Return what is to know about the task, and its history once it was read."""
    view = opened.view
    facts = [["Image", f"{view.width} × {view.height} pixels"], ["Dataset", view.dataset]]
    items = None if opened.history is None else [line(i) for i in opened.history]
    return {
        "instructions": prose.html(view.instructions), "readme": prose.html(view.readme), "facts": facts,
        "history": items, "recipe": recipe(opened), "pdf": view.pdf.name if view.pdf else "",
        "changes": changes.part(opened), "answers": answers.part(opened),
        "metadata": metadata.part(opened, state.member),
    }  # fmt: skip


def recipe(opened: OpenTask) -> Part:
    """Return the recipe in words: labels with their kinds and attributes, tags, limits."""
    its = opened.view.recipe
    limits = []
    if its.max_shapes is not None:
        limits.append(tn(its.max_shapes, "At most {n} shape on an image.", "At most {n} shapes on an image."))
    if its.max_tags is not None:
        limits.append(tn(its.max_tags, "At most {n} tag on an image.", "At most {n} tags on an image."))
    if its.several_labels:
        limits.append(t("A shape may have several labels."))
    if its.min_size is not None:
        limits.append(t("A shape should measure {size} pixels at least.", size=f"{its.min_size:g}"))
    if its.flaws != "keep":
        limits.append(FLAWS[its.flaws])
    if its.open_labels:
        limits.append(t("You may add labels."))
    return {
        "labels": [
            {
                "name": v.name, "color": v.color,
                "kinds": [shapes.kind(k).title.lower() if k in shapes.kinds() else k for k in v.kinds],
                "attributes": attributes(v.attributes),
            }
            for v in its.labels
        ],
        "tags": [{"name": v.name, "attributes": attributes(v.attributes)} for v in its.tags], "limits": limits,
    }  # fmt: skip


def attributes(declared: tuple[Attribute, ...]) -> list[Part]:
    """Return attributes in words."""
    return [
        {"name": a.name, "type": TYPES[a.type], "choices": list(a.choices), "required": a.required} for a in declared
    ]


def paper(opened: OpenTask) -> Part:
    """Return the page of the PDF that is shown, once somebody asked for it."""
    now = opened.paper
    if now is None:
        return {}
    return {
        "name": now.name, "pages": now.pages, "page": now.page, "image": now.image, "width": now.width,
        "height": now.height, "error": now.error,
    }  # fmt: skip


def line(item: HistoryItem) -> Part:
    """Return one line of the history."""
    return {
        "step": item.step_name, "kind": item.kind, "round": item.round, "state": item.state, "member": item.member,
        "action": item.action, "at": when(item.created), "annotation": item.annotation_id, "shapes": item.shapes,
        "status": item.status or "", "note": item.note or "", "by": item.acted_by or "",
    }  # fmt: skip


def when(time: datetime.datetime | None) -> str | None:
    """Return a time, which is UTC, as the browser reads it."""
    return None if time is None else time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
