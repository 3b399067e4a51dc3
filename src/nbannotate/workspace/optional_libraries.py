"""Libraries that a person has installed, and that nbannotate does not need itself."""

from __future__ import annotations

import importlib
from typing import Any

from nbannotate.errors import NotFound


def library(module: str, package: str) -> Any:
    """Return a module that nbannotate does not need itself.

    Raises
    ------
    NotFound
        It is not installed; the message says how that is done.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise NotFound(f"This needs {package}, which is not installed; install it: pip install {package}.") from error
