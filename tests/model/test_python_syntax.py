"""Filters are read by several threads at once, beside others that read Python."""

from __future__ import annotations

import ast
import contextlib
import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from nbannotate.model import python_syntax
from nbannotate.model.filters import Filter

TEXT = "(label('WBC') or label('RBC')) and not (tag('blurred') and sequence('one', 'two')) or asset('a*')"


class Finalized:
    """What the collector finds in the middle of making a tree; then other threads take their turn."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        for _ in range(50):
            pass


@pytest.fixture
def _hurry() -> Iterator[None]:
    """Let threads take turns all the time, and the collector run all the time."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(50)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("_hurry")
def test_threads_that_read_at_once_do_not_disturb_one_another() -> None:
    failed: list[BaseException] = []
    over = threading.Event()

    def others() -> None:
        while not over.is_set():
            Finalized()
            with contextlib.suppress(SystemError):  # that is what it is about
                ast.parse(TEXT, mode="eval")

    def ours() -> None:
        for _ in range(500):
            Finalized()
            try:
                python_syntax.parsed(TEXT)
            except SystemError as error:
                failed.append(error)

    beside = threading.Thread(target=others)
    threads = [threading.Thread(target=ours) for _ in range(3)]
    for thread in (beside, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    beside.join()
    assert failed == []


def test_a_filter_is_read_by_it() -> None:
    assert str(Filter.parse("label('WBC')")) == "label('WBC')"


@pytest.mark.parametrize("text", ["1 +", "(", "a b", "\0"])
def test_what_is_no_expression_is_refused_as_python_does(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        python_syntax.parsed(text)


def test_a_literal_may_begin_with_spaces() -> None:
    assert python_syntax.literal("  [1, 'a', {'b': None}]") == [1, "a", {"b": None}]
    with pytest.raises(ValueError, match="malformed"):
        python_syntax.literal("open('x')")
