"""The cards of what operations answer."""

from __future__ import annotations

from nbannotate.cards import Card, Chips, Counts, Lines, Pairs, Words, card_of, count, counted
from nbannotate.model.outcomes import Added, Imported
from nbannotate.model.sequences import Spread
from nbannotate.model.work import Closed, ClosedAndNext, Reassigned, Saved

#: So many images that show what another one does are named.
MOST_SAME = 5


@card_of.register
def _(done: Imported) -> Card:
    lines = []
    if done.left_out:
        lines.append(
            ("left out", f"people have worked on them (first: {done.first}); on_conflict='replace' takes them, too")
        )
    if done.unchanged:
        lines.append(("unchanged", f"they were said just so already (first: {done.first_unchanged})"))
    if done.missing:
        lines.append(("missing", f"names that are no assets (first: {done.first_missing})"))
    if done.overwritten:
        lines.append(
            ("note", f"{counted(done.overwritten, 'of them stands', 'of them stand')} over the work of people")
        )
    counts: Counts = (count(done.assets, "asset got an annotation", "assets got annotations"),)
    sums = ((done.left_out, "left out"), (done.unchanged, "unchanged"), (done.missing, "missing"))
    counts += tuple(pair for pair in sums if pair[0])
    back = ("version.restore(source=…)",) if done.overwritten else ()
    return Card("Imported", counts=counts, parts=(Lines(tuple(lines)),), next=back)


@card_of.register
def _(added: Added) -> Card:
    sums = (
        (added.there, "in the version already"),
        (added.skipped, "passed over: the name of another file"),
        (added.replaced, "in place of another file"),
        (added.missing, "rows of metadata that fit no image"),
        (len(added.duplicates), "show just what another image does"),
        (len(added.passed_over), "passed over: they show just what another image does"),
    )
    counts: Counts = (count(added.assets, "new image"), *(pair for pair in sums if pair[0]))
    left = tuple(("left out", f"{n:,} {why}") for why, n in added.left_out.items())
    same = tuple(("the same", f"{name}, {other}") for name, other in (added.duplicates | added.passed_over).items())
    listed = (Lines(left), Lines(same[:MOST_SAME]))
    return Card("Added", counts=counts, parts=listed, next=("version.duplicates()",) if added.duplicates else ())


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
