"""Each moment of a person counts once and none is lost: against a recount of every second, told in any order."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from nbannotate.model import Stretch
from nbannotate.rules.activity import Span, count, free, total

NOON = datetime.datetime(2026, 1, 1, 12)


def at(second: float) -> datetime.datetime:
    return NOON + datetime.timedelta(seconds=second)


def stretch(low: float, high: float, worked: bool = True, editing: float = 0.0, **labels: float) -> Stretch:
    return Stretch(at(low), at(high), worked, editing, labels)


def counted(*stretches: Stretch, before: tuple[Span, ...] = (), since: float = 0, until: float = 10_000):
    return count(stretches, before, at(since), at(until), {"car", "bus"})


def seconds(pieces, worked: bool | None = None) -> list[int]:
    """Return every second that is counted, as often as it is."""
    spans = {(p.started, p.ended, p.worked_s > 0) for p in pieces}
    return sorted(
        s
        for low, high, active in spans
        if worked in (None, active)
        for s in range(int((low - NOON).total_seconds()), int((high - NOON).total_seconds()))
    )


STRETCHES = st.builds(
    lambda low, length, worked: stretch(low, low + length, worked, length / 2 if worked else 0.0, car=length / 4),
    st.integers(0, 60), st.integers(1, 20), st.booleans(),
)  # fmt: skip


@given(st.lists(st.lists(STRETCHES, max_size=6), max_size=6), st.integers(0, 30), st.integers(40, 80))
def test_work_is_counted_whole_and_once_however_it_is_told(reports, since, until):
    spans: list[Span] = []
    pieces = []
    for report in [*reports, *reports[::-1]]:  # all of it is told again, later and in another order
        made = counted(*report, before=tuple(spans), since=since, until=until)
        pieces += made
        spans += {Span(p.started, p.ended, p.worked_s > 0) for p in made}
    said = [s for report in reports for s in report]
    reported = {
        second
        for s in said
        if s.worked
        for second in range(int((s.started - NOON).total_seconds()), int((s.ended - NOON).total_seconds()))
    }
    assert seconds(pieces, worked=True) == sorted(s for s in reported if since <= s < until)
    shown = seconds(pieces, worked=False)
    assert len(shown) == len(set(shown))
    sums = total(pieces)
    assert sums.worked_s <= sums.shown_s + 1e-9
    assert (sums.editing_s or 0) <= sums.worked_s + 1e-9


def test_rows_of_a_stretch_share_it_out_among_labels_and_the_rest():
    made = counted(stretch(0, 10, editing=6, car=4, bus=1, ghost=3))
    rows = {p.label: (p.shown_s, p.worked_s, p.editing_s) for p in made}
    assert rows == {"car": (4, 4, 4), "bus": (1, 1, 1), None: (5, 5, 1)}
    assert total(made).editing_s == 6
    assert {(p.started, p.ended) for p in made} == {(at(0), at(10))}


def test_a_page_that_claims_more_than_the_time_there_was_gets_that_time():
    made = counted(stretch(0, 10, editing=500, car=900, bus=100))
    assert [round(v, 6) for v in (total(made).shown_s, total(made).worked_s, total(made).editing_s)] == [10, 10, 10]
    assert {p.label: round(p.editing_s or 0, 6) for p in made} == {"car": 9, "bus": 1}


def test_what_is_half_counted_already_counts_by_half():
    made = counted(stretch(0, 10, editing=6, car=4), before=(Span(at(5), at(20), True),))
    assert {p.label: p.editing_s for p in made} == {"car": 2, None: 1}
    assert total(made).shown_s == 5


def test_work_does_not_give_way_to_what_was_only_shown():
    made = counted(stretch(0, 10), before=(Span(at(0), at(10), False),))
    assert total(made).worked_s == 10
    assert not counted(stretch(0, 10, worked=False), before=(Span(at(0), at(10), True),))


def test_nothing_covers_a_moment_of_no_length():
    assert free(at(0), at(9), [Span(at(3), at(3), True)]) == [(at(0), at(9))]
    assert free(at(4), at(4), []) == []
