"""Write ``docs/eight_jobs.md``: the same eight jobs with five tools, their lines and calls counted.

``python docs/make_comparison.py``; a test fails when the page is not what this writes. The programs lie in
``docs/comparison``, one a tool, in cells: ``# %% load`` begins the one that loads, and the comment under it is what has
to be said of it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parent / "eight_jobs.md"
PROGRAMS = Path(__file__).parent / "comparison"

#: The tools, and the version that a program of another tool was checked against.
TOOLS = {
    "nbannotate": "",
    "fiftyone": "1.22.1",
    "label-studio-sdk": "2.1.2",
    "cvat-sdk": "2.80.0",
    "supervision": "0.31.2",
}
JOBS = {
    "load": "load a folder of images",
    "predict": "add a model's boxes, a DataFrame in pixels",
    "filter": "choose the images with a cell that the model is less than 60 % sure of",
    "launch": "launch work: two who annotate, one who reviews",
    "follow": "follow how far each of them is",
    "fetch": "fetch the answers as a DataFrame, a row a box",
    "export": "export the answers as COCO",
    "evaluate": "evaluate the model by the answers: average precision",
}

HEAD = """\
# Eight jobs with five tools

Written by `docs/make_comparison.py` from the programs in [`docs/comparison`](comparison); do not edit.

The same eight jobs, each program as somebody would write it who knows that tool well. What is counted is how much one
has to write, not what one gets for it: [the comparison](comparison.md) says what other tools do better. Our program is
run by the tests. The others are parsed by them; each call was checked against the package of the version that stands
above it, in November 2026, and what needs no server was run.

## Lines and calls

"""

COUNTED = """
A line is one that carries code, at 120 characters and as `ruff format` breaks it; a call is a pair of parentheses that
calls something. Imports, comments, and reading the model's boxes (`predicted.csv`) are not counted, nor is what has to
be there before: for fiftyone, label-studio-sdk and cvat-sdk a server that runs, and in all of them the accounts of
those who work. The boxes are a DataFrame because that is what a model's loop in a notebook ends with; all five also
read a COCO file, in a call or two.

## What stands beside the numbers

"""


class Cell(NamedTuple):
    """A job as one tool does it: what has to be said of it, and how many lines and calls it takes."""

    note: str
    lines: int
    calls: int


def program(tool: str) -> Path:
    """Return the file of a tool's program."""
    return PROGRAMS / f"with_{tool.replace('-', '_')}.py"


def cells(code: str) -> dict[str, Cell]:
    """Return the cells of a program, counted."""
    starts = [
        (m.group(1), code.count("\n", 0, m.start()) + 1) for m in re.finditer(r"^# %% (\w+)$", code, re.MULTILINE)
    ]
    ends = [line for _, line in starts[1:]] + [code.count("\n") + 2]
    body = [node for node in ast.parse(code).body if not isinstance(node, ast.Import | ast.ImportFrom)]
    found = {}
    for (job, first), end in zip(starts, ends, strict=True):
        nodes = [node for node in body if first < node.lineno < end]
        found[job] = Cell(
            _note(code.splitlines()[first : end - 1]),
            sum(node.end_lineno - node.lineno + 1 for node in nodes if node.end_lineno is not None),
            sum(isinstance(part, ast.Call) for node in nodes for part in ast.walk(node)),
        )
    return found


def _note(lines: list[str]) -> str:
    """Return the comment that a cell begins with."""
    said = []
    for line in lines:
        if not line.startswith("# "):
            break
        said.append(line.removeprefix("# "))
    return " ".join(said)


def text() -> str:
    """Return the page."""
    counted = {tool: cells(program(tool).read_text("utf-8")) for tool in TOOLS}
    heads = [f"{tool} {version}" if version else f"**{tool}**" for tool, version in TOOLS.items()]
    rows = [(JOBS[job], *(_counted(its[job]) for its in counted.values())) for job in JOBS]
    rows.append(("*all that it does*", *(_sum(its) for its in counted.values())))
    notes = [
        f"- [`{tool}`]({program(tool).relative_to(PAGE.parent)}): "
        + " ".join(f"*{job}*: {its[job].note}" for job in JOBS if its[job].note)
        for tool, its in counted.items()
    ]
    return HEAD + _table(("lines / calls", *heads), rows) + "\n" + COUNTED + "\n".join(notes) + "\n"


def _counted(cell: Cell) -> str:
    return f"{cell.lines} / {cell.calls}" if cell.lines else "—"


def _sum(its: dict[str, Cell]) -> str:
    """Return the sums of a tool, and of how many jobs if it does not do all."""
    done = [its[job] for job in JOBS if its[job].lines]
    said = f"{sum(c.lines for c in done)} / {sum(c.calls for c in done)}"
    return said if len(done) == len(JOBS) else f"{said}, {len(done)} of {len(JOBS)} jobs"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    line = ["---", *(":-:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, tuple(line), *rows])


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
