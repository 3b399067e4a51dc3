"""One batch of ipycanvas commands, safely.

ipycanvas' own ``hold_canvas`` stays in caching mode for ever after an exception, is not thread-safe (JupyterLab 4
handles widget messages in subshell threads), and leaves a canvas blank after a page reload, because Python believes
that the browser has it selected already. :func:`frame` mends all three. It knows ipycanvas 0.14's manager.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ipycanvas.canvas import _CANVAS_MANAGER as MANAGER

_lock = threading.RLock()
_depth = 0


@contextmanager
def frame() -> Iterator[None]:
    """Collect all ipycanvas commands of the block, and send them as one message at its end.

    Blocks may be nested; the outermost sends. If it raises, nothing of it is drawn. One lock for the kernel: the
    manager is one for all canvases.
    """
    global _depth
    with _lock:
        if _depth == 0:
            MANAGER._commands_cache, MANAGER._buffers_cache, MANAGER._caching = [], [], True
            MANAGER._current_canvas = None  # every batch names its canvas: the browser may be another one by now
        _depth += 1
        try:
            yield
        except BaseException:
            if _depth == 1:
                MANAGER._commands_cache, MANAGER._buffers_cache = [], []
            raise
        finally:
            _depth -= 1
            if _depth == 0:
                try:
                    MANAGER.flush()
                finally:
                    MANAGER._caching = False
