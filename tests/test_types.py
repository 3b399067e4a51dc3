"""What the documentation types passes mypy and pyright as it stands: lists where lists are meant, every name known.

Each page is one module: what it assumes, then its snippets, as ``notebooks/test_snippets.py`` runs them. One run of
each checker goes over all pages. mypy goes on from the cache that ``make check`` left.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import fields

import nbannotate as nb
from nbannotate import model
from nbannotate.model.value import Value

ROOT = Path(__file__).parents[1]
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)

#: Names that are taken again for something else are usual in notebooks, and functions there have no annotations.
LOOSE = "# mypy: allow-redefinition, allow-untyped-defs, allow-untyped-calls\n"
BEGIN = LOOSE + "from __future__ import annotations\n\nimport nbannotate as nb\n\n"
WORKSPACE = 'ws = nb.open("blood.duckdb")\n'
DATASET = 'dataset = ws.datasets["blood"]\n'
VERSION = DATASET + 'version = v1 = dataset.versions["v1"]\n'
CAMPAIGN = 'campaign = ws.campaigns["July"]\n'
NUMPY = "import numpy as np\n\n"
SHAPE = 'shape = nb.Shape.box(1, 1, 9, 9, label="cell")\n'
KIND = "from nbannotate.shapes.base import Kind\n\n"
TABLE = 'import pandas as pd\n\ntable = pd.DataFrame({"name": ["a.png"]})\n'
STEPS = 'look = workflow = nb.Workflow([nb.Step("draw", "annotation", ["ana"])])\n'

#: What a page assumes to be there, as code; the others have a workspace, a version, a campaign.
ASSUMED = {
    "README": 'import pandas as pd\n\ndf = pd.DataFrame({"name": ["a.jpg"]})\n',
    "campaigns": WORKSPACE + VERSION,
    "diff": WORKSPACE + VERSION + TABLE + "predictions = table\n",
    "canvas": NUMPY + KIND + "array = other_array = np.zeros((60, 80, 3), np.uint8)\n",
    "choosing": "",
    "consensus": WORKSPACE + VERSION,
    "gold": WORKSPACE + VERSION,
    "python": "",
    "images": WORKSPACE + VERSION + NUMPY + "canvas = nb.Canvas(np.zeros((60, 80), np.uint16))\n",
    "managing": WORKSPACE + CAMPAIGN,
    "recipes": WORKSPACE + VERSION + CAMPAIGN + STEPS + TABLE,
    "sequences": WORKSPACE + SHAPE + "tumor = shape\n",
    "shapes": SHAPE + NUMPY + "x, y, width, height = 5.0, 5.0, 80, 60\narray = np.zeros((60, 80), bool)\n",
    "agreement": WORKSPACE + DATASET + CAMPAIGN,
    "forecast": WORKSPACE + CAMPAIGN,
    "statistics": WORKSPACE + CAMPAIGN,
    "viewer": WORKSPACE + SHAPE + NUMPY + (
        "array_a = array_b = np.zeros((60, 80, 3), np.uint8)\n"
        "shapes_of_a = shapes_of_b = drawn = predicted = [shape]\n"
        'images = ["smear.jpg"]\nrecipe = nb.Recipe(["cell"])\n'
    ),
}  # fmt: skip

#: A mistake that a page shows on purpose, which checkers find, too.
MISTAKE, IGNORED = re.compile(r"^.*colour=.*$", re.MULTILINE), r"\g<0>  # type: ignore"


#: Lists where lists are meant; what the fields are then; and what is no list of these.
LISTS = """
from typing import assert_type

import numpy as np
import pandas as pd

recipe = nb.Recipe(labels=["a", nb.Label("b", kinds=["polygon"], attributes=["note"])], tags=["dark"])
assert_type(recipe.labels, tuple[nb.Label, ...])
assert_type(recipe.labels[0].kinds, tuple[str, ...])
names: list[nb.Label | str] = ["a"]
nb.Recipe(names, tags=["dark", nb.Tag("blurred", attributes=["why"])])
nb.Recipe(pd.Series(["a", "b"]))
step = nb.Step("draw", "annotation", ["ana"])
assert_type(step.assignees, tuple[str, ...])
nb.Workflow([step, nb.Step("check", "review", {"ben": 2, "cleo": 1}, attribution="weighted")])
nb.Attribute("size", "choice", choices=["small", "large"])
shape = nb.Shape(kind="polygon", points=[(1, 2), (3, 4), (5, 6)], attributes={"n": 1}, visibility=[2, 2, 2])
assert_type(shape.points, tuple[tuple[float, float], ...])
nb.Shape(kind="polygon", points=np.zeros((5, 2)))
nb.Annotation(shapes=[shape], tags=["dark"])
nb.Rule(when="done", to="August")

nb.Recipe(labels=3)  # type: ignore
nb.Step("draw", "drawing", ["ana"])  # type: ignore
nb.Shape(kind="polygon", points=["a"], confidence="high")  # type: ignore
nb.Workflow(["draw"])  # type: ignore
ws.datasets["x"].versions["v1"].nothing  # type: ignore
assert_type(ws.campaigns["July"].name, str)
assert_type(list(ws.datasets["x"].versions["v1"].shapes), list[nb.Shape])
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module for each page that has Python in it."""
    folder = tmp_path_factory.mktemp("pages")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if snippets := SNIPPET.findall(path.read_text("utf-8")):
            code = [BEGIN + ASSUMED.get(path.stem, WORKSPACE + VERSION + CAMPAIGN)]
            code += [f"# snippet {number}\n{MISTAKE.sub(IGNORED, v)}" for number, v in enumerate(snippets, 1)]
            (folder / f"page_{path.stem}.py").write_text("\n".join(code), "utf-8")
    (folder / "page_lists.py").write_text(BEGIN + WORKSPACE + LISTS, "utf-8")
    assert len(list(folder.iterdir())) > 10
    return folder


def said(folder: Path, path: str, line: int, text: str) -> str:
    """Return what a checker says, with the snippet and the line of the page."""
    lines = (folder / Path(path).name).read_text("utf-8").splitlines()
    snippet = next((v for v in reversed(lines[:line]) if v.startswith("# snippet")), "what is assumed")
    return f"{Path(path).stem.removeprefix('page_')}, {snippet.lstrip('# ')}: {lines[line - 1].strip()}\n    {text}"


def test_mypy_takes_the_snippets(pages: Path) -> None:
    pytest.importorskip("mypy")
    files = [str(path) for path in sorted(pages.glob("page_*.py"))]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-pretty", "--hide-error-context", *files],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.findall(r"^(.*/page_\w+\.py):(\d+): error: (.*)$", run.stdout, re.MULTILINE)
    assert not found, "\n".join(said(pages, path, int(line), text) for path, line, text in found)
    assert run.returncode == 0, run.stdout + run.stderr


def test_pyright_takes_the_snippets(pages: Path) -> None:
    pytest.importorskip("basedpyright")
    rules = {"typeCheckingMode": "standard", "reportUnusedExpression": False, "reportMissingModuleSource": False}
    rules["reportUnnecessaryTypeIgnoreComment"] = "error"
    (pages / "pyrightconfig.json").write_text(json.dumps({"include": ["."], **rules}))
    run = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--project", str(pages), "--pythonpath", sys.executable, "--outputjson"],
        cwd=pages, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [d for d in json.loads(run.stdout)["generalDiagnostics"] if d["severity"] == "error"]
    assert not found, "\n".join(
        said(pages, d["file"], d["range"]["start"]["line"] + 1, f"{d['message']} ({d.get('rule')})") for d in found
    )


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(nb.__file__).with_name("py.typed").is_file()


STRUCTS = [getattr(model, name) for name in model.__all__]
MADE = [kind for kind in STRUCTS if inspect.isclass(kind) and issubclass(kind, Value)]


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_what_checkers_are_told_is_what_a_struct_takes(kind: type[Value]) -> None:
    """The signature under TYPE_CHECKING names the fields in their order, and those that may be left out."""
    tree = ast.parse(inspect.getsource(kind).strip()).body[0]
    assert isinstance(tree, ast.ClassDef)
    hidden = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    told = [f for node in hidden for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"]
    if not told:
        listed = [f.name for f in fields(kind) if "tuple" in str(f.type)]
        assert not listed, f"{kind.__name__} takes lists for {listed}; say so in an __init__ under TYPE_CHECKING."
        return
    arguments = told[0].args
    only = all(p.kind is p.KEYWORD_ONLY for p in inspect.signature(kind).parameters.values())
    names = arguments.kwonlyargs if only else arguments.args[1:]
    may_be_left_out = [d is not None for d in arguments.kw_defaults] if only else None
    if may_be_left_out is None:
        may_be_left_out = [False] * (len(names) - len(arguments.defaults)) + [True] * len(arguments.defaults)
    taken = {f.name: not f.required for f in fields(kind)}
    assert dict(zip([a.arg for a in names], may_be_left_out, strict=True)) == taken
    assert [a.arg for a in names] == list(taken)
