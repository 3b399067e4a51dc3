"""What launching or changing a campaign would do, and how far a long operation is."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import field

from nbannotate.cards import marked_down, one_line
from nbannotate.model.campaign import EXISTING, Attribution, Existing, StepKind
from nbannotate.model.value import Record


class PlanStep(Record, frozen=True):
    """What a launch puts at one step; or of a running campaign, what is there.

    Parameters
    ----------
    tasks
        Open tasks: those that the launch creates at this step, or that remain at it now. The other assets come when
        they have passed the steps before.
    people
        How many assets of the whole campaign each assignee gets at this step, with those that the person had already;
        empty for a queue.
    passed
        Assets that have passed this step.
    """

    step: int
    name: str
    kind: StepKind
    assignees: tuple[str, ...]
    tasks: int
    attribution: Attribution = "queue"
    people: dict[str, int] = field(default_factory=dict)
    passed: int = 0


class LeftOut(Record, frozen=True):
    """Assets of the version that the campaign does not take, and why."""

    reason: str
    assets: int
    examples: tuple[str, ...] = ()


class Plan(Record, frozen=True):
    """What launching a campaign, or changing it, would do (or did).

    Parameters
    ----------
    assets
        How many assets the version has.
    chosen
        How many of them the campaign takes.
    steps
        Tasks per step and person.
    with_annotations
        How many of the chosen assets have annotations already.
    left_out
        Assets that are not taken, by reason; ``chosen`` and these make ``assets``.
    changes
        What a change of a written or launched campaign changes, one sentence each.
    warnings
        Sentences for the author.
    refusals
        Why it cannot be done; empty if it can.
    launched
        Whether the campaign is launched.
    fingerprint
        Of the state that this plan was made from; applying it later is refused if that has changed.
    """

    campaign: str
    assets: int
    chosen: int
    steps: tuple[PlanStep, ...]
    with_annotations: int
    existing: Existing
    left_out: tuple[LeftOut, ...] = ()
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    launched: bool = False
    fingerprint: str = ""

    def __repr__(self) -> str:
        steps = ", ".join(f"{s.name}: {s.tasks:,}" for s in self.steps)
        refused = "; refused" if self.refusals else ""
        return f"Plan({self.campaign!r}, {self.chosen:,} of {self.assets:,} assets, tasks: {steps}{refused})"

    def told(self, written: Callable[[str], str] = one_line) -> str:
        """Return it as lines with a table; ``written`` makes of a text what may stand there."""
        what = "is launched with" if self.launched else "would launch with"
        lines = [
            f"**{written(self.campaign)}** {what} {self.chosen:,} of {self.assets:,} assets, "
            f"{self.with_annotations:,} of them annotated already ({EXISTING[self.existing]}).",
            "",
            "| step | kind | attribution | assignees | tasks now |" + " passed |" * self.launched,
            "|---|---|---|---|--:|" + "--:|" * self.launched,
        ]
        for s in self.steps:
            who = written(", ".join(f"{n}: {s.people[n]:,}" if n in s.people else n for n in s.assignees))
            cells = [written(s.name), s.kind, s.attribution, who, f"{s.tasks:,}", *([f"{s.passed:,}"] * self.launched)]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
        for out in self.left_out:
            some = ", ".join(out.examples) + (" …" if out.examples and out.assets > len(out.examples) else "")
            lines.append(
                f"- left out: {out.assets:,} assets, {written(out.reason)}" + (f" ({written(some)})" if some else "")
            )
        lines += [f"- change: {written(c)}" for c in self.changes]
        lines += [f"- ⚠ {written(w)}" for w in self.warnings]
        lines += [f"- ⛔ {written(r)}" for r in self.refusals]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return self.told(marked_down)


class Activity(Record, frozen=True):
    """How far a long operation is; ``total`` is 0 while it is not known."""

    text: str
    done: int
    total: int
