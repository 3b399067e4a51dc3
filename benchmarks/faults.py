"""What people were told is there, once, whatever breaks: owner, database, network, disk and clock, again and again.

    python benchmarks/faults.py                                 every kind of fault, 10 times
    python benchmarks/faults.py --times 200 --fault owner       one kind, 200 times (as much as heavy load allows)
    python benchmarks/faults.py --list                          the kinds

Four people in two processes annotate without a rest while a fault strikes again and again, each time when everybody
could work after the one before. *Acknowledged* counts what they were answered (claims, saves, issues, skips,
submissions); afterwards the workspace is compared with that: *lost* is what was acknowledged and is not there,
*doubled* what is there more often than it was asked for (who is told to do something again does), *errors* the
sentences that people met. The same seed strikes at the same things; when exactly depends on the machine. The exit code
is 1 if anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import nbannotate as nb
from fault_kinds import OF_FILES, Fault, Unavailable, set_up
from fault_people import Account, People, account, make
from fault_postgres import ON_POSTGRES

PROCESSES, THREADS = 2, 2
#: How long a person rests after a save; without it four people would annotate hundreds of images a minute.
PAUSE_S = 0.05
KINDS: dict[str, type[Fault]] = {kind.name: kind for kind in (*OF_FILES, *ON_POSTGRES)}


def run(kind: type[Fault], times: int, seed: int) -> Account:
    """Let a fault strike so often, and return what came of it."""
    chance = random.Random(f"{kind.name} {seed}")
    logins = [[f"ann{2 * i + j}" for j in range(THREADS)] for i in range(PROCESSES)]
    with tempfile.TemporaryDirectory(prefix="nb-") as name, set_up(kind, Path(name), chance) as fault:
        assets = 400 + 6 * THREADS * PROCESSES * times
        campaign_id = make(fault.path, Path(name) / "images", assets, [login for its in logins for login in its])
        environments = [fault.environment(i) for i in range(PROCESSES)]
        people = People(fault.path, campaign_id, f"{seed}", logins, PAUSE_S, environments)
        try:
            since = 0.0
            for _ in range(times):
                people.wait(since, 2)
                time.sleep(chance.uniform(0, 0.3))
                fault.strike()
                since = time.monotonic()
            people.wait(since, 3)
            said = people.end()
        finally:
            people.kill()
        with nb.open(fault.path) as ws:
            return account(ws, campaign_id, said, fault.may_move)


#: Started here, Python hashes passwords cheaply: nothing that breaks has to do with those.
CHILDREN = Path(__file__).parents[1] / "tests" / "children"


def main() -> None:
    """Strike, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10, help="how often each strikes (default: 10)")
    parser.add_argument("--fault", choices=KINDS, nargs="*", default=list(KINDS), help="which (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="name the kinds, and end")
    given = parser.parse_args()
    if given.list:
        print("\n".join(f"{name:10} {kind.what}" for name, kind in KINDS.items()))
        return
    print("| fault | times | acknowledged | lost | doubled | errors that people met | seconds |")
    print("|---|--:|--:|--:|--:|---|--:|")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(CHILDREN), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # servers and disks are let go of
    wrong = False
    for name in given.fault:
        began = time.monotonic()
        try:
            its = run(KINDS[name], given.times, given.seed)
        except Unavailable as why:
            print(f"| {name} | 0 | | | | not here: {why} | |", flush=True)
            continue
        errors = ", ".join(f"{n} {kind}" for kind, n in its.errors.most_common()) or "none"
        took = time.monotonic() - began
        row = (name, given.times, f"{its.acknowledged:,}", len(its.lost), len(its.doubled), errors, f"{took:.0f}")
        print(f"| {' | '.join(map(str, row))} |", flush=True)
        for what, found in (("lost", its.lost), ("doubled", its.doubled)):
            for one in found[:10]:
                print(f"  {what}: {one}", file=sys.stderr)
        wrong |= bool(its.lost or its.doubled)
    print(f"\nseed {given.seed}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
