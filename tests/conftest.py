"""What all tests share: small workspaces in memory with real images, and people who act in them."""

from __future__ import annotations

import copy
import itertools
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from argon2 import PasswordHasher
from PIL import Image
from playwright.sync_api import Error, sync_playwright

from nbannotate.frontend import building  # isort: skip  # imports nothing else

if "PYTEST_XDIST_WORKER" not in os.environ and not building.is_built():
    building.build()  # sources that changed since nbannotate was installed

import nbannotate.serve.trimmed_imports  # isort: skip  # before anything imports jsonschema: three seconds
import nbannotate as nb
from nbannotate.demo import end_owner
from nbannotate.model import Session
from nbannotate.store.duckdb import engine
from tests.postgres_server import Server

# Hundreds of processes are started here. Where bytecode is not to be kept (as in many containers), each of them would
# compile all that it imports, which takes longer than to import it. xdist's workers inherit this.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

#: The first one that there is. The headless shell draws pages as the others do, and has no windows around them: one is
#: opened for each context, and has taken 0.7 processor seconds since Chromium 156.
CHROMIUM = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# No test fails by a clock; in CI, Hypothesis has a profile for that itself.
hypothesis.settings.register_profile(
    "here", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], parent=hypothesis.settings.default
)
if not os.environ.get("CI"):
    hypothesis.settings.load_profile("here")

TESTS = Path(__file__).resolve().parent
#: Real data for acceptance tests lies beside the project; without it those tests are skipped.
SHARED = TESTS.parents[1] / "shared" / "data"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of a file to one worker, or of all files of a group; begin with what takes long.

    A group shares what is dear to start (one JupyterLab for all tests in it). A test that drives a browser waits half
    of its time, so these are spread among the others, which begin with the files of many tests: the last ones are
    short, so that no worker ends long after the others.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(TESTS))))
    group = {item: item.get_closest_marker("xdist_group").args[0] for item in items}
    groups = list(dict.fromkeys(group.values()))
    slow = {group[item] for item in items if item.get_closest_marker("slow")}
    browser = {group[item] for item in items if item.get_closest_marker("browser")} - slow
    many, turn = Counter(group.values()), {}
    for kind, until in ((slow, 0), (browser, 0.8), (set(groups) - slow - browser, 1)):
        its = [name for name in groups if name in kind]
        if until == 1:
            its.sort(key=lambda name: -many[name])
        turn |= {name: until * i / len(its) for i, name in enumerate(its)}
    items.sort(key=lambda item: (group[item] not in slow, turn[group[item]], groups.index(group[item])))


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes():
    """Hash passwords cheaply, here and in what is started: the real parameters cost a quarter second for each."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbannotate.operations.members.hasher", lambda: quick)
        patch.setattr("nbannotate.operations.sessions.hasher", lambda: quick)
        patch.setenv("PYTHONPATH", str(TESTS / "children"), prepend=os.pathsep)
        yield


#: The file of which a store in memory begins as a copy: the last one.
BEGINS: list[Path] = []


@pytest.fixture(scope="session", autouse=True)
def _quick_stores(tmp_path_factory):
    """Let a store in memory begin as a copy of one that the migrations made: for a thousand of them, half of the time.

    ``tests/store/test_engine.py`` holds that the copy is the same.
    """
    migrated = tmp_path_factory.mktemp("store") / "migrated.duckdb"
    engine.Engine(migrated).close()
    attach, migrate, copies = engine._attach, engine.migrate, []

    def attach_a_copy(connection, path, options=""):
        attach(connection, path, options)
        if path == engine.MEMORY:
            connection.execute(f"attach '{BEGINS[-1]}' as begins (type duckdb, read_only)")
            connection.execute(f"copy from database begins to {engine.CATALOG}")
            connection.execute("detach begins")
            copies.append(connection)

    def migrate_what_is_no_copy(tx, mark):
        if tx.connection in copies:
            copies.remove(tx.connection)
        else:
            migrate(tx, mark)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_attach", attach_a_copy)
        patch.setattr(engine, "migrate", migrate_what_is_no_copy)
        BEGINS.append(migrated)
        yield
        BEGINS.remove(migrated)


#: With NBANNOTATE_TEST_STORE=postgres a store in memory is a new database of a server of PostgreSQL.
ON_POSTGRES = os.environ.get("NBANNOTATE_TEST_STORE") == "postgres"


@pytest.fixture(scope="session")
def postgres():
    """A server of PostgreSQL."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _postgres_stores(request):
    """Return a function that makes an engine over a new database, as a copy of one that the migrations made."""
    from nbannotate.store.postgres.engine import Engine

    server = request.getfixturevalue("postgres")
    migrated = server.database()
    Engine(migrated).close()
    return lambda: Engine(server.database(migrated.partition("@/")[2].partition("?")[0]))


@pytest.fixture(autouse=True)
def _on_postgres(request, monkeypatch):
    """Let what is in memory be in PostgreSQL, if the environment says so."""
    if not ON_POSTGRES:
        yield
        return
    make, made = request.getfixturevalue("_postgres_stores"), []

    def engine_(_):
        made.append(make())
        return made[-1]

    monkeypatch.setattr("nbannotate.owner.memory.Engine", engine_)
    yield
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def chromium():
    """The one browser of this process: Playwright's event loop runs in its thread until the end."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    assert path is not None, "CI has no Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        BROWSERS.append(browser)
        yield browser
        BROWSERS.remove(browser)
        browser.close()


@pytest.fixture(scope="session")
def harness():
    """Pages over widgets of this process, without Voilà and kernels."""
    from tests.harness.server import Harness

    served = Harness()
    yield served
    served.close()


#: What is running, to say what stood on the screens when a test failed.
BROWSERS: list[Any] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to a browser test that failed what every open page shows."""
    report = yield
    if report.failed and item.get_closest_marker("browser"):
        pages = [page for browser in BROWSERS for context in browser.contexts for page in context.pages]
        report.sections += [(f"page {page.url}", _shown(page)) for page in pages]
    return report


def _shown(page):
    try:
        return page.evaluate(
            "() => ['.nbp', '.nbm'].flatMap((root) => [...document.querySelectorAll(root)])"
            ".map((root) => JSON.stringify(root.dataset)).join(' ') + ' focus: '"
            " + (document.activeElement?.outerHTML ?? '').slice(0, 200)"
            " + '\\n' + document.body.innerText.slice(0, 1500)"
        )
    except Error as error:  # the page is gone, or is being loaded
        return str(error)


@pytest.fixture
def in_a_thread():
    """Call a function in a thread of its own, where no event loop runs."""

    def call(function, *arguments, **options):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(function, *arguments, **options).result(60)

    return call


@pytest.fixture(scope="session")
def shared_data():
    """The folder of the real data sets."""
    if not SHARED.is_dir():
        pytest.skip(f"the real data sets are not at {SHARED}")
    return SHARED


def write_images(target, count=4, size=(64, 48)):
    """Write small PNG files into a folder and return their paths."""
    target.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    paths = []
    for i in range(count):
        path = target / f"img_{i:03}.png"
        Image.fromarray(random.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def make_images(tmp_path):
    """Write small PNG files and return their paths."""

    def make(count=4, size=(64, 48), folder="images"):
        return write_images(tmp_path / folder, count, size)

    return make


@pytest.fixture
def run_python():
    """Run Python code in a fresh process and return what it printed."""

    def run(code):
        return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    return run


class Team:
    """A launched campaign and its people, each with a client of their own."""

    _number = itertools.count()

    def __init__(self, workspace, paths, steps=None, roles=None, **campaign):
        self.workspace = workspace
        roles = roles or {"ana": "annotator", "ben": "annotator", "chloe": "reviewer"}
        self.passwords = {login: f"password-of-{login}" for login in roles}
        for login, role in roles.items():
            workspace.members.add(login, role=role, password=self.passwords[login])
        self.clients = {login: self.log_in(login) for login in roles}
        self.version = workspace.create_dataset("smears", readme="# Smears").create_version("v1").add_images(paths)
        if pre := campaign.pop("annotated", None):
            pre(self.version)
        recipe = campaign.pop("recipe", None) or nb.Recipe(labels=[nb.Label("WBC"), nb.Label("RBC")], tags=["blurred"])
        steps = steps or [nb.Step("draw", "annotation", ["ana", "ben"]), nb.Step("check", "review", ["chloe"])]
        self.campaign = self.version.create_campaign("July", recipe, nb.Workflow(steps), **campaign)
        self.campaign.launch()

    def log_in(self, login):
        session = self.workspace.client.call(
            "sessions.open", Session, login=login, password=self.passwords[login], address="test"
        )
        return self.workspace.client.acting(session.token)

    def __getitem__(self, login):
        return self.clients[login]


class KeptTeam:
    """A team to begin with: made once by the operations, and copied with its database, which takes a fifth of that."""

    def __init__(self, folder, count):
        self.images = folder / "images"
        self._made = Team(nb.open(":memory:"), write_images(self.images, count))
        self.store = folder / "team.duckdb"
        store = self._made.workspace.client.dispatcher.engine
        there = store.spool / "team.duckdb"  # the engine lets its database reach no other folder
        store._writer.execute(f"attach '{there}' as kept (type duckdb)")
        store._writer.execute(f"copy from database {engine.CATALOG} to kept")
        store._writer.execute("detach kept")
        shutil.move(there, self.store)

    def again(self, paths):
        """Return a copy that has its images elsewhere."""
        BEGINS.append(self.store)
        try:
            workspace = nb.open(":memory:")
        finally:
            BEGINS.remove(self.store)
        with workspace.client.dispatcher.engine.write() as tx:
            tx.run("update data.assets set path = replace(path, $1, $2)", str(self.images), str(paths[0].parent))
        team = copy.copy(self._made)
        team.workspace = workspace
        team.clients = {login: workspace.client.acting(its._token) for login, its in self._made.clients.items()}
        team.version = workspace.datasets[team.version.dataset.name].versions[team.version.name]
        team.campaign = workspace.campaigns[team.campaign.name]
        return team


@pytest.fixture(scope="session")
def kept_teams(tmp_path_factory):
    """Teams of the usual campaign over one to four images."""
    return {count: KeptTeam(tmp_path_factory.mktemp("team"), count) for count in range(1, 5)}


@pytest.fixture
def team(make_images, kept_teams):
    """Return a function that makes a launched campaign in memory."""
    made = []

    def make(count=4, **options):
        paths = make_images(count)
        usual = not options and count in kept_teams and not ON_POSTGRES
        made.append(kept_teams[count].again(paths) if usual else Team(nb.open(":memory:"), paths, **options))
        return made[-1]

    yield make
    for team in made:
        team.workspace.close()


@pytest.fixture
def owners_end(tmp_path: Path) -> Iterator[None]:
    """End the owners of all workspaces that a test made in its folder: closing one leaves its owner running."""
    yield
    for folder in tmp_path.rglob(".*.nbannotate"):
        end_owner(folder.with_name(folder.name[1:].removesuffix(".nbannotate")))
