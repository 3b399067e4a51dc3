"""Gold, images whose answer is known: when a person gets one, how an answer is scored, who is below: pure functions."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence

from msgspec import Struct

from nbannotate.model import Annotation, CampaignSpec
from nbannotate.rules.agreement.pairing import paired

#: Of each image there are this many more tasks than are expected to be needed, so that people who come later have some.
SPARE = 2


def step_of(spec: CampaignSpec) -> int | None:
    """Return the step at which gold is answered; None where there is none."""
    return None if spec.workflow.gold is None else 0


def every(spec: CampaignSpec) -> int:
    """Return of how many tasks that a person gets one is gold."""
    return max(2, round(1 / spec.workflow.share))


def place_in(spec: CampaignSpec, member: int, run: int) -> int:
    """Return which of a person's tasks is gold in a run of as many as :func:`every` says, from 1 on, by the seed.

    Never the first one, so that two never follow one another.
    """
    key = f"{spec.seed} gold {member} {run}".encode()
    return 1 + int.from_bytes(hashlib.md5(key, usedforsecurity=False).digest()[:8]) % (every(spec) - 1)


def is_due(spec: CampaignSpec, member: int, had: int) -> bool:
    """Return whether the next task of a person is gold, who had so many of a step."""
    run, place = divmod(had, every(spec))
    return place == place_in(spec, member, run)


def due_among(spec: CampaignSpec, member: int, had: int, others: int) -> int:
    """Return how much gold a person gets with so many other tasks, who had so many of a step; none after the last.

    Parameters
    ----------
    had
        Tasks that the person had, gold among them.
    others
        Tasks to come that are none.
    """
    if others <= 0:
        return 0
    length = every(spec)
    run, place = divmod(had, length)
    at = place_in(spec, member, run)
    rest = length - place - (place <= at)  # what the run that has begun has besides gold
    if others <= rest:
        return int(place <= at < place + others)
    runs, last = divmod(others - rest - 1, length - 1)
    return int(place <= at) + runs + int(place_in(spec, member, run + 1 + runs) <= last)


def due_before(spec: CampaignSpec, member: int, had: int, others: int) -> list[int]:
    """Return before which of so many other tasks (from 0) that a person gets at once gold stands.

    ``had`` is how many tasks of the step the person had, gold among them; they are :func:`due_among` in number.
    """
    found: list[int] = []
    for number in range(others):
        if is_due(spec, member, had + number + len(found)):
            found.append(number)
    return found


def wanted(spec: CampaignSpec, others: int) -> int:
    """Return how much gold goes with so many other tasks, at least one with any."""
    return math.ceil(others / (every(spec) - 1))


def rank(spec: CampaignSpec, who: object, asset: str) -> str:
    """Return a text by which images are sorted, at random by the seed, for a person."""
    return hashlib.md5(f"{spec.seed} gold {who} {asset}".encode(), usedforsecurity=False).hexdigest()


class Score(Struct, frozen=True):
    """How an answer differs from what is known.

    Parameters
    ----------
    score
        F1 over shapes and tags, from 0 to 1: what both have twice, of all that both have together.
    f1
        The same over shapes alone; None where neither has any.
    matched
        Shapes that both have, with one label.
    other_label
        Shapes that both have, with different labels.
    missed, extra
        Places of shapes, in what is known and in the answer, that only that one has, or has with that label.
    tags_right, tags_wrong
        Tags that both have, and that only one has.
    mean_iou
        How alike the shapes are that both have, whatever their labels; None for none.
    """

    score: float
    f1: float | None
    matched: int
    other_label: int
    missed: tuple[int, ...]
    extra: tuple[int, ...]
    tags_right: int
    tags_wrong: int
    mean_iou: float | None


def score(given: Annotation, known: Annotation, iou: float) -> Score:
    """Score an answer against what is known: shapes matched as for agreement, tags by name.

    Parameters
    ----------
    given, known
        What the person answered, and what is known.
    iou
        The least likeness of two shapes that are the same object.
    """
    its = paired(given.shapes, known.shapes, iou)
    same = [p for p in its.both if given.shapes[p.a].label == known.shapes[p.b].label]
    other = [p for p in its.both if given.shapes[p.a].label != known.shapes[p.b].label]
    right, wrong = len(set(given.tags) & set(known.tags)), len(set(given.tags) ^ set(known.tags))
    shapes = len(given.shapes) + len(known.shapes)
    return Score(
        _f1(2 * (len(same) + right), shapes + 2 * right + wrong),
        _f1(2 * len(same), shapes) if shapes else None,
        len(same),
        len(other),
        tuple(sorted([*its.only_b, *(p.b for p in other)])),
        tuple(sorted([*its.only_a, *(p.a for p in other)])),
        right,
        wrong,
        sum(p.alike for p in its.both) / len(its.both) if its.both else None,
    )


def _f1(twice: int, all_: int) -> float:
    return twice / all_ if all_ else 1.0


def recent(scores: Sequence[float], last: int) -> float | None:
    """Return the mean of the last scores; None for none."""
    kept = scores[-last:]
    return sum(kept) / len(kept) if kept else None


def is_below(spec: CampaignSpec, scores: Sequence[float]) -> bool:
    """Return whether somebody's answers, the last one at the end, are not good enough."""
    flow = spec.workflow
    mean = recent(scores, flow.last)
    return mean is not None and len(scores) >= flow.min_answers and mean < flow.passing


class Lot(Struct, frozen=True):
    """One gold task as a launch makes it: its image, which copy, for whom (None for the queue), and before which task.

    ``before`` counts the other tasks of the person, or all where nobody is named, from 0.
    """

    asset_id: int
    known_id: int
    copy: int
    member_id: int | None
    before: int


class Had(Struct, frozen=True):
    """What a campaign has before more tasks come: others and gold of each member, how many others, copies by image."""

    others: dict[int, int] = {}
    gold: dict[int, frozenset[int]] = {}
    tasks: int = 0
    copies: dict[int, int] = {}


#: What a campaign has that begins.
NOTHING = Had()


def dealt(
    spec: CampaignSpec, assets: Sequence[tuple[int, int, str]], tasks: dict[int, int], had: Had = NOTHING
) -> list[Lot]:
    """Return the gold of people to whom so many tasks are dealt: other images for each, none twice for anybody.

    Parameters
    ----------
    spec
        The campaign.
    assets
        Id, revision of the known answer, and name of each image.
    tasks
        How many other tasks each member gets.
    had
        What there is already.
    """
    lots: list[Lot] = []
    copies = dict(had.copies)
    length = every(spec)
    for member, n in sorted(tasks.items()):
        already = had.gold.get(member, frozenset())
        new = sorted((a for a in assets if a[0] not in already), key=lambda a: rank(spec, member, a[2]))
        before = had.others.get(member, 0)
        more = max(0, wanted(spec, before + n) - len(already)) if n else 0
        for i, (asset_id, known_id, _) in enumerate(new[:more]):
            place = i * (length - 1) + place_in(spec, member, len(already) + i) if not before else i * n // more
            if place >= n and i:
                break
            copies[asset_id] = copies.get(asset_id, 0) + 1
            lots.append(Lot(asset_id, known_id, copies[asset_id], member, min(place, n - 1)))
    return lots


def queued(
    spec: CampaignSpec, assets: Sequence[tuple[int, int, str]], tasks: int, people: int, had: Had = NOTHING
) -> list[Lot]:
    """Return the gold that waits in a queue to which so many other tasks come, from which so many people take theirs.

    Its place in the queue says nothing: whose next task is gold gets it (:func:`is_due`).
    """
    need = wanted(spec, had.tasks + tasks) if tasks else 0
    mine = sorted(assets, key=lambda a: rank(spec, "", a[2]))[:need]
    each = min(people + 1, math.ceil(need / len(mine)) + SPARE) if mine else 0
    new = [
        (asset_id, known_id, copy)
        for copy in range(1, each + 1)
        for asset_id, known_id, _ in mine
        if copy > had.copies.get(asset_id, 0)
    ]
    return [
        Lot(asset_id, known_id, copy, None, i * tasks // len(new)) for i, (asset_id, known_id, copy) in enumerate(new)
    ]


def names(some: Iterable[str]) -> str:
    """Return names as they stand in a sentence."""
    return ", ".join(map(repr, some))


__all__ = [
    "Had", "Lot", "Score", "dealt", "due_among", "due_before", "every", "is_below", "is_due", "names", "place_in",
    "queued", "rank", "recent", "score", "step_of", "wanted",
]  # fmt: skip
