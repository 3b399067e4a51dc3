"""What runs in the browser: JavaScript and TypeScript modules, bundled into ``static/`` by ``build.mjs``.

``shared/`` is used by all; ``canvas/``, ``work/``, ``manage/``, ``statistics/`` are a widget each; ``site/`` is what
the served pages load beside theirs. Python reads the bundles and nothing else of this folder, which no wheel has.
"""

from __future__ import annotations

import json
from pathlib import Path

from nbannotate import texts

STATIC = Path(__file__).resolve().parents[1] / "static"


def module(name: str) -> str:
    """Return the source of a bundle, with the languages that there are.

    Parameters
    ----------
    name
        Of the bundle: ``"canvas"``, ``"work"``, ``"manage"``, ``"statistics"`` (ES modules), ``"report"`` (a script).
    """
    languages = json.dumps(texts.languages(), ensure_ascii=False)
    return f"globalThis.nbannotateLanguages = {languages};\n{path(name).read_text('utf-8')}"


def path(name: str) -> Path:
    """Return the file of a bundle.

    Raises
    ------
    RuntimeError
        It is not built.
    """
    found = STATIC / f"{name}.js"
    if not found.is_file():
        raise RuntimeError("The front end of nbannotate is not built; run `make front`, or `pip install -e .` again.")
    return found
