"""What of a campaign's recipe is used, and what is begun: the facts that a change is judged by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from nbannotate.model import Annotation, Recipe
from nbannotate.model.values import decode
from nbannotate.rules.change_facts import Facts, Used
from nbannotate.store import people
from nbannotate.store.campaigns import OPEN, STARTED, UNSTARTED, spec
from nbannotate.store.engine import Transaction


class _Count:
    """Counts what annotations use, the submitted ones and the drafts apart."""

    def __init__(self, recipe: Recipe) -> None:
        self._declared = {v.name: {a.name for a in v.attributes} for v in recipe.labels}
        self.several = [0, 0]
        self.seen: dict[str, tuple[Counter[Any], Counter[Any]]] = {
            what: (Counter(), Counter())
            for what in ("labels", "kinds", "attributes", "values", "tags", "tag_attributes", "tag_values")
        }
        self.most_shapes = self.most_tags = 0

    def shapes(self, drafted: bool, labels: Sequence[str], kind: str, attributes: dict[str, Any], n: int) -> None:
        """Count shapes that are alike; an attribute counts for each of their labels that declares it."""
        if len(labels) > 1:
            self.several[drafted] += n
        for place, label in enumerate(labels):
            self.seen["labels"][drafted][label] += n
            self.seen["kinds"][drafted][label, kind] += n
            for name, value in attributes.items():
                declared = [v for v in labels if name in self._declared.get(v, ())]
                if label in declared or (not declared and not place):
                    self.seen["attributes"][drafted][label, name] += n
                    self.seen["values"][drafted][label, name, msgspec.json.encode(value).decode()] += n

    def tags(
        self, drafted: bool, tags: list[str] | tuple[str, ...], attributes: dict[str, dict[str, Any]], n: int
    ) -> None:
        """Count the tags of annotations that are alike, and their attributes."""
        self.most_tags = max(self.most_tags, len(tags))
        for tag in tags:
            self.seen["tags"][drafted][tag] += n
        for tag, values in attributes.items():
            for name, value in values.items():
                self.seen["tag_attributes"][drafted][tag, name] += n
                self.seen["tag_values"][drafted][tag, name, msgspec.json.encode(value).decode()] += n

    def used(self, what: str) -> dict[Any, Used]:
        """Return how often each is used."""
        submitted, drafted = self.seen[what]
        return {key: Used(submitted[key], drafted[key]) for key in sorted(submitted.keys() | drafted.keys())}


#: The last revision of each asset, where it was made in the campaign ($1, of the version $2).
_LAST = """
with made as (
  select n.annotation_id, n.tags, n.tag_attributes from data.annotations n
  join data.version_heads h on h.annotation_id = n.annotation_id where h.version_id = $2 and n.campaign_id = $1
)
"""


def facts(tx: Transaction, campaign_id: int, version_id: int, *, launched: bool, archived: bool) -> Facts:
    """Return what is used and begun in a campaign."""
    if not launched:
        return Facts(archived=archived)
    count = _Count(spec(tx, campaign_id).recipe)
    for row in tx.all(
        f"{_LAST} select s.label, s.also, s.kind, s.attributes, count(*) as n from data.shapes s "
        "join made m on m.annotation_id = s.annotation_id group by all",
        campaign_id, version_id,
    ):  # fmt: skip
        labels = [row["label"], *json.loads(row["also"] or "[]")] if row["label"] else []
        count.shapes(False, labels, row["kind"], json.loads(row["attributes"]), row["n"])
    for row in tx.all(
        f"{_LAST} select tags, tag_attributes, count(*) as n from made group by all", campaign_id, version_id
    ):
        count.tags(False, json.loads(row["tags"]), json.loads(row["tag_attributes"] or "{}"), row["n"])
    most = tx.value(
        f"{_LAST} select max(n) from (select count(*) as n from data.shapes s "
        "join made m on m.annotation_id = s.annotation_id group by s.annotation_id)",
        campaign_id, version_id,
    )  # fmt: skip
    count.most_shapes = most or 0
    for row in tx.all(
        f"select d.body from data.member_drafts d join data.tasks t on t.task_id = d.task_id "
        f"where t.campaign_id = $1 and {OPEN} and d.member_id = t.assignee_id",
        campaign_id,
    ):
        draft = decode(row["body"], Annotation)
        count.most_shapes = max(count.most_shapes, len(draft.shapes))
        count.tags(True, draft.tags, draft.tag_attributes, 1)
        for shape in draft.shapes:
            count.shapes(True, shape.labels, shape.kind, dict(shape.attributes), 1)
    return Facts(
        launched=True,
        archived=archived,
        labels=count.used("labels"),
        tags=count.used("tags"),
        kinds=count.used("kinds"),
        attributes=count.used("attributes"),
        values=count.used("values"),
        tag_attributes=count.used("tag_attributes"),
        tag_values=count.used("tag_values"),
        several=Used(*count.several),
        most_shapes=count.most_shapes,
        most_tags=count.most_tags,
        started=_started(tx, campaign_id),
        unstarted=_unstarted(tx, campaign_id),
        statuses=_statuses(tx, campaign_id),
    )


def _started(tx: Transaction, campaign_id: int) -> dict[tuple[int, str], int]:
    rows = tx.all(
        f"select t.step, t.assignee_id, count(*) as n from data.tasks t "
        f"where t.campaign_id = $1 and {STARTED} and t.assignee_id is not null and t.gold is null group by all",
        campaign_id,
    )
    names = people.logins(tx)
    return {(row["step"], names[row["assignee_id"]]): row["n"] for row in rows}


def _unstarted(tx: Transaction, campaign_id: int) -> dict[int, int]:
    rows = tx.all(
        f"select step, count(*) as n from data.tasks t where t.campaign_id = $1 and {UNSTARTED} and t.gold is null "
        "group by all",
        campaign_id,
    )
    return {row["step"]: row["n"] for row in rows}


def _statuses(tx: Transaction, campaign_id: int) -> dict[tuple[int, str], int]:
    rows = tx.all(
        "select step, status, count(*) as n from data.tasks where campaign_id = $1 and status is not null "
        "and gold is null group by all",
        campaign_id,
    )
    return {(row["step"], row["status"]): row["n"] for row in rows}
