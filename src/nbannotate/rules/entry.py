"""Where the assets of a campaign begin: what is done with those that have annotations already."""

from __future__ import annotations

from msgspec import Struct

from nbannotate.model import DEFAULT_STATUS, CampaignSpec


class Entry(Struct, frozen=True):
    """The first step of an asset.

    Parameters
    ----------
    plain
        For an asset without annotations; None leaves it out, because the workflow begins with a review.
    annotated
        For an asset with annotations.
    done
        Whether an asset with annotations is done at once, at that step.
    status
        The status that it then has.
    """

    plain: int | None
    annotated: int
    done: bool
    status: str

    def starts(self, plain: int, annotated: int) -> dict[int, int]:
        """Return how many assets begin at each step, of so many without and with annotations."""
        found: dict[int, int] = {}
        if self.plain is not None and plain:
            found[self.plain] = plain
        if annotated and not self.done:
            found[self.annotated] = found.get(self.annotated, 0) + annotated
        return found


def entry(spec: CampaignSpec) -> Entry:
    """Return where the assets of a campaign begin."""
    steps = spec.workflow.steps
    plain = None if steps[0].kind == "review" else 0
    if spec.existing == "done":
        return Entry(plain, len(steps) - 1, True, DEFAULT_STATUS[steps[-1].kind])
    annotated = (spec.workflow.first_review() or 0) if spec.existing == "review" else 0
    return Entry(plain, annotated, False, "")


def passing_tasks(spec: CampaignSpec, starts: dict[int, int]) -> list[int]:
    """Return how many tasks pass each step in all, if so many assets begin at each; of copies each is one.

    Where only some assets have copies, it is about as many as there will be.
    """
    steps = spec.workflow.steps
    found = passing(starts, len(steps))
    for i, step in enumerate(steps):
        if step.copies > 1:
            found[i] += round((step.copies - 1) * step.copies_of * found[i])
        elif step.kind == "consensus":
            found[i] = round(found[i] * steps[i - 1].copies_of)
    return found


def passing(starts: dict[int, int], steps: int) -> list[int]:
    """Return how many assets pass each step in all, if so many begin at each."""
    return [sum(n for at, n in starts.items() if at <= step) for step in range(steps)]
