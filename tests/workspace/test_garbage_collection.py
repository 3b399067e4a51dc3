"""While much is read or written Python looks for cycles seldom, and afterwards as before."""

import gc
import threading

import pytest

from nbannotate.workspace.garbage_collection import MANY, seldom_sought


def test_cycles_are_sought_as_before_whatever_happens():
    before = gc.get_threshold()
    within = []

    def work():
        with seldom_sought():
            within.append(gc.get_threshold())
            raise KeyError("what goes wrong")

    with pytest.raises(KeyError, match="goes wrong"):
        work()
    assert within == [(MANY, *before[1:])]
    assert gc.get_threshold() == before


def test_two_threads_that_overlap_leave_it_as_it_was():
    before = gc.get_threshold()
    inside, may_end = threading.Event(), threading.Event()

    def other():
        with seldom_sought():
            inside.set()
            may_end.wait(10)

    thread = threading.Thread(target=other)
    with seldom_sought():
        thread.start()
        assert inside.wait(10)
    assert gc.get_threshold()[0] == MANY
    may_end.set()
    thread.join()
    assert gc.get_threshold() == before


def test_cycles_are_left_alone_where_nobody_seeks_them():
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with seldom_sought():
            assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*before)
