"""People and real operations in this process, a client that can be taken offline; and the site in a real browser."""

from __future__ import annotations

import datetime
import itertools
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from PIL import Image

import nbannotate as nb
from nbannotate.errors import OwnerUnavailable
from nbannotate.model import Attribute, Session
from nbannotate.pages import Work
from nbannotate.pages.work import navigation, render
from nbannotate.rules.draft_changes import changed
from nbannotate.texts import from_json, in_english, to_json

PASSWORD = "a long password"


def as_json(value: object) -> Any:
    """Return what a browser gets of a value, with sentences as they are in English."""
    if isinstance(value, msgspec.Struct):  # a sentence stands where the browser takes one, and nowhere else
        msgspec.json.decode(msgspec.json.encode(value, enc_hook=to_json), type=type(value), dec_hook=from_json)
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=in_english))


class Line:
    """A client whose connection can be cut, and which remembers what was asked."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.up = threading.Event()
        self.up.set()
        self.error: Exception = OwnerUnavailable("Nobody answers.")
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(self, operation: str, returns: Any, /, **arguments: Any) -> Any:
        if not self.up.is_set():
            raise self.error
        self.asked.append((operation, arguments))
        return self.client.call(operation, returns, **arguments)

    def image(self, asset_id: int) -> bytes:
        return self.client.image(asset_id)

    def source(self, asset_id: int) -> Any:
        return self.client.source(asset_id)

    def saves(self) -> list[dict[str, Any]]:
        """Return what drafts were saved, each with all of it."""
        found: list[dict[str, Any]] = []
        for operation, arguments in self.asked:
            if operation == "tasks.save_changes":
                arguments = arguments | {"annotation": changed(found[-1]["annotation"], arguments["changes"])}
            if operation in ("tasks.save", "tasks.save_changes"):
                found.append(arguments)
        return found


class Person:
    """Someone at a page: sends what a browser sends, and waits until it is done."""

    def __init__(self, line: Line, page: Work) -> None:
        self.line, self.page, self.desk = line, page, page.desk
        self.told: list[dict[str, Any]] = []
        self.desk.send = lambda event: self.told.append(as_json(event))
        self._ref = self._reports = 0

    def does(self, what: str, **fields: Any) -> str | None:
        """Do something on the task that is shown; return the error that the page replied, or None."""
        self._ref += 1
        opened = self.state.task
        self.desk.dispatcher.handle(
            {"do": what, "ref": self._ref, **({"at": opened.task.task_id} if opened else {}), **fields}
        )
        assert self.desk.dispatcher.worker.settle(20)
        return next(m["error"] for m in self.told if m["type"] == "reply" and m["ref"] == self._ref)

    def measured(self, seconds: float, task_id: int | None = None) -> dict[str, Any]:
        """Return the part of a message that reports the last seconds, all worked, on the task that is shown."""
        self._reports += 1
        now = datetime.datetime.now(datetime.UTC).timestamp() * 1000
        row = {"task": task_id or self.task.task.task_id, "low": now - seconds * 1000, "high": now, "worked": True}
        return {"now": now, "reports": [{"sid": "tab", "n": self._reports, "rows": [row]}]}

    @property
    def state(self) -> Any:
        return self.page.state

    @property
    def task(self) -> Any:
        return self.page.state.task

    @property
    def toasts(self) -> list[str]:
        return [m["text"] for m in self.told if m["type"] == "toast"]

    def part(self, name: str) -> Any:
        """Return a part of what the browser is sent."""
        return as_json(getattr(render.parts(self.state), name))

    def job(self, campaign: Any, step: int = 0) -> dict[str, Any]:
        """Open the page of a job and return what it shows."""
        assert self.does("job", campaign=campaign.campaign_id, step=step) is None
        return self.part("job")

    def draws(self, *boxes: tuple[float, float, float, float], label: str = "RBC") -> None:
        new = [nb.Shape(kind="rectangle", points=((x0, y0), (x1, y1)), label=label) for x0, y0, x1, y1 in boxes]
        self.page.canvas.set_shapes([*self.page.canvas.shapes, *new])

    def starts(self, campaign: Any, step: int = 0) -> None:
        assert self.does("start", campaign=campaign.campaign_id, step=step) is None


class Town:
    """One workspace in memory for the whole run: passwords are slow to hash, on purpose."""

    def __init__(self, folder: Path) -> None:
        for i in range(3):
            Image.new("RGB", (320, 240), (90 + 40 * i, 110, 120)).save(folder / f"image_{i}.png")
        self.folder = folder
        self.ws = nb.open(":memory:")
        self.number = itertools.count(1)
        self._tokens: dict[str, str] = {}
        for login, role in (("ana", "annotator"), ("chloe", "reviewer"), ("ben", "annotator")):
            self.ws.members.add(login, role=role, password=PASSWORD)

    def client(self, login: str) -> Any:
        if login not in self._tokens:
            session = self.ws.client.call("sessions.open", Session, login=login, password=PASSWORD)
            self._tokens[login] = session.token
        return self.ws.client.acting(self._tokens[login])

    def put_out(self, login: str) -> None:
        """End the sessions of a member, who can log in again."""
        self.ws.client.call("members.disable", type(None), login=login)
        self.ws.client.call("members.enable", type(None), login=login)
        self._tokens.pop(login)


class Place:
    """A campaign of two steps over three images: ana draws, chloe reviews. The pages show this campaign only."""

    def __init__(self, town: Town, folder: Path, recipe: Any = None, steps: Any = None, **campaign: Any) -> None:
        self.folder = Path(shutil.copytree(town.folder, folder))
        self.town, self.ws = town, town.ws
        number = next(town.number)
        version = self.ws.create_dataset(f"smears {number}", readme="About *smears*.").create_version("v1")
        version.add_images([self.folder])
        steps = steps or [
            nb.Step("draw", kind="annotation", assignees=["ana"]),
            nb.Step("check", kind="review", assignees=["chloe"]),
        ]
        recipe = recipe or nb.Recipe(labels=["RBC", "WBC"], tags=["blurred"])
        options = {"instructions": "**Draw** <script>x</script>", **campaign}
        made = version.create_campaign(f"July {number}", recipe, nb.Workflow(steps), **options)
        made.launch()
        self.campaign, self.version = made, version
        self._people: list[Person] = []

    def person(self, login: str) -> Person:
        line = Line(self.town.client(login))
        page = Work(line)
        page.desk.campaign_id = self.campaign.campaign_id
        navigation.home(page.desk)
        self._people.append(Person(line, page))
        return self._people[-1]

    def status_of(self, asset: str) -> Any:
        rows = self.ws.sql(
            "select status from asset_states where campaign_id = $1 and asset = $2", [self.campaign.campaign_id, asset]
        )
        return rows["status"][0]

    def close(self) -> None:
        for person in self._people:
            person.line.up.set()
            person.page.close()


@pytest.fixture(scope="session")
def cells() -> nb.Recipe:
    """A recipe with attributes, limits, and labels that may be added."""
    return nb.Recipe(
        labels=[
            nb.Label(
                "cell",
                attributes=(
                    Attribute("stage", "choice", ("ring", "schizont"), required=True),
                    Attribute("sharp", "boolean", default=True),
                    Attribute("count", "integer"),
                    Attribute("seen", "choices", ("dust", "fold")),
                ),
            ),
            "dust",
        ],
        tags=["blurred"],
        max_shapes=2,
        open_labels=True,
    )


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("images"))


@pytest.fixture
def make_place(town: Town, tmp_path: Path) -> Iterator[Callable[..., Place]]:
    """Return a function that makes a campaign with a recipe, steps and options of its own."""
    made: list[Place] = []

    def make(recipe: Any = None, steps: Any = None, **campaign: Any) -> Place:
        made.append(Place(town, tmp_path / f"images {len(made)}", recipe, steps, **campaign))
        return made[-1]

    yield make
    for place in made:
        place.close()


@pytest.fixture
def place(town: Town, tmp_path: Path) -> Iterator[Place]:
    made = Place(town, tmp_path / "images")
    yield made
    made.close()


# ---- in a browser


class Site:
    """A workspace that is served, and its people at browsers."""

    def __init__(self, chromium: Any, workspace: Any, log: Path) -> None:
        self.ws, self._chromium, self._log = workspace, chromium, log
        command = [sys.executable, "-m", "nbannotate.serve", str(workspace.path), "--port", "0", "--preheat", "0"]
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"(http://\S+)$", line.strip())
        assert found, line + log.read_text()
        self.url = found[1]
        self.failures: list[str] = []
        self._contexts: list[Any] = []

    def log_in(self, login: str, **context: Any) -> Any:
        """Return a page of *My tasks*, or of what a manager sees first."""
        made = self._chromium.new_context(viewport={"width": 1200, "height": 800}, **context)
        self._contexts.append(made)
        page = made.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        refused = "Content Security Policy"
        page.on("console", lambda m: self.failures.append(m.text) if m.type == "error" and refused in m.text else None)
        page.goto(self.url)
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector(".nbp-jobs, .nbp-empty h2, .nbm-card")
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        contact = self.ws.client.place.contact()
        self.ws.close()
        if contact and psutil.pid_exists(contact.pid):
            owner = psutil.Process(contact.pid)
            owner.terminate()
            owner.wait(10)


@pytest.fixture(scope="module")
def serve(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Return a function that serves a new workspace with ana, ben and chloe, which a function fills first."""
    sites: list[Site] = []

    def make(fill: Callable[[Any, Path], object]) -> Site:
        folder = tmp_path_factory.mktemp("site")
        workspace = nb.open(folder / "work.duckdb")
        for login, role in (("ana", "annotator"), ("ben", "annotator"), ("chloe", "reviewer")):
            workspace.members.add(login, role=role, password=PASSWORD)
        fill(workspace, folder)
        sites.append(Site(chromium, workspace, folder / "server.log"))
        return sites[-1]

    yield make
    for site in sites:
        site.close()
    assert not [f for site in sites for f in site.failures]


@pytest.fixture(scope="module")
def harnessed(chromium: Any, harness: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """As ``serve``, without a server: the pages are objects of this process, and the workspace is in memory."""
    from tests.harness import site

    sites: list[site.Site] = []

    def make(fill: Callable[[Any, Path], object]) -> site.Site:
        workspace = nb.open(":memory:")
        for login, role in (("ana", "annotator"), ("ben", "annotator"), ("chloe", "reviewer")):
            workspace.members.add(login, role=role, password=PASSWORD)
        fill(workspace, tmp_path_factory.mktemp("harnessed"))
        sites.append(site.Site(chromium, harness, workspace, PASSWORD))
        return sites[-1]

    yield make
    for one in sites:
        one.close()
