"""How notebooks show an error that is raised on purpose: the lines of whoever called, then the sentence.

The sentence says what to do; how nbannotate came to it is of no use to who reads it. IPython asks an exception itself
for its traceback (``_render_traceback_``). With ``%xmode Verbose`` or ``%tb Verbose``, everything is shown as for any
other error, and where no notebook is (in a script, in a log), Python shows all of it, too.
"""

from __future__ import annotations

import linecache
import sys
import sysconfig
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

#: So many places are shown: the first and the last ones, if there are more.
MOST = 4

OURS = str(Path(__file__).parent)
#: Where the packages of others lie, and Python itself: a callback that they call is shown, they are not.
OTHERS = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def short(error: BaseException) -> list[str]:
    """Return the lines that are shown of an error.

    Parameters
    ----------
    error
        With the traceback that it was raised with. A place is shown by its file (or cell), its line, and the text.
    """
    shell = _shell()
    if shell is not None and str(getattr(shell.InteractiveTB, "mode", "")) == "Verbose":
        shown: list[str] = shell.InteractiveTB.structured_traceback(
            type(error), error, error.__traceback__, tb_offset=1
        )
        return shown
    places = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if path.startswith(OURS):
            break  # from here on it is ours
        if not path.startswith(OTHERS) and (linecache.getline(path, line, frame.f_globals) or path.startswith("<")):
            places.append(_place(shell, frame, line))
    if len(places) > MOST:
        places[MOST // 2 : -MOST // 2] = ["…"]
    return [*places, f"{type(error).__name__}: {error}"]


def _place(shell: Any, frame: FrameType, line: int) -> str:
    """Return where a frame is, and the text of its line."""
    path, function = frame.f_code.co_filename, frame.f_code.co_name
    cell = shell.compile.format_code_name(path) if shell is not None else None
    where = " ".join(cell) if cell else path
    inside = "" if function == "<module>" else f", in {function}"
    text = linecache.getline(path, line, frame.f_globals).strip()
    return f"{where}, line {line}{inside}\n    {text}\n"


def _shell() -> Any:
    """Return the shell of IPython that runs here, or None."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
