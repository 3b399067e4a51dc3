"""What a page shows of its state: each state once, and what belongs together as one."""

from __future__ import annotations

from threading import Thread

import pytest
from msgspec import Struct

from nbannotate.pages.shared.store import Store


class Counted(Struct, frozen=True):
    n: int = 0
    name: str = ""


def test_a_state_is_shown_when_it_changed_and_only_then() -> None:
    shown: list[Counted] = []
    store = Store(Counted(), shown.append)
    store.update(n=1)
    store.update(n=1)
    assert shown == [Counted(1)]


def test_what_changes_in_a_block_is_shown_as_one_also_where_blocks_are_nested_or_fail() -> None:
    shown: list[Counted] = []
    store = Store(Counted(), shown.append)
    with store.together():
        store.update(n=1)
        with store.together():
            store.update(name="a")
        assert shown == []
    assert shown == [Counted(1, "a")]

    def fail() -> None:
        with store.together():
            store.update(n=3)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert shown == [Counted(1, "a"), Counted(3, "a")]


def test_a_field_that_is_not_there_changes_nothing() -> None:
    shown: list[Counted] = []
    store = Store(Counted(), shown.append)
    with pytest.raises(TypeError):
        store.update(m=1)
    assert (store.state, shown) == (Counted(), [])


def test_nobody_sees_half_of_what_is_done_under_the_lock() -> None:
    store = Store(Counted(), lambda state: None)

    def add() -> None:
        for _ in range(1000):
            with store.lock:
                store.update(n=store.state.n + 1)

    threads = [Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.state.n == 4000
