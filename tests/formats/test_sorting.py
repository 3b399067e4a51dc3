"""Things that are sorted on disk come out as if they had been sorted in memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nbannotate.formats._sorting import Sorted


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5), st.binary(max_size=4))),
    st.sampled_from([1, 900, 1 << 20]),
)
def test_they_come_by_their_keys_and_of_one_key_as_they_came(its: list[tuple[int, int, bytes]], part: int) -> None:
    with Sorted(part) as found:
        for a, b, value in its:
            found.add((a, b), value)
        assert len(found) == len(its)
        assert list(found) == [((a, b), value) for a, b, value in sorted(its, key=lambda one: one[:2])]
