"""Expressions of Python as their trees, also while other threads read some.

In Python 3.11 and 3.12 all threads share the depth of the tree that is being made, and a thread that takes its turn
meanwhile leaves it wrong: ``SystemError: AST constructor recursion depth mismatch``, of a text that is all right
(https://github.com/python/cpython/issues/106905).
"""

from __future__ import annotations

import ast
import threading
import time
from typing import Any

#: Ours wait for one another (a finalizer may read one, too); others, such as the cells of IPython, do not: then it is
#: read again.
_LOCK = threading.RLock()
TRIES = 100
PAUSE_S = 0.001


def parsed(source: str) -> ast.Expression:
    """Return the tree of an expression.

    Raises
    ------
    SyntaxError, ValueError, MemoryError, RecursionError
        As :func:`ast.parse`.
    """
    for left in reversed(range(TRIES)):
        try:
            with _LOCK:
                return ast.parse(source, mode="eval")
        except SystemError:
            if not left:
                raise
            time.sleep(PAUSE_S)  # the other one comes to its end meanwhile
    raise AssertionError


def literal(source: str) -> Any:
    """Return the value of an expression that is one: a text, a number, a list and so on.

    Raises
    ------
    ValueError, SyntaxError, TypeError, MemoryError, RecursionError
        As :func:`ast.literal_eval`.
    """
    return ast.literal_eval(parsed(source.lstrip(" \t")))
