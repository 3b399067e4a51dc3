"""Progress bars where somebody sees them: in a notebook, or in a terminal; never as fragments in a log file."""

from __future__ import annotations

import sys
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
