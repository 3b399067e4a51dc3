"""nbannotate: image annotation for people who live in Jupyter.

The public names are loaded when they are first used, so that an annotator's page imports no pandas, no plotly and no
duckdb.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbannotate import charts, errors, stats
    from nbannotate.canvas import Canvas
    from nbannotate.changes import diff, merge
    from nbannotate.model import Annotation, Attribute, Filter, Label, Recipe, Rule, Shape, Step, Tag, Workflow
    from nbannotate.pages import Annotator, Reviewer, Viewer
    from nbannotate.pages.manage import Dashboard
    from nbannotate.workspace import Workspace, open

    __version__: str

_PUBLIC = {
    "Annotation": "nbannotate.model",
    "Annotator": "nbannotate.pages",
    "Attribute": "nbannotate.model",
    "Canvas": "nbannotate.canvas",
    "Dashboard": "nbannotate.pages.manage",
    "Filter": "nbannotate.model",
    "Label": "nbannotate.model",
    "Recipe": "nbannotate.model",
    "Reviewer": "nbannotate.pages",
    "Rule": "nbannotate.model",
    "Shape": "nbannotate.model",
    "Step": "nbannotate.model",
    "Tag": "nbannotate.model",
    "Viewer": "nbannotate.pages",
    "Workflow": "nbannotate.model",
    "Workspace": "nbannotate.workspace",
    "charts": "",
    "diff": "nbannotate.changes",
    "errors": "",
    "merge": "nbannotate.changes",
    "open": "nbannotate.workspace",
    "stats": "",
}

__all__ = [
    "Annotation", "Annotator", "Attribute", "Canvas", "Dashboard", "Filter", "Label", "Recipe", "Reviewer", "Rule",
    "Shape", "Step", "Tag", "Viewer", "Workflow", "Workspace", "charts", "diff", "errors", "merge", "open", "stats",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "__version__":
        globals()[name] = importlib.import_module("importlib.metadata").version("nbannotate")
        return globals()[name]
    if name not in _PUBLIC:
        raise AttributeError(f"module 'nbannotate' has no attribute {name!r}{_meant(name)}")
    module = _PUBLIC[name]
    if module == "nbannotate.model":
        importlib.import_module("nbannotate.shapes")  # tells the model which kinds there are
    value = getattr(importlib.import_module(module), name) if module else importlib.import_module(f"nbannotate.{name}")
    globals()[name] = value
    return value


def _meant(name: str) -> str:
    """Return the question whether a public name was meant; whoever only asks whether a name is there pays little."""
    return (
        ""
        if name.startswith("_")
        else str(importlib.import_module("nbannotate.model.suggestions").meant(name, __all__))
    )


def __dir__() -> list[str]:
    return sorted(__all__)
