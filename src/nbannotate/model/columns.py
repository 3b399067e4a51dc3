"""What the rows and the columns of the public views mean, in plain words; types come from the database.

The one place that says so: :attr:`Table.columns`, ``ws.sql.describe()`` and the pages about SQL read it. All times are
UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbannotate.model.column import Column, View


def _view(name: str, row: str, /, **meanings: str) -> View:
    return View(name, row, tuple(Column(column, meaning) for column, meaning in meanings.items()))


# What several views have -------------------------------------------------------------------------------------------

_ASSET = "Name of the asset."
_ASSET_ID = "Id of the asset, unique in the workspace."
_CAMPAIGN = "Name of the campaign."
_CAMPAIGN_ID = "Id of the campaign."
_DATASET = "Name of the dataset."
_DATASET_ID = "Id of the dataset."
_MEMBER_ID = "Id of the member."
_STEP = "Index of the step in the workflow, from 0."
_STEP_NAME = "Name of the step."
_STEP_KIND = "Kind of the step: annotation, consensus or review."
_TASK_ID = "Id of the task."
_VERSION_ID = "Id of the dataset version."
_OUTCOME = (
    "How the visit ended: submitted, accepted, accepted_with_edits, rework, rejected, skipped, discarded, existing "
    "(done already at the launch), agreed (by all who answered) or ended (with the campaign, or its step); missing "
    "while it is open."
)
_ORIGIN = (
    "answer: a person said it at work; copy: so, too, as one of several who answer for the asset, and the version does "
    "not show it; import: it came from a file, a model or another program."
)
_COPY = "Which of the answers of several people it is, from 1; missing where one person answers."
_WORKED_S = "Time that people worked on it, in seconds."
_SHOWN_S = "Time that it was in front in a visible window, in seconds; missing where no page measured all of it."
_EDITING_S = "Time with a gesture or a form in progress, in seconds; missing where no page measured all of it."

_SHAPE = {
    "annotation_id": "Id of the revision that the shape is part of.",
    "asset_id": _ASSET_ID,
    "asset": _ASSET,
    "version_id": _VERSION_ID,
    "campaign_id": "Id of the campaign in which it was said; missing for imports, and for what the version began with.",
    "task_id": "Id of the task in which it was said; missing for imports, and for what the version began with.",
    "position": "Place of the shape in its annotation, from 0; later ones lie on top.",
    "shape_id": "Id of the shape; it stays the same over all revisions.",
    "label": "Name of its label; empty while it is not labelled.",
    "kind": "Kind of the shape: rectangle, polygon, mask …",
    "points": "Its points as [[x, y], …] in image pixels, from the top-left corner.",
    "attributes": "Values of its attributes, by name.",
    "confidence": "How sure a model was, from 0 to 1, also where a person left its shape; missing for what is drawn.",
    "area": "Its area in square pixels; 0 for points and lines.",
    "x": "Left edge of its bounding box, in image pixels.",
    "y": "Top edge of its bounding box, in image pixels.",
    "width": "Width of its bounding box, in image pixels.",
    "height": "Height of its bounding box, in image pixels.",
    "member": "Login of who said it; of an import, who imported it.",
    "created": "When the revision was made.",
    "color": "A color of its own, as #rrggbb; missing where it has that of its label.",
    "rle": "The pixels of a mask as COCO stores them, {size, counts}; missing for other kinds.",
    "visibility": "Of keypoints, 0, 1 or 2 for each point; missing for other kinds.",
    "also": "Further labels of the shape, where the recipe allows several.",
    "origin": _ORIGIN,
    "rings": "Of a polygon of several rings, the number of points of each; missing for other shapes.",
    "group": "What shapes of one image that belong together have in common; missing for those that stand alone.",
    "track": "The object of a video or a series that it is in this frame; missing if it is none.",
    "keyframe": "Of a shape with a track: whether somebody set it in this frame.",
}

_LABELS = {
    **{name: _SHAPE[name] for name in ("annotation_id", "asset_id", "version_id", "campaign_id", "task_id")},
    "label": "Name of the label; empty for shapes without one.",
    "kind": _SHAPE["kind"],
    "shapes": "Shapes of that label and kind.",
    "area": "Their areas together, in square pixels.",
    "is_first": "Whether it is the first row of its label in the revision, so that no revision counts twice for it.",
    "member": _SHAPE["member"],
    "created": _SHAPE["created"],
}

_ANNOTATION = {
    "annotation_id": "Id of the revision; later ones have larger ids.",
    "asset_id": _ASSET_ID,
    "version_id": _VERSION_ID,
    "campaign_id": "Id of the campaign in which it was said; missing for imports, and for what the version began with.",
    "task_id": "Id of the task in which it was said; missing for imports, and for what the version began with.",
    "step": "Index of the step at which it was said, from 0; missing where the task is.",
    "member": "Login of who said it; of an import, who imported it.",
    "source": "Kind of the step at which it was said (annotation, consensus or review), or where it was imported from.",
    "nothing_to_label": "Whether it says that there is nothing to label in the image.",
    "tags": "Names of the tags of the image.",
    "shapes": "How many shapes it has.",
    "created": "When it was made.",
    "is_latest": "Whether it is the latest revision of the asset in its version: the one that counts.",
    "tag_attributes": "Values of the tags' attributes, by tag and name.",
    "origin": _ORIGIN,
    "copy": _COPY,
}

_EACH = (
    _view(
        "activity",
        "One stretch of a person's time at a task, as far as it went into the shapes of one label, or into none. Each "
        "moment of a person counts once, and the rows of a task add up to its times.",
        task_id=_TASK_ID,
        campaign_id=_CAMPAIGN_ID,
        asset_id=_ASSET_ID,
        step=_STEP,
        member="Login of whose time it was.",
        label="Name of the label of the shapes in hand; missing for the time that was of none.",
        started="When the stretch began; the rows of one stretch share it.",
        ended="When it ended; the same as started for time that an owner gave for work elsewhere.",
        shown_s="Time of it that the task was in front, in seconds; missing where no page measured it.",
        worked_s="Time of it that the person worked, in seconds.",
        editing_s="Time of it with a gesture or a form in progress, in seconds; missing where no page measured it.",
    ),
    _view(
        "annotations",
        "One revision of what somebody, or a model, said of an asset. None is ever overwritten.",
        **_ANNOTATION,
    ),
    _view(
        "asset_states",
        "One asset in a campaign: where it stands now, and how it was closed last.",
        campaign_id=_CAMPAIGN_ID,
        asset_id=_ASSET_ID,
        asset=_ASSET,
        state="Where its current task stands: in_progress, to_rework, done or skipped.",
        step="Index of the step where it is, from 0.",
        step_name="Name of the step where it is.",
        assignee="Login of who has it; missing while it waits in the queue.",
        outcome="How its current task ended; missing while that is open.",
        status=(
            "What it was closed with last: completed, approved, discarded …, or a status of the step's own; missing "
            "while it is in rework or has an open issue."
        ),
    ),
    _view(
        "assets",
        "One asset (an image, a frame or a slice) in a version of a dataset.",
        asset_id=_ASSET_ID,
        dataset_id=_DATASET_ID,
        version_id=_VERSION_ID,
        name="Name of the asset, unique in the version: its path below the folder that was added.",
        path="Path or URL of its file, where it was added; '#frame=' and a number follow for one of several frames.",
        folder="The part of the name before the last slash; empty if there is none.",
        width="Width in pixels; 0 if the file cannot be opened, or lies at a URL and was not opened yet.",
        height="Height in pixels; 0 as the width.",
        bytes="Size of the file in bytes.",
        metadata="What is known of the asset, as a JSON object.",
        sequence="Name of the sequence that it belongs to; missing if it belongs to none.",
        moment="The number that orders it in its sequence, for example seconds or millimetres.",
        position="Its place in the version's order.",
        archived="When it was put away in this version; missing if it was not.",
        added="When it came into the version; into the one that the version was made from, if it came with that.",
    ),
    _view(
        "campaigns",
        "One campaign, with its state and its assets counted.",
        campaign_id=_CAMPAIGN_ID,
        name="Name of the campaign, unique in the workspace.",
        version_id="Id of the dataset version that it annotates.",
        dataset=_DATASET,
        version="Name of the version that it annotates.",
        due="The last day of the work; missing if there is none.",
        created="When it was written.",
        launched="When it was launched; missing if it was not.",
        archived="When it was put away; missing if it was not.",
        state=(
            "draft (only written), active, overdue (the due day passed and assets remain), completed (every asset is "
            "done or skipped) or archived."
        ),
        total="How many assets are in it; 0 before the launch.",
        remaining="How many of them have not left the workflow.",
    ),
    _view(
        "datasets",
        "One dataset: a named family of versions.",
        dataset_id=_DATASET_ID,
        name="Name of the dataset, unique in the workspace.",
        readme="What it is, as Markdown; annotators see it.",
        created="When it was created.",
        archived="When it was put away; missing if it was not.",
    ),
    _view(
        "events",
        "One thing that was done: who, what, when, how long it took.",
        event_id="Id of the event; later ones have larger ids.",
        member="Login of who did it.",
        operation="What was done, for example tasks.submit.",
        campaign_id="Id of the campaign that it concerned; missing if it concerned none.",
        task_id="Id of the task that it concerned; missing if it concerned none.",
        asset_id="Id of the asset that it concerned; missing if it concerned none.",
        milliseconds="How long the workspace took for it, in milliseconds.",
        worked_s="Time that the person worked before it, in seconds; missing where none was reported.",
        detail="What else is known of it, as a JSON object.",
        created="When it was done.",
        acted_by="Login of the owner who did it in the member's name; missing where the member did it.",
    ),
    _view(
        "foreign_ids",
        "What a file that was imported called an image, a shape or a label, so that an export calls it so again.",
        version_id=_VERSION_ID,
        format="Name of the file's format, for example coco.",
        what="image, shape, label or tag; definition for what a label is, file for the whole.",
        name="What it is called here: the asset's name, the shape's id or the label's name.",
        foreign_id="The id that the file gives it, as JSON; missing if it gives none.",
        position="The order in which the file named it.",
        distance="0 if this version read the file, 1 if its parent did, and so on.",
        extra="What else the file says of it, as a JSON object.",
        called="Its name in the file, where that is another one.",
        place="Where it stands among its like in the whole file.",
    ),
    _view(
        "gold_answers",
        "One answer to an image whose answer is known (gold); nothing else shows it.",
        task_id="Id of the task in which it was given; the table of tasks does not have it.",
        campaign_id=_CAMPAIGN_ID,
        campaign=_CAMPAIGN,
        asset_id=_ASSET_ID,
        asset=_ASSET,
        member="Login of whose answer it is.",
        outcome="How it ended: submitted, skipped, discarded or ended; only what was submitted is scored.",
        opened="When the person opened it first.",
        closed="When it was answered.",
        worked_s=_WORKED_S,
        score="F1 over shapes and tags, from 0 to 1: how the answer agrees with what is known; missing if not scored.",
        f1="The same over shapes alone; missing where neither has any.",
        matched="Shapes that both have, with one label.",
        other_label="Shapes that both have, with different labels.",
        missed="Known shapes that the answer does not have, or has with another label.",
        extra="Shapes of the answer that are not known, or known with another label.",
        tags_right="Tags that both have.",
        tags_wrong="Tags that only one of both has.",
        mean_iou="Mean likeness of the shapes that both have, from 0 to 1; missing for none.",
        shown="Whether the person may see what was wrong.",
    ),
    _view(
        "gold_falls",
        "One time in which the gold answers of a member were not good enough.",
        campaign_id=_CAMPAIGN_ID,
        campaign=_CAMPAIGN,
        member="Login of whose answers they were.",
        since="Since when.",
        mean="The mean score of the answers that counted then.",
        answers="How many answers counted then.",
        action="What was done: notify, show or pause.",
        ended="Until when; missing if it lasts.",
        ended_by="Login of who let the member go on; missing if later answers were good enough, or it lasts.",
    ),
    _view(
        "issues",
        "One issue: a thread on an asset, a zone or a shape.",
        issue_id="Id of the issue.",
        campaign_id=_CAMPAIGN_ID,
        campaign=_CAMPAIGN,
        asset_id=_ASSET_ID,
        asset=_ASSET,
        task_id="Id of the task in which it was raised.",
        step="Index of the step at which it was raised, from 0.",
        shape_id="Id of the shape that it is about; missing if it is about none.",
        x0="Left edge of the zone that it is about, in image pixels; missing if it is about none.",
        y0="Top edge of that zone.",
        x1="Right edge of that zone.",
        y1="Bottom edge of that zone.",
        state="Where it stands: open, for_review or resolved.",
        author="Login of who raised it.",
        text="The first message of the thread.",
        comments="How many messages the thread has, the first among them.",
        created="When it was raised.",
        closed="When it was resolved; missing if it was not.",
        closed_by="Login of who resolved it.",
    ),
    _view(
        "jobs",
        "One job: the tasks of one person at one step of a campaign, counted.",
        campaign_id=_CAMPAIGN_ID,
        campaign=_CAMPAIGN,
        step=_STEP,
        step_name=_STEP_NAME,
        kind=_STEP_KIND,
        member="Login of whose job it is.",
        state=(
            "pending (nothing was opened), in_progress, on_review (all is submitted, some assets have not left the "
            "workflow), completed, or completed_with_issues (some asset was skipped, rejected or discarded, or has an "
            "issue that is not resolved)."
        ),
        total="How many assets it has.",
        remaining="How many of its tasks are open.",
        returned="How many of those came back to rework.",
        in_progress="How many of those are in the person's hand and were not sent back, opened or not.",
        started="How many open tasks the person has begun.",
        done="How many the person has closed: submitted, decided, skipped or discarded.",
        rejected="How many of its assets a reviewer rejected.",
        skipped="How many of its assets left the workflow without being done; the rejected ones are among them.",
        issues="Issues that are not resolved, on its assets.",
        objects="Shapes in the last revision that the person made of each asset at this step.",
        worked_s=_WORKED_S,
        s_per_task="worked_s / done, in seconds; missing before one is closed.",
        s_per_object="worked_s / objects, in seconds; missing before there is one.",
    ),
    _view(
        "label_changes",
        "One change of the labels of a version: labels combined, split, renamed, deleted or reordered.",
        change_id="Id of the change.",
        version_id=_VERSION_ID,
        mapping="What was asked for, as a JSON object with its steps.",
        labels="The labels of the version after it, in their order, as a JSON list.",
        member="Login of who changed them.",
        assets="How many assets got a new revision.",
        created="When it was done.",
        undone="When it was taken back; missing if it was not.",
    ),
    _view(
        "members",
        "One member: a person with a login and a role.",
        member_id=_MEMBER_ID,
        login="The name that the member logs in with, unique in the workspace.",
        role="What the member may do: owner, manager, developer, reviewer or annotator.",
        active="Whether the account is open.",
        created="When the member was added.",
        archived="When it was put away; missing if it was not.",
    ),
    _view(
        "notices",
        "One thing that a member should know.",
        notice_id="Id of the notice.",
        member="Login of whom it is for.",
        kind="assigned, returned, restarted, issue, issue_answered, due_near, due_past, lease_out, account or gold.",
        text="What it says.",
        campaign_id="Id of the campaign that it is about; missing if it is about none.",
        campaign="Name of the campaign that it is about; missing if it is about none.",
        task_id="Id of the task that it is about; missing if it is about none.",
        issue_id="Id of the issue that it is about; missing if it is about none.",
        created="When it was made.",
        seen="When the member saw it; missing if that was not yet.",
    ),
    _view("label_counts", "One label and kind of the shapes of the latest annotation of an asset.", **_LABELS),
    _view("label_history", "One label and kind of the shapes of any revision.", **_LABELS),
    _view(
        "review_edits",
        "One revision that a review made, compared with the one before it: shapes of one id are one shape.",
        annotation_id="Id of the revision.",
        before_id="Id of the revision of the asset before it; missing if there was none.",
        version_id=_VERSION_ID,
        asset_id=_ASSET_ID,
        campaign_id=_CAMPAIGN_ID,
        task_id="Id of the task of the review.",
        added="Shapes that only it has.",
        removed="Shapes that only the one before has.",
        moved="Shapes of which the outline or the place is another one.",
        relabeled="Shapes of which the label is another one.",
        shapes="Shapes that were added, removed, moved or relabeled; each once.",
    ),
    _view("shape_history", "One shape of one revision; all revisions of every asset.", **_SHAPE),
    _view("shapes", "One shape of the latest annotation of an asset.", **_SHAPE),
    _view(
        "splits",
        "One asset of a version that is in a split, for training or tests.",
        version_id=_VERSION_ID,
        asset_id=_ASSET_ID,
        asset=_ASSET,
        split="The split: train, val, test or another word.",
    ),
    _view(
        "steps",
        "One step of a campaign's workflow.",
        campaign_id=_CAMPAIGN_ID,
        step=_STEP,
        name=_STEP_NAME,
        kind=_STEP_KIND,
    ),
    _view(
        "tasks",
        "One visit of an asset at a step, for one person. When the asset comes back, that is a new task.",
        task_id="Id of the task; later ones have larger ids.",
        campaign_id=_CAMPAIGN_ID,
        campaign=_CAMPAIGN,
        asset_id=_ASSET_ID,
        asset=_ASSET,
        step=_STEP,
        step_name=_STEP_NAME,
        kind=_STEP_KIND,
        round="How often the asset has come to this step: 1 at first, 2 after rework, and so on.",
        state="Where it stands: in_progress, to_rework, done or skipped.",
        outcome=_OUTCOME,
        status=(
            "What it was closed with: completed, approved, returned, discarded …, or a status of the step's own; "
            "missing while it is open."
        ),
        assignee="Login of whose task it is; missing while it waits in the queue.",
        created="When the asset came to the step.",
        opened="When the person opened it first; missing if that was not yet.",
        closed="When it was closed; missing while it is open.",
        worked_s=_WORKED_S,
        is_current="Whether it is the asset's current task; exactly one of an asset is (of copies the first open one).",
        issues="Issues of the campaign that are not resolved, on its asset.",
        leased_until="Until when a task from the queue is held; missing where no lease runs.",
        note="The reason that was given when it was discarded or ended; that of a skip is in its issue.",
        position="Its asset's place in the campaign's order.",
        sequence="Name of the sequence that its asset belongs to; missing if it belongs to none.",
        shown_s=_SHOWN_S,
        editing_s=_EDITING_S,
        copy=_COPY,
    ),
    _view(
        "versions",
        "One version of a dataset.",
        version_id=_VERSION_ID,
        dataset_id=_DATASET_ID,
        dataset=_DATASET,
        name="Name of the version, unique in its dataset.",
        state="draft, or published: it never changes again.",
        created="When it was created.",
        parent_id="Id of the version that it was made from; missing if from none.",
        parent="Name of the version that it was made from; missing if from none.",
        archived="When it was put away; missing if it was not.",
        assets="How many assets it has, those that are put away among them.",
        content_hash="SHA-256 of what it holds, kept when it was published; missing for a draft.",
    ),
    _view(
        "workers",
        "One member who may be an assignee of a dataset's campaigns; a dataset without rows is open to all.",
        dataset_id=_DATASET_ID,
        dataset=_DATASET,
        member_id=_MEMBER_ID,
        member="Login of the member.",
    ),
)

#: The public views by their name.
VIEWS: Mapping[str, View] = {view.name: view for view in _EACH}

#: Columns that tables of handles have beside those of the views that they are made of.
FURTHER: Mapping[str, Mapping[str, str]] = {
    "annotations": {"asset": _ASSET},
    "members": {
        "open_tasks": "How many open tasks the member holds.",
        "last_login": "When the member logged in last; missing if never.",
    },
    "tags": {
        "asset_id": _ASSET_ID,
        "asset": _ASSET,
        "tag": "Name of the tag.",
        "attributes": "Values of its attributes, by name.",
        "member": "Login of who said it; of an import, who imported it.",
        "created": "When it was said.",
    },
    "assets": {"split": "The split that it is in: train, val, test or another word; missing if it is in none."},
    "labels": {
        "label": "Name of the label.",
        "color": "Its color as #rrggbb, if a recipe gave it one; missing otherwise.",
        "shapes": "How many shapes have it, as their first label or a further one.",
        "assets": "On how many assets those are.",
    },
    "versions": {
        "generation": "How many versions it comes from, one from the other; 0 if it was made from none.",
        "campaigns": "How many campaigns are on it.",
    },
    "splits": {
        "assets": "How many assets it has.",
        "share": "What part that is of all assets in a split, from 0 to 1.",
        "annotated": "How many of them have an annotation.",
        "shapes": "How many shapes those have.",
    },
}


def meaning(view: str, column: str) -> str:
    """Return what a column of a view, or of the table of that name, means; empty where it is not written down."""
    further: Any = FURTHER.get(view, {})
    known = {c.name: c.meaning for c in VIEWS[view].columns} if view in VIEWS else {}
    return str(known.get(column) or further.get(column) or "")
