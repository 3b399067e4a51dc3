"""The slices of a sequence as one person sees them, and what was spread over them."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from nbannotate.model.value import Record
from nbannotate.model.work import Outcome, TaskState
from nbannotate.texts import Message

Hold = Literal["mine", "free", "seen", "hidden"]
#: What becomes of slices that have shapes already.
Existing = Literal["keep", "add", "replace"]


class Slice(Record, frozen=True):
    """One asset of a sequence in a campaign.

    Parameters
    ----------
    place
        Where it stands in the sequence, from 1.
    hold
        ``"mine"``: I have its task and may work on it; ``"free"``: it waits in the queue and I may take it;
        ``"seen"``: I may look at it; ``"hidden"``: it is somebody else's, and nothing more is said of it.
    task_id
        The task that I open to work on it or to look at it; of a free one, the task that waits. 0 if hidden.
    state, outcome, step
        Of the current task of the asset, whoever has it.
    labels
        How many shapes have which label: of my draft where it is mine, else of the last revision.
    tags, nothing_to_label
        What else is said of it.
    drafted
        Whether that is my draft.
    tracks
        The tracks of its shapes (``Shape.track``).
    """

    place: int
    hold: Hold
    task_id: int = 0
    asset_id: int = 0
    name: str = ""
    state: TaskState = "in_progress"
    outcome: Outcome | None = None
    step: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    nothing_to_label: bool = False
    drafted: bool = False
    tracks: tuple[str, ...] = ()


class Sequence(Record, frozen=True):
    """The slices of a sequence in a campaign, in their order.

    Parameters
    ----------
    name
        Of the sequence.
    here
        The place of the slice that was asked about.
    undo
        The last thing that I spread here and may take back, or None; ``undo_what`` says it in a few words.
    """

    name: str
    here: int
    slices: tuple[Slice, ...]
    undo: int | None = None
    undo_what: str = ""


class LeftSlices(Record, frozen=True):
    """Slices that an operation left as they were, and why."""

    reason: Message
    places: tuple[int, ...]


class Spread(Record, frozen=True):
    """What an operation on a range of slices did.

    Parameters
    ----------
    changed
        The places of the slices that it changed.
    same
        Those that said the same already.
    left
        Those that it left out, by reason.
    taken
        How many it took out of the queue.
    spread_id
        By which it is taken back; None where that is not possible.
    message
        All that in a sentence or two.
    dropped
        Attributes that stayed behind, as the recipe does not have them.
    """

    changed: tuple[int, ...]
    same: tuple[int, ...] = ()
    left: tuple[LeftSlices, ...] = ()
    taken: int = 0
    spread_id: int | None = None
    message: Message = Message()
    dropped: tuple[str, ...] = ()
