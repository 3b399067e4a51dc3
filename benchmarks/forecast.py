"""How often campaigns end in the span that was forecast, and how long a forecast takes.

    python benchmarks/forecast.py [--each 40] [--open 100000]

Campaigns of known truth are simulated task by task (``tests/rules/forecasting/worlds.py``), looked at after some days,
and go on to their end. What is known of them then is what the statistics read: of a step it is told by the hour only
how much was open. The time is that of a history with many open tasks, of this process, the best of three.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from nbannotate.rules.forecasting.forecast import forecast, without_people
from nbannotate.rules.forecasting.history import HOURS, History
from nbannotate.stats.measured import ran_dry

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "rules" / "forecasting"))
from test_forecast import CAMPAIGNS, history_of
from worlds import MONDAY, World


def as_read(world: World, history: History) -> History:
    """Return a history in which it is told as the statistics read it when there was nothing to do."""
    since = int((dt.datetime.combine(history.days[0], dt.time()) - MONDAY).total_seconds() // 3600)
    net = np.zeros((len(history.days) * HOURS, history.steps))
    for visit in world.visits:
        for moment, sign in ((visit.created, 1), (visit.closed, -1)):
            if moment is not None and moment // 3600 >= since:
                net[int(moment // 3600) - since, visit.step] += sign
    left = history.open - net[::-1].cumsum(axis=0)[::-1]
    return dataclasses.replace(history, ran_dry=ran_dry(left, history.open, history.worked))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--open", type=int, default=100_000)
    given = parser.parse_args()
    together: Counter[str] = Counter()
    for name, (days, more) in CAMPAIGNS.items():
        found: Counter[str] = Counter()
        for seed in range(given.each):
            world, history = history_of(seed, days, **more)
            if not world.open or world.finished < 20 or without_people(history, {}):
                continue
            span = forecast(as_read(world, history), seed=seed).end
            end = world.end(days)
            late = span.high is not None and end > span.high
            found["before" if span.low is not None and end < span.low else "after" if late else "in"] += 1
        together += found
        print(f"{name:24} before {found['before']:3} in {found['in']:3} after {found['after']:3}", flush=True)
    print(f"{'together':24} in {together['in'] / together.total():.0%} of {together.total()}")
    _, history = history_of(0, 14, assets=1500)
    large = dataclasses.replace(history, queue=history.queue + given.open * np.eye(history.steps)[0])
    took = []
    for _ in range(3):
        began = time.process_time()
        forecast(large)
        took.append(time.process_time() - began)
    print(f"{given.open:,} open tasks: {min(took):.2f} s of processor time")


if __name__ == "__main__":
    main()
