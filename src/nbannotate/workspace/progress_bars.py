"""Progress bars where somebody sees them: in a notebook, or in a terminal; never as fragments in a log file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tqdm


def progress_bar(iterable: Any = None, **options: Any) -> tqdm.tqdm[Any]:
    """Return a bar of tqdm; it shows nothing where standard error is no terminal, and this is no notebook."""
    import tqdm.auto

    kind: Any = tqdm.auto.tqdm
    in_notebook = any(base.__module__ == "tqdm.notebook" for base in kind.__mro__)
    bar: tqdm.tqdm[Any] = kind(iterable, disable=not in_notebook and not sys.stderr.isatty(), **options)
    return bar


def bar_of(bar: tqdm.tqdm[Any]) -> Callable[[int, int], None]:
    """Return what shows in a bar how much of how much is done."""

    def report(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return report
