"""One real server for the tests of this folder, in a process of its own, over a real workspace."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from nbannotate.owner.client import Client

sys.path.append(str(Path(__file__).parent))  # for serve_rig and serve_person

from serve_person import Person
from serve_rig import Server, end_owner, make, password


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a test that failed what its server said last."""
    report = yield
    if report.failed and (server := getattr(item, "funcargs", {}).get("server")) is not None:
        report.sections.append(("server", server.log[-3000:]))
    return report


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="session")
def owner(folder: Path) -> Iterator[Client]:
    """A client that acts as the workspace's owner."""
    client = make(folder)
    yield client
    client.close()
    end_owner(client)


@pytest.fixture(scope="session")
def server(folder: Path, owner: Client) -> Iterator[Server]:
    made = Server(
        folder, "--notebooks", str(folder / "notebooks"), "--host", "annotate.example.com", "--metrics-port", "0"
    )
    yield made
    made.stop()


@pytest.fixture
def nobody(server: Server) -> Person:
    """Somebody who is not logged in."""
    return Person(server.url)


@pytest.fixture
def log_in(server: Server) -> Iterator[Callable[[str], Person]]:
    """Log a member in; everybody is logged out at the end of the test, which ends their kernels."""
    people = []

    def log_in(login: str) -> Person:
        person = Person(server.url)
        assert person.login(login, password(login)).status_code == 303
        people.append(person)
        return person

    yield log_in
    for person in people:
        person.send("POST", "/logout")
