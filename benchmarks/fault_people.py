"""People who annotate without a rest while something breaks, and the account of what they were told.

    python benchmarks/fault_people.py WORKSPACE CAMPAIGN SEED PAUSE PAGES LOGIN…

is some of them, a thread each: each claims, saves, raises issues and submits until its input ends, and prints a line of
JSON for whatever was answered, after it was. An error is one too: what it was about is in doubt then, and the person
goes on as a person does, by asking for the next task. :func:`account` compares all of that with the workspace.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import nbannotate as nb
from nbannotate.errors import CannotWrite, DatabaseFailed, DiskFull, NbannotateError, OwnerUnavailable, SessionEnded
from nbannotate.model import Annotation, Closed, Issue, Saved, Session, Shape, TaskView
from nbannotate.owner.client import Client, SocketClient

#: How long an answer may be awaited that is none of the fault's doing.
PATIENCE_S = 90.0


def password(login: str) -> str:
    """Return the password of one of the people."""
    return f"{login}-has-a-long-password"


class Said(NamedTuple):
    """One answer, or an error: when it came, what was asked, by whom, of which task, with which text."""

    at: float
    is_done: bool
    what: str
    login: str
    task_id: int
    text: str


def drawn(text: str) -> Annotation:
    """Return an annotation of three rectangles that is known again by a text."""
    return Annotation(
        shapes=tuple(
            Shape(kind="rectangle", points=((5 + i, 5), (50, 60)), label="cell", id=f"{text}/{i}") for i in range(3)
        )
    )


class Annotator:
    """One person, who works until told that it is enough."""

    printing = threading.Lock()
    enough = threading.Event()

    def __init__(self, path: str, campaign_id: int, login: str, seed: str, pause_s: float) -> None:
        self.path, self.campaign_id, self.login, self.pause_s = path, campaign_id, login, pause_s
        self.chance = random.Random(f"{seed} {login}")
        self.texts = 0

    def say(self, is_done: bool, what: str, task_id: int = 0, text: str = "") -> None:
        """Tell what came of a call."""
        with self.printing:
            print(json.dumps(Said(time.monotonic(), is_done, what, self.login, task_id, text)), flush=True)

    def ask(self, client: Client, what: str, returns: Any, text: str = "", /, **arguments: Any) -> Any:
        """Call an operation and tell what came of it."""
        task_id = arguments.get("task_id", 0)
        try:
            answer = client.call(what, returns, **arguments)
        except NbannotateError as error:
            self.say(False, what, task_id, text)
            self.say(False, type(error).__name__, task_id, str(error))
            raise
        self.say(True, what, answer.task.task_id if isinstance(answer, TaskView) else task_id, text)
        return answer

    def text(self) -> str:
        """Return a text that nobody else draws or writes."""
        self.texts += 1
        return f"{self.login}.{self.texts}"

    def one(self, client: Client) -> bool:
        """Do one image; return whether there was any."""
        view = self.ask(client, "tasks.next", TaskView | None, campaign_id=self.campaign_id, step=0)
        if view is None:
            return False
        task_id, revision = view.task.task_id, view.revision
        for _ in range(self.chance.randint(1, 2)):
            text = self.text()
            its = {"task_id": task_id, "annotation": drawn(text), "revision": revision, "seconds": 0}
            revision = self.ask(client, "tasks.save", Saved, text, **its).revision
            self.enough.wait(self.pause_s)
        if self.chance.random() < 0.3:
            text = self.text()
            self.raise_issue(client, task_id, text)
            self.ask(client, "tasks.skip", Closed, task_id=task_id, revision=revision, seconds=0)
        else:
            text = self.text()
            its = {"task_id": task_id, "annotation": drawn(text), "revision": revision, "seconds": 0}
            self.ask(client, "tasks.submit", Closed, text, **its)
        return True

    def raise_issue(self, client: Client, task_id: int, text: str) -> None:
        """Raise an issue; do it again as often as people are told to."""
        while True:
            try:
                self.ask(client, "issues.create", Issue, text, task_id=task_id, text=text)
            except (OwnerUnavailable, DatabaseFailed, DiskFull, CannotWrite):
                self.enough.wait(0.2)
            else:
                return

    def work(self) -> None:
        """Log in, and work; again after an error."""
        door: SocketClient | None = None
        client: Client | None = None
        while not self.enough.is_set():
            try:
                door = door or SocketClient(self.path)
                if client is None:
                    opened = door.call("sessions.open", Session, login=self.login, password=password(self.login))
                    client = door.acting(opened.token)
                if not self.one(client):
                    self.say(False, "nothing is left")
                    return
            except SessionEnded:
                client = None
            except NbannotateError:
                self.enough.wait(0.2)


class People:
    """Processes of people at work at a workspace, and what they were answered so far.

    Parameters
    ----------
    path
        The file or the address.
    campaign_id
        Where they work.
    seed
        Of what they choose.
    logins
        Who works in each of the processes.
    pause_s
        How long each rests after a save.
    environments
        What each process has in its environment beside this one's.
    """

    def __init__(
        self, path: str, campaign_id: int, seed: str, logins: list[list[str]], pause_s: float,
        environments: list[dict[str, str]],
    ) -> None:  # fmt: skip
        self.said: list[Said] = []
        self._changed = threading.Condition()
        self.processes, self._readers = [], []
        for its, environment in zip(logins, environments, strict=True):
            command = [sys.executable, __file__, path, str(campaign_id), seed, str(pause_s), *its]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
            )
            reader = threading.Thread(target=self._read, args=(process,), daemon=True)
            reader.start()
            self.processes.append(process)
            self._readers.append(reader)
        self._logins = [login for its in logins for login in its]

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._changed:
                self.said.append(Said(*json.loads(line)))
                self._changed.notify_all()

    def wait(self, since: float, count: int) -> None:
        """Wait until everybody was answered more often than that since a moment; the first may be from before it."""

        def answered() -> bool:
            many = Counter(one.login for one in self.said if one.at > since and one.is_done)
            return all(many[login] > count for login in self._logins)

        with self._changed:
            if not self._changed.wait_for(answered, PATIENCE_S):
                last = [one for one in self.said if not one.is_done][-3:]
                raise TimeoutError(
                    f"Not everybody could work again {PATIENCE_S:.0f} s after a fault; the last errors: {last}"
                )

    def end(self) -> list[Said]:
        """Let everybody finish what is in hand, and return all that was said."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.close()
        for process, reader in zip(self.processes, self._readers, strict=True):
            if code := process.wait(PATIENCE_S):
                raise RuntimeError(f"A process of people ended with {code}.")
            reader.join()
        return self.said

    def kill(self) -> None:
        """End the processes, whatever they do."""
        for process in self.processes:
            process.kill()
            process.wait()


class Account(NamedTuple):
    """What a workspace has of what people were told."""

    acknowledged: int
    lost: list[str]
    doubled: list[str]
    errors: Counter[str]


def account(ws: nb.Workspace, campaign_id: int, said: list[Said], may_move: bool = False) -> Account:
    """Compare a workspace with what people were told.

    Parameters
    ----------
    ws
        The workspace, when nothing is broken any more.
    campaign_id
        Where they worked.
    said
        All that they were told.
    may_move
        Whether tasks may have changed hands, because leases ran out: several may have been told that one is theirs.
    """
    lost: list[str] = []
    doubled: list[str] = []
    done = [one for one in said if one.is_done]
    tasks = ws.sql("select task_id, asset_id, assignee, outcome from tasks where step = 0").set_index("task_id")
    doubled += [f"asset {a} has {n} tasks" for a, n in Counter(tasks["asset_id"]).items() if n > 1]

    holders: dict[int, set[str]] = defaultdict(set)
    for one in done:
        if one.what == "tasks.next" and one.task_id:
            holders[one.task_id].add(one.login)
    for task_id, logins in holders.items():
        if len(logins) > 1 and not may_move:
            doubled.append(f"task {task_id} was given to {sorted(logins)}")
        if tasks["assignee"].get(task_id) not in logins:
            lost.append(f"task {task_id} of {sorted(logins)} is {tasks['assignee'].get(task_id)}'s")

    counted = ws.sql("select operation, task_id, count(*) as n from events where task_id is not null group by all")
    events = {(o, t): n for o, t, n in counted[["operation", "task_id", "n"]].itertuples(index=False)}
    acts, doubts = (
        Counter((one.what, one.task_id) for one in said if one.is_done is is_done and "." in one.what and one.task_id)
        for is_done in (True, False)
    )
    for (what, task_id), n in acts.items():
        if what != "tasks.next" and events.get((what, task_id), 0) < n:
            lost.append(f"{what} of task {task_id}: {n} answered, {events.get((what, task_id), 0)} in the log")
    for (what, task_id), n in events.items():
        known = acts[what, task_id] + doubts[what, task_id]
        if what in ("tasks.save", "tasks.submit", "tasks.skip", "issues.create") and n > known:
            doubled.append(f"{what} of task {task_id}: {known} asked, {n} in the log")

    rows = ws.sql("select task_id, shape_id, count(*) as n from shape_history group by all")
    shapes = {(t, s): n for t, s, n in rows[["task_id", "shape_id", "n"]].itertuples(index=False)}
    doubled += [f"shape {s} of task {t} is there {n} times" for (t, s), n in shapes.items() if n > 1]
    many = ws.sql("select task_id, count(*) as n from annotations group by 1 having count(*) > 1")
    doubled += [f"task {t} has {n} annotations" for t, n in many.itertuples(index=False)]
    drafts: dict[str, set[str]] = {}
    for one in done:
        if one.what == "tasks.submit":
            if not all((one.task_id, f"{one.text}/{i}") in shapes for i in range(3)):
                lost.append(f"{one.text}, submitted with task {one.task_id}")
            if tasks["outcome"].get(one.task_id) != "submitted":
                lost.append(f"task {one.task_id} was submitted, and is {tasks['outcome'].get(one.task_id)}")
        if one.what == "tasks.skip" and tasks["outcome"].get(one.task_id) != "skipped":
            lost.append(f"task {one.task_id} was skipped, and is {tasks['outcome'].get(one.task_id)}")
    last: dict[tuple[str, int], Said] = {(one.login, one.task_id): one for one in done if one.what == "tasks.save"}
    for (login, task_id), one in last.items():
        later = {s.text for s in said if s.login == login and s.task_id == task_id and s.at >= one.at and s.text}
        if tasks["outcome"].get(task_id) in ("submitted", "skipped"):
            kept = {s.rpartition("/")[0] for t, s in shapes if t == task_id}
            if may_move and not kept & later:
                continue  # somebody else had the task when it was submitted; the draft is still the person's
        else:
            if login not in drafts:
                drafts[login] = drafts_of(ws, campaign_id, login)
            kept = drafts[login]
        if not kept & later:
            lost.append(f"{one.text}, saved with task {task_id}")

    texts = Counter(ws.sql("select text from issues")["text"])
    lost += [f"issue {one.text}" for one in done if one.what == "issues.create" and not texts[one.text]]
    doubled += [f"issue {text} is there {n} times" for text, n in texts.items() if n > 1]
    errors = Counter(one.what for one in said if not one.is_done and "." not in one.what)
    return Account(sum(acts.values()), lost, doubled, errors)


def drafts_of(ws: nb.Workspace, campaign_id: int, login: str) -> set[str]:
    """Return the texts by which the drafts of a person are known."""
    opened = ws.client.call("sessions.open", Session, login=login, password=password(login))
    drafts = ws.client.acting(opened.token).call("annotations.drafts", dict[str, Annotation], campaign_id=campaign_id)
    return {shape.id.rpartition("/")[0] for draft in drafts.values() for shape in draft.shapes if shape.id}


def make(path: str, folder: Path, assets: int, logins: list[str]) -> int:
    """Make a workspace with a campaign of one step and a queue, and return the campaign's id."""
    from PIL import Image

    with nb.open(path) as ws:
        for login in logins:
            ws.members.add(login, role="annotator", password=password(login))
        folder.mkdir()
        for i in range(assets):
            Image.new("RGB", (160, 120), (i % 256, i // 256, 0)).save(folder / f"{i}.png", compress_level=1)
        version = ws.create_dataset("scans").create_version("v1").add_images([folder])
        flow = nb.Workflow([nb.Step("draw", "annotation", logins, attribution="queue")])
        campaign = version.create_campaign("July", nb.Recipe(["cell"]), flow)
        campaign.launch()
        return campaign.campaign_id


def main() -> None:
    """Be some people until the input ends."""
    path, campaign_id, seed, pause_s, *logins = sys.argv[1:]
    people = [Annotator(path, int(campaign_id), login, seed, float(pause_s)) for login in logins]
    threads = [threading.Thread(target=one.work) for one in people]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    Annotator.enough.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
