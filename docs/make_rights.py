"""Write ``docs/rights.md``: who may call which operation, as the code says it.

``python docs/make_rights.py``; a test fails when the page is not what this writes.
"""

from __future__ import annotations

import inspect
import itertools
from pathlib import Path

from nbannotate.model import ROLES
from nbannotate.operations.registry import Operation, operations
from nbannotate.rules import rights

PAGE = Path(__file__).parent / "rights.md"

HEAD = """\
# Who may do what

Written by `docs/make_rights.py` from `nbannotate/rules/rights.py`; do not edit.

A member has one role. Every request names an operation, and this table decides first whether the role may call it;
who may not is told so in a sentence (`NotAllowed`), and nothing happens. The operation then checks what the table
cannot know, for example that a task is the person's own: that is why *everyone* may call `tasks.open`, and an annotator
still sees nothing but the own tasks. A role that is changed holds from the next request on, in open pages too.

Only an owner creates or changes an owner, and the last active owner stays one.

An owner may work [in somebody's name](python.md#who-really-did-it) from a program, with the rights of that member and
no more (`sessions.act_as`). Not so: {in_person}.
"""

SAID = {
    "owner": "everything; their token file beside the workspace is the key to it",
    "manager": "members, campaigns, statistics",
    "developer": "adds data; looks at everything, also by SQL; changes no members and no campaigns",
    "reviewer": "works at annotation and review steps; restarts and completes jobs; sees only the own tasks",
    "annotator": "works at annotation steps; sees only the own tasks",
}


def text() -> str:
    """Return the page."""
    parts = [_head(), "## Roles\n", _table(("role", "in short"), [(f"**{r}**", SAID[r]) for r in ROLES])]
    steps = [(f"{kind} step", *_marks(roles)) for kind, roles in rights.STEP_ROLES.items()]
    parts += ["\n## Working at a step\n", _table(("may be an assignee of", *ROLES), steps)]
    parts.append("\n## Operations\n")
    known = operations()
    for module, names in itertools.groupby(sorted(rights.ALLOWED), key=lambda name: name.partition(".")[0]):
        rows = [(f"`{n}`", _says(n, known.get(n)), *_marks(rights.ALLOWED[n])) for n in names]
        parts += [f"### {module}\n", _table(("operation", "what it does", *ROLES), rows), ""]
    return "\n".join(parts).rstrip() + "\n"


def _head() -> str:
    """Return what stands before the tables."""
    return HEAD.format(in_person=", ".join(f"`{name}`" for name in sorted(rights.IN_PERSON)))


def _says(name: str, operation: Operation | None) -> str:
    """Return the first line of an operation's docstring, for a table."""
    said = (inspect.getdoc(operation.run) or "").splitlines() if operation else []
    public = " *(needs no session)*" if name in rights.PUBLIC else ""
    return (said[0].replace("|", "\\|").replace("``", "`") if said else "") + public


def _marks(roles: frozenset[str]) -> list[str]:
    return ["✓" if role in roles else "" for role in ROLES]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    line = ["---" if cell not in ROLES else ":-:" for cell in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, tuple(line), *rows])


if __name__ == "__main__":
    PAGE.write_text(text())
