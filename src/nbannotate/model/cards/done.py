"""The cards of what operations answer."""

from __future__ import annotations

from nbannotate.cards import Card, Chips, Counts, Lines, Pairs, Words, card_of, count, counted
from nbannotate.model.overview import Imported
from nbannotate.model.sequences import Spread
from nbannotate.model.work import Closed, ClosedAndNext, Reassigned, Saved


@card_of.register
def _(done: Imported) -> Card:
    lines = []
    if done.left_out:
        lines.append(("left out", f"People have worked on them (first: {done.first}); overwrite=True takes them, too."))
    if done.overwritten:
        lines.append(
            ("note", f"{counted(done.overwritten, 'of them stands', 'of them stand')} over the work of people.")
        )
    counts: Counts = ((done.assets, "assets got annotations"),)
    counts += ((done.left_out, "left out"),) if done.left_out else ()
    back = ("version.restore(source=…)",) if done.overwritten else ()
    return Card("Imported", counts=counts, parts=(Lines(tuple(lines)),), next=back)


@card_of.register
def _(done: Reassigned) -> Card:
    people = Chips("", tuple((login, None, counted(n, "task")) for login, n in done.people.items()))
    left = (Words(f"{counted(done.left, 'task')} stayed, as somebody has started."),) if done.left else ()
    return Card("Reassigned", counts=(count(done.tasks, "task"),), parts=((people,) if done.people else ()) + left)


@card_of.register
def _(saved: Saved) -> Card:
    parts = (Words(saved.text),) if saved.text else ()
    return Card("Saved", f"draft {saved.revision}", "" if saved.held else "not yours any more", parts=parts)


@card_of.register
def _(closed: Closed) -> Card:
    to = (("goes on at", closed.next_step),) if closed.next_step is not None else ()
    repaired = Lines(tuple(("repaired", text) for text in closed.repaired))
    return Card(
        "Task", f"{closed.task_id}", closed.state.replace("_", " "), parts=(Words(closed.message), Pairs(to), repaired)
    )


@card_of.register
def _(both: ClosedAndNext) -> Card:
    then = both.next.task.asset if both.next is not None else both.text or "nothing is left"
    return Card("Task", f"{both.closed.task_id}", parts=(Words(both.closed.message), Pairs((("next", then),))))


@card_of.register
def _(spread: Spread) -> Card:
    left = tuple(("left", f"{some.reason} ({', '.join(map(str, some.places[:8]))})") for some in spread.left)
    back = ("ws.work.undo(…)",) if spread.spread_id is not None else ()
    return Card(
        "Slices", counts=((len(spread.changed), "changed"),), parts=(Words(spread.message), Lines(left)), next=back
    )
