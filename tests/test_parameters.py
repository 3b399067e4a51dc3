"""A parameter has one name everywhere, and a name means one thing; the old name answers for one release."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import nbannotate as nb
from nbannotate.errors import InvalidInput
from nbannotate.model.deprecations import RenamedWarning
from nbannotate.workspace.sql import Sql
from tests.test_signatures import FUNCTIONS, kinds_of_handles

#: Every public parameter, and what it means wherever it stands. A new name is thought about, and then added here.
MEANINGS = {
    # What it is about
    "folder": "where several files go",
    "member": "a person, by login",
    "members": "several people",
    "address": "what is chosen on the dashboard, as the query of an address",
    "asset": "an image of a version",
    "assets": "several of them",
    "step": "a step of the workflow, by name or index",
    "steps": "the steps of a workflow",
    "campaign": "a campaign, by name or handle",
    "gold": "the version that has known answers",
    "share": "which part of the whole",
    "passing": "the least score that is good enough",
    "on_fail": "what happens to whoever is not good enough",
    "min_answers": "how many answers there must be",
    "gold_iou": "how alike two shapes are that count as one, for known answers",
    "workspace": "another workspace",
    "task": "a task, or its id",
    "tasks": "several of them",
    "issue": "an issue, or its id",
    "item": "a line of a history",
    "notices": "notices, or their ids",
    "revisions": "annotation ids",
    "spread": "what was put onto slices",
    "scope": "a workspace, a campaign, or images: where something is shown or counted",
    "name": "what something is called, unique where it is",
    "new": "what takes the place of the thing before",
    "old": "the thing before",
    "check": "whether the files are looked for",
    "current": "what holds until now",
    # Where it stands, how it ended, when
    "state": "where something stands",
    "status": "how something ended",
    "statuses": "names for that, of a step's own",
    "copies": "how many people answer for one asset",
    "copies_of": "the part of the assets of which there are copies",
    "quorum": "how many people have to say the same",
    "iou": "the least overlap of shapes of different people that are the same one",
    "show_names": "whether it is shown who said what",
    "start": "where a period, or a range, begins; within it",
    "end": "where a period, or a range, ends: a time is no longer in it, a plain day is whole in it",
    "tz": "the zone of times",
    "history": "whether what was before comes along",
    "open": "whether it is not resolved",
    "token": "of a session, by which somebody acts",
    "return_tasks": "whether open tasks go back to the queue",
    "words": "whether a name is replaced wherever it stands as a word",
    "unseen": "whether only what was not seen",
    "by": "what something is counted, ordered, or kept together by",
    "limit": "at most so many",
    "order": "in which order",
    "seed": "of a random order",
    "n": "so many are shown",
    "masks": "whether the pixels of shapes come along",
    "transform": "what changes an image and its target",
    "split": "which part of the assets: train, val, test or another word",
    "train": "the share of the assets for training",
    "val": "the share for validation",
    "test": "the share for tests",
    "stratify": "what each part is to have in its share",
    "keep": "whether what was said before stays",
    "first": "the first place of a range that is meant whole",
    "last": "the last one",
    "place": "a place in a sequence, from 1",
    "moment": "the column that orders images in time",
    "sequence": "the column that says which images belong together",
    "every": "one of so many",
    "seconds": "time worked, in seconds",
    # People
    "role": "what a member may do",
    "password": "of an account",
    "to": "to whom, or where, something goes",
    "weight": "a share",
    "weights": "shares, by member",
    "assignees": "who works at a step",
    "attribution": "how a step is shared",
    "lease_minutes": "how long a task of a queue is held",
    "idle_after": "how long without input somebody still works",
    "started": "whether what was begun is meant, too",
    # What is said
    "annotation": "what is said of an image",
    "annotations": "the same, of several",
    "shape": "a shape, or its id",
    "shapes": "several of them",
    "label": "the name of a label",
    "labels": "labels, or their names",
    "tags": "tags, or their names",
    "tag_attributes": "values of attributes, by tag",
    "nothing_to_label": "the answer that there is nothing of what is asked for",
    "attributes": "attributes, or their values",
    "confidence": "how sure a model was, 0 to 1",
    "kind": "of what kind something is",
    "kinds": "several of them",
    "points": "(n, 2) image pixels",
    "x": "to the right, image pixels",
    "y": "down, image pixels",
    "x0": "left",
    "y0": "top",
    "x1": "right",
    "y1": "bottom",
    "cx": "middle",
    "cy": "middle",
    "rx": "half width",
    "ry": "half height",
    "width": "of a shape (pixels) or a page",
    "height": "of a shape (pixels) or a page",
    "pixels": "an array of a mask",
    "rle": "a mask as COCO stores it",
    "visibility": "of keypoints, 0, 1, 2",
    "skeleton": "which keypoints are joined",
    "color": "#rrggbb",
    "id": "of a shape",
    "also": "what comes along: further labels of a shape, further assets of a job",
    "rings": "of a polygon, how many points each ring has",
    "group": "what shapes that belong together have in common",
    "track": "the object that a shape is in a frame",
    "keyframe": "whether somebody set the shape in this frame",
    "angle": "how far something is turned, in degrees, clockwise",
    "zone": "a rectangle of an image that an issue is about",
    "text": "what people read",
    "language": "in which it is written, as its tag",
    "reason": "why, for people",
    "confirm": "the name of what is to be deleted",
    # What is made
    "recipe": "labels, tags and limits",
    "workflow": "the steps",
    "instructions": "what people read at work",
    "pdf": "a document",
    "due": "the last day",
    "existing": "what becomes of what is there",
    "clip": "length of runs",
    "filter": "which assets",
    "new_assets": "what becomes of assets that are added later",
    "rules": "where assets go",
    "spec": "what defines a campaign",
    "readme": "Markdown",
    "metadata": "what is known of images",
    "exist_ok": "whether what is there is returned",
    "archived": "whether something is put away",
    "max_shapes": "limit",
    "max_tags": "limit",
    "min_size": "limit (pixels)",
    "several_labels": "whether a shape has several",
    "open_labels": "whether people add labels",
    "flaws": "what becomes of flawed shapes",
    "required": "must be there",
    "default": "value at first",
    "choices": "values that may be",
    "type": "of an attribute",
    "when": "what a rule waits for",
    "time": "the moment that something is looked at",
    "count": "how many shapes",
    "key": "of metadata",
    "op": "a comparison",
    "value": "what is compared with, or read",
    "pattern": "of names",
    "expression": "SQL over assets",
    "a": "before: a version, or shapes",
    "b": "after: a version, or shapes",
    "threshold": "the least overlap",
    "against": "the version that is compared",
    "add": "how many people are added, by step",
    "base": "what both began with",
    "ours": "one of two versions",
    "theirs": "the other one",
    "resolve": "what decides conflicts",
    # Files
    "path": "a file",
    "paths": "files",
    "format": "of a file",
    "source": "where it comes from",
    "origin": "answer or import",
    "overwrite": "whether people's work gets a new revision",
    "missing": "what is done with names that mean no asset",
    "on_conflict": "what becomes of what is there already",
    "sizes": "when the sizes of images at URLs are read",
    "on_error": "what becomes of a data set if something in it is wrong",
    "dry_run": "whether nothing is written, and only told what would be",
    "lossy": "whether what a format cannot hold may be left out",
    "scale": "whether shapes are resized",
    "bad": "files that cannot be read",
    "duplicates": "what becomes of files that have the content of another one",
    "image": "pixels, or a file",
    "images": "several of them",
    "show": "which one at first",
    "keys": "which keys are heard",
    "editable": "whether people may draw",
    # SQL
    "query": "one SELECT",
    "parameters": "values of its placeholders",
    "table": "the name of a view",
}

#: Names that a parameter had, or might be given by habit, and its name here.
NOT_THESE = {
    "login": "member", "logins": "members", "user": "member", "person": "member", "who": "member", "assignee": "member",
    "annotator": "member", "since": "start", "until": "end", "begin": "start", "stop": "end", "timezone": "tz",
    "step_name": "step", "stage": "step", "asset_name": "asset", "img": "image", "limit_to": "limit", "comment": "text",
}  # fmt: skip


def signatures() -> dict[str, inspect.Signature]:
    found = {name: inspect.signature(function) for name, function in FUNCTIONS.items()}
    for name, kind in kinds_of_handles().items():
        for method, value in inspect.getmembers(kind, inspect.isfunction):
            if not method.startswith("_"):
                found[f"{name}.{method}"] = inspect.signature(value)
    for name in ("__call__", "describe"):
        found[f"ws.sql.{name}"] = inspect.signature(getattr(Sql, name))
    return found | {
        "open": inspect.signature(nb.open),
        "diff": inspect.signature(nb.diff),
        "merge": inspect.signature(nb.merge),
    }


SIGNATURES = signatures()
#: They take what a function of somebody else's takes.
OF_OTHERS = {"client", "self", "cls", "on_word_of", "port", "handler"}


def named(signature: inspect.Signature) -> list[str]:
    skipped = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [n for n, p in signature.parameters.items() if p.kind not in skipped and n not in OF_OTHERS]


@pytest.mark.parametrize("function", SIGNATURES)
def test_every_parameter_has_a_name_whose_meaning_is_written_down(function: str) -> None:
    for name in named(SIGNATURES[function]):
        assert name not in NOT_THESE, f"{function}({name}=…) is {NOT_THESE.get(name)} here"
        assert name in MEANINGS, f"{function}({name}=…): take a name of MEANINGS, or add it with what it means"


def test_no_meaning_is_written_down_for_nothing() -> None:
    used = {name for signature in SIGNATURES.values() for name in named(signature)}
    assert sorted(n for n in MEANINGS if n not in used) == []


@pytest.mark.parametrize("function", SIGNATURES)
def test_what_is_given_together_stands_in_one_order(function: str) -> None:
    names = named(SIGNATURES[function])
    for order in (("step", "member"), ("start", "end", "tz"), ("x0", "y0", "x1", "y1"), ("name", "recipe", "workflow")):
        there = [n for n in names if n in order]
        given = [n for n in there if SIGNATURES[function].parameters[n].kind is not inspect.Parameter.KEYWORD_ONLY]
        assert given == [n for n in order if n in given], function
    keywords = {n for n, p in SIGNATURES[function].parameters.items() if p.kind is p.KEYWORD_ONLY}
    if function != "Filter.index":
        assert not {"start", "end", "tz", "exist_ok"} & set(names) - keywords, function


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda ws: ws.members.add(login="ana"), "login=…. is called .*member="),
        (lambda ws: ws.members.set_role(login="root", role="owner"), "member="),
        (lambda ws: ws.create_dataset("d").set_workers(logins=None), "members="),
        (lambda _: nb.Filter.index(0, stop=3), "end="),
    ],
)
def test_an_old_name_answers_by_saying_the_new_one(call: Any, words: str) -> None:
    ws = nb.open(":memory:")
    with pytest.warns(RenamedWarning, match=words):
        call(ws)
    ws.close()


def test_both_names_at_once_are_an_error() -> None:
    with pytest.raises(InvalidInput, match="give member only"):
        nb.open(":memory:").members.add(member="ana", login="ana")
