"""The library that draws, as the installed ``plotly`` ships it: for browsers that ask the kernel, and for reports."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

import plotly

VERSION: str = plotly.__version__
FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


@lru_cache(maxsize=1)
def packed() -> bytes:
    """Return it compressed (1.5 MB)."""
    return gzip.compress(FILE.read_bytes(), 6)
