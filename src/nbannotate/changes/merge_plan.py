"""What a merge is to do so that one version becomes the two: one row an asset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from nbannotate.changes.comparison import otherwise
from nbannotate.changes.revisions import Revision, Revisions
from nbannotate.changes.sides import of_version
from nbannotate.model import Annotation
from nbannotate.model.values import encode
from nbannotate.rules.merging import Choose, Decided, exact, merged
from nbannotate.workspace.dataset import Version

if TYPE_CHECKING:
    import pandas as pd

#: What becomes of an asset itself: it comes from theirs, is put away, or comes back; empty: it is there already.
Presence = Literal["", "added", "put_away", "taken_back"]


class Step(Struct, frozen=True):
    """What is done with an asset.

    Parameters
    ----------
    asset_id
        Which one.
    presence
        What becomes of the asset itself.
    ours_id, theirs_id
        The revisions that both versions show now; None for none.
    take
        The revision of theirs that is taken as it is.
    said
        What is said of it in place of that.
    """

    asset_id: int
    presence: Presence
    ours_id: int | None
    theirs_id: int | None
    take: int | None = None
    said: Annotation | None = None

    @property
    def what(self) -> str:
        """What is done, in a word."""
        return self.presence or ("joined" if self.said is not None else "taken")


class Plan(Struct, frozen=True):
    """All that is done, and what had to be decided for it."""

    steps: tuple[Step, ...]
    conflicts: tuple[Decided, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many assets are done what with."""
        return Counter(step.what for step in self.steps)

    def table(self) -> pd.DataFrame:
        """Return the steps as the owner takes them."""
        import pandas as pd

        said = [step.said if step.said is not None else Annotation() for step in self.steps]
        ids = {name: [getattr(s, name) for s in self.steps] for name in ("ours_id", "theirs_id", "take")}
        return pd.DataFrame(
            {
                "asset_id": pd.array([s.asset_id for s in self.steps], dtype="int64"),
                "presence": pd.array([s.presence for s in self.steps], dtype="str"),
                **{name: pd.array(its, dtype="Int64") for name, its in ids.items()},
                "says": pd.array([s.said is not None for s in self.steps], dtype="bool"),
                "shapes": pd.array([encode(a.shapes).decode() for a in said], dtype="str"),
                "tags": pd.array([encode(a.tags).decode() for a in said], dtype="str"),
                "nothing_to_label": pd.array([a.nothing_to_label for a in said], dtype="bool"),
                "tag_attributes": pd.array([encode(a.tag_attributes).decode() for a in said], dtype="str"),
            }
        )


def planned(base: Version, ours: Version, theirs: Version, choose: Choose, threshold: float | None) -> Plan:
    """Return what is to be done so that ours becomes the two of them.

    Only assets of which both say something else than base are looked at shape by shape.
    """
    workspace = ours.workspace
    was, mine, yours = of_version(base, "a"), of_version(ours, "b"), of_version(theirs, "b")
    by_them = otherwise(workspace, was, yours)
    by_us = otherwise(workspace, was, mine) if by_them else set()
    all_said = [Revisions.of(version, by_them, by_them & by_us) for version in (base, ours, theirs)]
    _, of_ours, of_theirs = all_said
    steps: list[Step | None] = []
    conflicts: list[Decided] = []
    for name in sorted(by_them):
        one, other = of_ours.rows.get(name), of_theirs.rows.get(name)
        if name not in by_us:
            steps.append(_taken(one, other))
            continue
        first, mine_says, yours_says = (said.said(name) for said in all_said)
        its = merged(name, first, mine_says, yours_says, choose, threshold)
        conflicts += its.conflicts
        before = [said.annotations.get(name) for said in (of_ours, of_theirs)]
        steps.append(_joined(one, other, its.annotation, before))
    return Plan(tuple(step for step in steps if step is not None), tuple(conflicts))


def _step(one: Revision | None, other: Revision | None, gone: bool) -> Step | None:
    """Return the step that lets an asset be there, or not; None if it is neither there nor to be."""
    here = one is not None and not one.away
    if gone and not here:
        return None
    presence: Presence = "put_away" if gone else "" if here else "added" if one is None else "taken_back"
    its = one or other
    assert its is not None
    ours_id, theirs_id = (None if r is None else r.annotation_id for r in (one, other))
    return Step(its.asset_id, presence, ours_id, theirs_id)


def _taken(one: Revision | None, other: Revision | None) -> Step | None:
    """Return the step that takes an asset as theirs has it."""
    step = _step(one, other, other is None or other.away)
    if step is None or step.presence == "put_away":
        return step
    if step.theirs_id is None:  # nothing is said of it there
        return _told(step, None, None if step.ours_id is None else Annotation())
    return _told(step, step.theirs_id, None)


def _joined(
    one: Revision | None, other: Revision | None, said: Annotation | None, before: Sequence[Annotation | None]
) -> Step | None:
    """Return the step that says of an asset what was made of both; ``before``: what ours and theirs say."""
    step = _step(one, other, said is None)
    if step is None or said is None:
        return step
    mine, yours = before
    if exact(said) == exact(mine if mine is not None else Annotation()):
        return step if step.presence else None
    if step.theirs_id is not None and exact(said) == exact(yours):
        return _told(step, step.theirs_id, None)
    return _told(step, None, said)


def _told(step: Step, take: int | None, said: Annotation | None) -> Step | None:
    if take is None and said is None and not step.presence:
        return None
    return Step(step.asset_id, step.presence, step.ours_id, step.theirs_id, take, said)
