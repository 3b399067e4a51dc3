"""Many pages at once: a member never has more kernels than allowed, and not all that are wanted start together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from serve_person import Person
from serve_rig import Server, password, wait_for

MOST = 2


@pytest.fixture(scope="module")
def small(folder: Path, owner) -> Iterator[Server]:
    """A server where a member has two kernels at most, and one starts after the other."""
    options = ("--notebooks", str(folder / "notebooks"), "--preheat", "0")
    made = Server(folder, *options, kernels=MOST, starting=1)
    yield made
    made.stop()


class Watch:
    """Counts the kernels of a server as often as it can, until it is left."""

    def __init__(self, server: Server) -> None:
        self.server, self.over, self.most = server, threading.Event(), 0
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.most = max(self.most, len(self.server.kernels()))
            except psutil.NoSuchProcess:  # one ended while it was looked at
                continue

    def __enter__(self) -> Watch:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def test_forty_pages_at_once_start_no_more_kernels_than_one_member_may_have(small: Server) -> None:
    ana = Person(small.url)
    ana.login("ana", password("ana"))
    with Watch(small) as watch, ThreadPoolExecutor(40) as pool:
        replies = list(pool.map(lambda _: ana.get("/work"), range(40)))
    assert 0 < watch.most <= MOST
    said = Counter(reply.status_code for reply in replies)
    assert set(said) == {200, 429}
    assert said[429] >= 30, "who asks for forty pages is told so, instead of starting forty kernels one by one"
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert "You opened many pages at once" in refused.text
    assert int(refused.headers["Retry-After"]) >= 1
    assert ana.page().greets() == "ana", "and the page after that opens"
    assert "Traceback" not in small.log


def test_pages_that_are_closed_while_they_open_leave_room_for_the_next(small: Server) -> None:
    ana = Person(small.url)
    ana.login("ana", password("ana"))
    for _ in range(8):  # who presses F5 again and again
        ana.get("/work", stream=True).close()
    wait_for(lambda: ana.get("/work", stream=True).status_code == 200, what="the page opens")
    assert len(small.kernels()) <= MOST


def test_the_kernels_of_different_members_start_one_after_the_other(small: Server) -> None:
    people = [Person(small.url) for _ in range(4)]
    names = ["bob", "cem", "dia", "eva"]
    for person, name in zip(people, names, strict=True):
        person.login(name, password(name))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda person: person.page().greets(), people)) == names
