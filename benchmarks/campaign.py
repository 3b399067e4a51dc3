"""A whole campaign by simulated people, to its end: nothing twice, nothing lost, and how long each call takes.

    python benchmarks/campaign.py                      10,000 assets, 20 people, three steps
    python benchmarks/campaign.py --assets 1000 --threads 8
    python benchmarks/campaign.py --assets 1000 --statements    in one process: where the time goes, by SQL statement

Twelve people draw, five check, three look last, each at a queue. A person takes the next task, saves once and submits,
or, in review, accepts; every so often (15 %) a checker raises an issue and sends the asset to rework. Closed loop: the
people of a thread act in turn, as fast as they are answered, so that a call waits for those of the other threads.

At the end everything is compared with what each person was told. The exit code is 1 if anything does not fit.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

import nbannotate as nb
from nbannotate.model import Annotation, Closed, Issue, Saved, Session, Shape, TaskView
from nbannotate.owner.client import Client, connect
from nbannotate.owner.place import Place

PASSWORD = "a-long-password"
PEOPLE = {"draw": 12, "check": 5, "last": 3}
SHAPES = 5


class Board:
    """What all threads know: how much is left, what each person was told, and the times of the calls."""

    def __init__(self, assets: int) -> None:
        self.left = assets
        self.lock = threading.Lock()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.closed: list[tuple[int, str]] = []
        self.drawn: set[tuple[int, str]] = set()
        self.errors: list[str] = []

    def told(self, task: TaskView, who: str, closed: Closed, shape: str | None) -> None:
        """Remember what a person was told."""
        with self.lock:
            self.closed.append((closed.task_id, who))
            if shape is not None:
                self.drawn.add((task.task.asset_id, shape))
            self.left -= closed.asset_state != "in_progress"


class Person:
    """Somebody who works at one step."""

    def __init__(
        self, login: str, step: int, campaign_id: int, client: Client, board: Board, given: argparse.Namespace
    ) -> None:
        self.login, self.step, self.campaign_id, self.client = login, step, campaign_id, client
        self.board, self.rework, self.rest = board, given.rework, given.rest
        self.random = random.Random(f"{given.seed} {login}")
        self.rests_until, self.made = 0.0, 0

    def call(self, operation: str, returns: Any, **arguments: Any) -> Any:
        """Call an operation and remember how long it took."""
        start = time.perf_counter()
        answer = self.client.call(operation, returns, **arguments)
        took = (time.perf_counter() - start) * 1e3
        with self.board.lock:
            self.board.times[operation].append(took)
        return answer

    def drawing(self) -> Annotation:
        """Return an annotation whose shapes have ids of their own."""
        self.made += 1
        x, y = self.random.uniform(0, 80), self.random.uniform(0, 50)
        shapes = (
            Shape(kind="rectangle", points=((x + i, y + i), (x + 20, y + 20)), label="cell",
                  id=f"{self.login}-{self.made}-{i}")
            for i in range(SHAPES)
        )  # fmt: skip
        return Annotation(shapes=tuple(shapes))

    def act(self) -> bool:
        """Do one task; False if there is none now."""
        view = self.call("tasks.next", TaskView | None, campaign_id=self.campaign_id, step=self.step)
        if view is None:
            self.rests_until = time.monotonic() + self.rest
            return False
        if view.task.assignee != self.login or not view.editable:
            self.board.errors.append(f"{self.login} was given the task {view.task.task_id} of {view.task.assignee}")
        mine = {"task_id": view.task.task_id, "seconds": 1.0}
        if view.task.kind == "annotation":
            drawing = self.drawing()
            saved = self.call("tasks.save", Saved, annotation=drawing, revision=view.revision, **mine)
            closed = self.call("tasks.submit", Closed, annotation=drawing, revision=saved.revision, **mine)
            self.board.told(view, self.login, closed, drawing.shapes[0].id)
        elif self.step == 1 and view.task.round == 1 and self.random.random() < self.rework:
            self.call("issues.create", Issue, task_id=view.task.task_id, text="A cell is missing.")
            closed = self.call("tasks.rework", Closed, revision=view.revision, **mine)
            self.board.told(view, self.login, closed, None)
        else:
            closed = self.call("tasks.submit", Closed, annotation=view.annotation, revision=view.revision, **mine)
            self.board.told(view, self.login, closed, view.annotation.shapes[0].id)
        return True


def work(people: list[Person], board: Board) -> None:
    """Let the people of one thread act in turn until nothing is left."""
    try:
        while board.left > 0 and not board.errors:
            worked = [p.act() for p in people if p.rests_until < time.monotonic()]
            if not any(worked):
                time.sleep(0.02)
    except BaseException as error:
        board.errors.append(f"{type(error).__name__}: {error}")
        raise


def make(workspace: nb.Workspace, folder: Path, assets: int) -> int:
    """Make a launched campaign and its people; return its id."""
    names = {step: [f"{step}{i}" for i in range(n)] for step, n in PEOPLE.items()}
    for step, logins in names.items():
        for login in logins:
            workspace.members.add(login, role="annotator" if step == "draw" else "reviewer", password=PASSWORD)
    (folder / "images").mkdir()
    files = [folder / "images" / f"{i:06}.png" for i in range(assets)]
    Image.new("L", (120, 90)).save(files[0])
    for file in files[1:]:
        file.hardlink_to(files[0])
    version = workspace.create_dataset("scans").create_version("v1").add_images(files)
    steps = [nb.Step(n, "annotation" if n == "draw" else "review", logins) for n, logins in names.items()]
    campaign = version.create_campaign("bench", nb.Recipe(["cell"]), nb.Workflow(steps))
    campaign.launch()
    return campaign.campaign_id


def problems(workspace: nb.Workspace, board: Board, assets: int) -> list[str]:
    """Compare what is stored with what everybody was told; return what does not fit."""
    found = list(board.errors)

    def same(what: str, expected: object, got: object) -> None:
        if expected != got:
            found.append(f"{what}: expected {expected}, found {got}")

    tasks = workspace.sql(
        "select task_id, asset_id, assignee, state, is_current, round, step, closed from tasks order by task_id"
    )
    current = tasks[tasks["is_current"]]
    in_version = set(workspace.sql("select asset_id from assets")["asset_id"])
    same("assets with one current task", (assets, in_version), (len(current), set(current["asset_id"])))
    same("assets that are done", assets, int((current["state"] == "done").sum()))
    same("tasks that are not closed", 0, int(tasks["closed"].isna().sum()))
    twice = [task for task, n in Counter(task for task, _ in board.closed).items() if n > 1]
    same("tasks that two people ended", [], twice)
    stored = set(zip(tasks["task_id"], tasks["assignee"], strict=True))
    same("tasks ended by somebody who did not have them", set(), set(board.closed) - stored)
    same("tasks that nobody was told of", set(), stored - set(board.closed))
    rounds = tasks.sort_values("task_id").groupby(["asset_id", "step"])["round"]
    same("rounds that do not count up", True, bool((rounds.cumcount() + 1 == tasks["round"]).all()))
    shapes = workspace.sql("select asset_id, shape_id from shape_history")
    kept = set(zip(shapes["asset_id"], shapes["shape_id"], strict=True))
    same("annotations that disappeared", set(), board.drawn - kept)
    issues = workspace.sql("select state from issues")["state"]
    same("issues that are not resolved", 0, int((issues != "resolved").sum()))
    same("returned tasks", len(issues), int((tasks["round"] > 1)[tasks["step"] == 0].sum()))
    jobs = workspace.sql("select step, sum(total) as n from jobs group by all order by 1")
    same("assets in the jobs of each step", [(i, assets) for i in range(len(PEOPLE))],
         [(int(s), int(n)) for s, n in zip(jobs["step"], jobs["n"], strict=True)])  # fmt: skip
    return found


def report(workspace: nb.Workspace, board: Board, assets: int, seconds: float) -> None:
    """Print what was measured, as Markdown."""
    calls = sum(map(len, board.times.values()))
    print(
        f"{assets:,} assets, {sum(PEOPLE.values())} people, {len(board.closed):,} tasks in {seconds:,.0f} s: ", end=""
    )
    print(f"**{calls / seconds:.1f} operations/s**; {platform.machine()}, {os.cpu_count()} cores, load", end=" ")
    print(f"{os.getloadavg()[0]:.1f}\n\n| operation | calls | p50 ms | p95 ms | max ms | owner p50 ms | owner p95 ms |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    inside = workspace.sql(
        "select operation, quantile_cont(milliseconds, 0.5) as p50, quantile_cont(milliseconds, 0.95) as p95 "
        "from events group by 1"
    ).set_index("operation")
    for operation, times in sorted(board.times.items()):
        cut = statistics.quantiles(times, n=20, method="inclusive") if len(times) > 1 else times * 20
        own = inside.loc[operation]
        figures = (f"{v:.1f}" for v in (cut[9], cut[18], max(times), own["p50"], own["p95"]))
        print(f"| {operation} | {len(times):,} | {' | '.join(figures)} |")


@contextmanager
def opened(path: Path, statements: bool) -> Iterator[nb.Workspace]:
    """Open the workspace with an owner process, or in this one to look at the statements."""
    if statements:
        from statements import watched  # beside this file

        with watched(path) as workspace:
            yield workspace
        return
    workspace = nb.open(path)
    try:
        yield workspace
    finally:
        workspace.close()
        contact = Place(path).contact()
        if contact is not None:
            os.kill(contact.pid, signal.SIGTERM)


def run(given: argparse.Namespace) -> list[str]:
    """Run a campaign to its end, print the figures and return what does not fit."""
    assets, statements = given.assets, given.statements
    threads = 1 if statements else given.threads
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "bench.duckdb", statements) as workspace:
        campaign_id = make(workspace, Path(folder), assets)
        board, people = Board(assets), []
        for step, (name, count) in enumerate(PEOPLE.items()):
            for i in range(count):
                login, call = f"{name}{i}", workspace.client.call
                token = call("sessions.open", Session, login=login, password=PASSWORD).token
                client = workspace.client.acting(token) if statements else connect(workspace.path, token)
                people.append(Person(login, step, campaign_id, client, board, given))
        random.Random(given.seed).shuffle(people)
        workers = [threading.Thread(target=work, args=(people[i::threads], board)) for i in range(threads)]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        try:
            for worker in workers:
                worker.join()
        finally:  # also when it is interrupted
            board.left = 0
            for worker in workers:
                worker.join()
        report(workspace, board, assets, time.perf_counter() - start)
        for person in people:
            person.client.close()
        return problems(workspace, board, assets)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=4, help="how many people are waiting for an answer at a time")
    parser.add_argument("--rework", type=float, default=0.15, help="which part of the assets is sent to rework")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--statements", action="store_true", help="in one process; times by SQL statement")
    parser.add_argument("--rest", type=float, default=1.0, help="seconds until a person asks an empty queue again")
    wrong = run(parser.parse_args())
    print()
    for sentence in wrong:
        print("PROBLEM:", sentence[:2000])
    if not wrong:
        print("Nothing was done twice, nothing was lost, nobody worked on a task of somebody else.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
