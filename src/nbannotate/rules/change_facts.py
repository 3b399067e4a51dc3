"""What a change of a campaign is judged by (:class:`Facts`), and what is said of it (:class:`Change`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct


class Used(Struct, frozen=True):
    """How often something of a recipe is used: in annotations that were submitted, and in drafts."""

    submitted: int = 0
    drafted: int = 0

    def __bool__(self) -> bool:
        return bool(self.submitted or self.drafted)

    def __add__(self, other: Used) -> Used:
        return Used(self.submitted + other.submitted, self.drafted + other.drafted)

    def of(self, noun: str) -> str:
        """Return it in words, for example ``12 submitted shapes and 1 in drafts``."""
        many = "" if (self.submitted or self.drafted) == 1 else "s"
        if not self.drafted:
            return f"{self.submitted:,} submitted {noun}{many}"
        if not self.submitted:
            return f"{self.drafted:,} {noun}{many} in drafts"
        return f"{self.submitted:,} submitted {noun}{many} and {self.drafted:,} in drafts"


class Facts(Struct, frozen=True, kw_only=True):
    """The state of a campaign, as far as a change can lose work.

    Parameters
    ----------
    launched, archived
        Whether it is.
    labels, tags
        What is used, by name.
    kinds
        By label and shape kind.
    attributes
        By label and attribute.
    values
        By label, attribute and value, as JSON text.
    tag_attributes, tag_values
        The same of tags.
    several
        Shapes with several labels.
    most_shapes, most_tags
        The most that one asset has.
    started
        Tasks that a person has begun and not ended, the returned ones among them, by step and login.
    unstarted
        Tasks that nobody has begun, by step.
    statuses
        How many tasks were closed with a status, by step and status.
    """

    launched: bool = False
    archived: bool = False
    labels: Mapping[str, Used] = {}
    tags: Mapping[str, Used] = {}
    kinds: Mapping[tuple[str, str], Used] = {}
    attributes: Mapping[tuple[str, str], Used] = {}
    values: Mapping[tuple[str, str, str], Used] = {}
    tag_attributes: Mapping[tuple[str, str], Used] = {}
    tag_values: Mapping[tuple[str, str, str], Used] = {}
    several: Used = Used()
    most_shapes: int = 0
    most_tags: int = 0
    started: Mapping[tuple[int, str], int] = {}
    unstarted: Mapping[int, int] = {}
    statuses: Mapping[tuple[int, str], int] = {}


class Change:
    """What changing a campaign would do, in sentences.

    Attributes
    ----------
    changes, warnings, refusals
        What changes; what the author should know; why it cannot be done.
    dealt
        Steps whose tasks that nobody has begun are dealt again.
    joined
        Who comes to which step: pairs of step and login.
    """

    def __init__(self) -> None:
        self.changes: list[str] = []
        self.warnings: list[str] = []
        self.refusals: list[str] = []
        self.dealt: list[int] = []
        self.joined: list[tuple[int, str]] = []


def names(values: Iterable[object]) -> str:
    """Return names for a sentence, each in quotes; ``none`` if there are none."""
    return ", ".join(repr(str(v)) for v in values) or "none"
