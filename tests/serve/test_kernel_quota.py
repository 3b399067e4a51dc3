"""All kernels are taken: who comes then waits in a line, sees at which place, and comes in by turn."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import websocket
from serve_person import Person
from serve_rig import Server, password, wait_for

from nbannotate.errors import InvalidInput
from nbannotate.serve.channel import is_of_a_person
from nbannotate.serve.kernel_quota import DROPPED_S, MINUTE, Demand, Places, Queued
from nbannotate.serve.options import add_arguments, limits_of


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def place(places: Places, login: str, used: int) -> int:
    try:
        places.ask(login, used)
    except Queued as queued:
        return queued.place
    return 0


def test_who_comes_first_comes_in_first_and_a_place_lapses_with_the_page():
    clock = Clock()
    places = Places(2, clock)
    assert [place(places, who, used) for who, used in (("ana", 0), ("bob", 1), ("cem", 2), ("dia", 2))] == [0, 0, 1, 2]
    assert place(places, "eva", 1) == 2, "one leaves, but cem and dia came before"
    assert place(places, "dia", 1) == 1
    assert place(places, "cem", 1) == 0
    assert len(places) == 2
    clock.now += DROPPED_S - 1
    assert place(places, "eva", 2) == 2
    clock.now += 2
    assert place(places, "eva", 2) == 1, "dia closed the page"
    assert str(Queued(1)).startswith("You are next")
    assert str(Queued(3)).startswith("2 people are before you")
    assert place(Places(0), "ana", 1000) == 0


def test_spares_follow_the_demand_of_the_last_minute_within_bounds():
    clock = Clock()
    demand = Demand(1, 3, clock)
    assert demand.wanted() == 1
    for _ in range(5):
        demand.note()
    assert demand.wanted() == 3
    clock.now += MINUTE + 1
    assert demand.wanted() == 1
    nothing = Demand(0, 3, clock)
    nothing.note()
    assert nothing.wanted() == 0


@pytest.mark.parametrize(
    ("content", "of_a_person"),
    [
        ({"do": "beat"}, False),
        ({"do": "refresh"}, False),
        ({"do": "probe"}, False),
        ({"do": "save"}, True),
        (None, True),
    ],
)
def test_what_a_page_asks_by_itself_is_nobody_s_doing(content, of_a_person):
    message = {"header": {"msg_type": "comm_msg"}, "content": {"data": {"method": "custom", "content": content}}}
    assert is_of_a_person(message) is of_a_person
    assert not is_of_a_person({"header": {"msg_type": "kernel_info_request"}, "content": {}})


def test_an_option_out_of_its_bounds_is_refused_by_its_name():
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    said = limits_of(parser.parse_args(["w.duckdb", "--kernel-idle", "30", "--max-kernels", "12"]))
    assert (said.idle, said.in_all, said.kernels) == (1800.0, 12, 3)
    with pytest.raises(InvalidInput, match="--max-kernels-per-member must be 1 or more, not 0"):
        limits_of(parser.parse_args(["w.duckdb", "--max-kernels-per-member", "0"]))


def small(folder: Path, *options: str) -> Iterator[Server]:
    """A server with room for one kernel in all."""
    made = Server(folder, "--notebooks", str(folder / "notebooks"), "--max-kernels", "1", *options)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def full(folder: Path, owner) -> Iterator[Server]:
    yield from small(folder, "--metrics-port", "0")


@pytest.fixture(scope="module")
def sleepy(folder: Path, owner) -> Iterator[Server]:
    """A server where a page sleeps after some seconds, too."""
    yield from small(folder, "--kernel-idle", "0.1")


def logged_in(server: Server, login: str) -> Person:
    person = Person(server.url)
    assert person.login(login, password(login)).status_code == 303
    return person


def test_a_page_that_nobody_uses_goes_to_sleep_though_it_asks_by_itself(sleepy: Server):
    dia = logged_in(sleepy, "dia")
    page = dia.page()
    socket = dia.attach(page.kernel)
    asleep = threading.Event()

    def ask() -> None:
        while not asleep.wait(0.1):
            with contextlib.suppress(OSError, websocket.WebSocketException):
                socket.send("comm_msg", {"comm_id": "none", "data": {"method": "custom", "content": {"do": "beat"}}})

    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask)
        try:
            assert socket.closes() == 4408
        finally:
            asleep.set()
    wait_for(lambda: "nobody used it for a long time" in sleepy.log, what="the log says why")
    dia.send("POST", "/logout")


@pytest.mark.browser
def test_a_page_that_sleeps_makes_room_for_who_waits_and_any_key_wakes_it(sleepy: Server, chromium):
    def opened(login: str):
        page = chromium.new_context(locale="fr-FR").new_page()
        page.goto(sleepy.url + "/work")
        page.fill("#login", login)
        page.fill("#password", password(login))
        page.press("#password", "Enter")
        return page

    eva = opened("eva")
    eva.wait_for_selector("#who")
    fay = opened("fay")
    fay.wait_for_selector("text=Toutes les places sont prises")
    eva.wait_for_selector("#lost[data-why=idle]:not([hidden])")
    assert "appuyez sur une touche pour continuer" in eva.inner_text("#lost-text")
    assert eva.evaluate("document.activeElement.id") == "lost-button"
    assert fay.wait_for_selector("#who").inner_text() == "Hello fay", "the page opened by itself"
    fay.context.close()
    eva.keyboard.press("Shift")  # with which other keys are held
    assert eva.is_visible("#lost")
    with eva.expect_navigation():
        eva.keyboard.press("x")
    eva.context.close()


def test_who_finds_no_room_waits_on_a_page_until_somebody_leaves(full: Server):
    ana, bob, cem = (logged_in(full, login) for login in ("ana", "bob", "cem"))
    page = ana.page()
    socket = ana.attach(page.kernel)
    waits, after = bob.get("/work"), cem.get("/work", headers={"Accept-Language": "fr"})
    assert (waits.status_code, waits.headers["Retry-After"]) == (503, "3")
    assert "You are next" in waits.text
    assert '<meta http-equiv="refresh" content="3">' in waits.text
    assert "script" not in waits.headers["Content-Security-Policy"]
    assert re.search(r'class="place"[^>]*>2<', after.text)
    assert "1 personne est devant vous" in after.text
    assert len(full.kernels()) == 1
    said = ana.session.get(full.metrics_url, timeout=30).text
    assert "nbannotate_members_waiting 2.0" in said
    again = ana.page()  # who has a page and loads it again does not go to the end of the line
    assert socket.closes() == 4410
    assert again.greets() == "ana"
    ana.send("POST", f"/voila/api/shutdown/{again.kernel}")
    wait_for(
        lambda: cem.get("/work").status_code == 200 or bob.get("/work").status_code == 200, what="somebody comes in"
    )
    assert cem.get("/work").status_code == 503, "bob came first"
    for person in (ana, bob, cem):
        person.send("POST", "/logout")
