"""Every table says what a recount says after any work that real operations did, under a clock that the test sets.

``NBANNOTATE_SEQUENCES=300`` runs so many campaigns, at random; without it a few run, always the same ones.
"""

import os
from typing import Any

import pytest
from checking import TABLES, check
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from simulated import DRAWERS, LABELS, REVIEWERS, WAITS, Move, Simulation

import nbannotate as nb

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("simulated")]
SEQUENCES = int(os.environ.get("NBANNOTATE_SEQUENCES", "0"))

VERBS = ["draw"] * 8 + ["accept"] * 6 + ["rework"] * 3 + ["wait"] * 4 + [
    "reject", "leave", "save", "issue", "issue", "reassign", "disable", "enable", "complete", "restart", "second",
    "resume", "resume",
]  # fmt: skip
number = st.integers(0, 11)
moves = st.builds(Move, st.sampled_from(VERBS), number, number, st.sampled_from([2, 3, 30, 61, 200]))
#: Work that is always done first, so that there is something to go on with.
OPENING = [Move("draw", i, i % 4, 20 + i) for i in range(6)] + [Move("accept", 0, 0, 21), Move("rework", 1, 1, 30)]
filters = st.fixed_dictionaries(
    {},
    optional={
        "tz": st.sampled_from(["Europe/Berlin", "America/St_Johns"]),
        "by": st.sampled_from(["hour", "day", "week", "month"]),
        "member": st.lists(st.sampled_from([*DRAWERS, *REVIEWERS]), unique=True),
        "step": st.just(["draw"]),
        "label": st.lists(st.sampled_from(LABELS), unique=True),
        "start": st.sampled_from([at for at in WAITS.values() if hasattr(at, "hour")]),
    },
)


@settings(
    max_examples=SEQUENCES or 4, deadline=None, derandomize=not SEQUENCES,
    phases=[Phase.explicit, Phase.generate] + [Phase.shrink] * bool(SEQUENCES),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip
@given(
    copies=st.sampled_from([1, 2, 2, 3]),
    reviews=st.integers(0, 2),
    assets=st.integers(1, 4),
    attribution=st.sampled_from(["queue", "equal"]),
    gold=st.sampled_from([None, "notify", "pause"]),
    work=st.lists(moves, min_size=12, max_size=40),
    scope=st.sampled_from(["workspace", "dataset", "v1", "v2", "One", "Two"]),
    given_=filters,
)
def test_whatever_people_did_is_counted_right(
    copies: int,
    reviews: int,
    assets: int,
    attribution: str,
    gold: str | None,
    work: list[Move],
    scope: str,
    given_: dict[str, Any],
) -> None:
    simulation = Simulation(copies, reviews, assets, attribution, gold)
    try:
        simulation.run([*OPENING, *work])
        for what in simulation.done:
            event(what)
        world = simulation.world()
        for table in TABLES:
            check(world, scope if scope in world.scopes else "workspace", table, given_)
            check(world, "One", table, {})
        hours = nb.stats.hours(simulation.ws, by="hour").groupby("member")[["worked_s", "shown_s", "editing_s"]].sum()
        for (who, column), seconds in simulation.reported.items():
            assert hours[column].get(who, 0.0) == pytest.approx(seconds), (who, column)
    finally:
        simulation.close()
