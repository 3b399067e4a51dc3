"""What the site has besides ``docs/*.md``: the notebooks, the reference, and the pages at the top of the repository.

Hooks of MkDocs (``mkdocs.yml``). ``NBANNOTATE_DOCS_EXECUTE=1`` executes the notebooks and shows what they give.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbconvert import MarkdownExporter

import nbannotate as nb

ROOT = Path(__file__).parents[1]
#: Pages that stand at the top of the repository.
PAGES = {"README.md": "readme.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
#: Where the classes stand that people are given, and never make themselves.
HANDLES = (
    "dataset", "version", "asset", "campaign", "members", "person", "task", "gold", "notices", "planner", "table",
    "labels", "history", "lineage", "gallery", "answer", "forecast",
)  # fmt: skip


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the reference to the navigation."""
    assert config.nav is not None
    names = [name for name, _ in _reference()]
    handles = [name for name in names if "/handles/" in name]
    rest = [name for name in names if name not in handles]
    config.nav.append({"Reference": [rest[0], {"Public names": rest[1:]}, {"What they give": handles}]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text("utf-8")))
    files.append(
        File.generated(config, "license.md", content=f"```text\n{(ROOT / 'LICENSE').read_text('utf-8')}\n```\n")
    )
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            _add_notebook(path, files, config)
    for name, text in _reference():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Let links to files of the repository lead to their pages of the site."""
    here = Path(page.file.src_uri).parent
    top = page.file.src_uri in PAGES.values()

    def leads(match: re.Match[str]) -> str:
        target, anchor = match[2], match[3] or ""
        if re.match(r"[a-z]+:|#|$", target):
            return match[0]
        place = (ROOT / target) if top else (ROOT / "docs" / here / target)
        if page.file.src_uri.startswith("notebooks/"):
            place = ROOT / here / target
        place = Path(os.path.normpath(place))
        if not place.is_relative_to(ROOT):
            return match[0]
        its = place.relative_to(ROOT).as_posix()
        if its in PAGES:
            found = PAGES[its]
        elif its == "LICENSE":
            found = "license.md"
        elif its.startswith("notebooks/") and its.endswith(".ipynb"):
            found = its.removesuffix("ipynb") + "md"
        elif its.startswith("docs/") and place.suffix in (".md", ".png", ".gif", ".svg"):
            found = its.removeprefix("docs/")
        else:
            return f"`{its}`" if not match[1].startswith("!") else match[0]  # a file of the source
        return f"{match[1]}({os.path.relpath(found, here)}{anchor})"

    return re.sub(r"(!?\[[^\]\n]*(?:\n[^\]\n]*)?\])\(([^)#\s]*)(#[^)\s]*)?\)", leads, markdown)


def on_page_content(html: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Leave the roles of docstrings out, and the marks of what an editor loads by itself."""
    return re.sub(r":(?:meth|class|func|attr|mod|data|exc|obj):\s*(?=<)", "", html)


def _add_notebook(path: Path, files: Files, config: MkDocsConfig) -> None:
    """Add a notebook as a page, with its pictures beside it."""
    notebook = nbformat.read(path, as_version=4)
    if os.environ.get("NBANNOTATE_DOCS_EXECUTE"):
        _execute(notebook)
    text, resources = MarkdownExporter().from_notebook_node(notebook)
    name = path.relative_to(ROOT).with_suffix(".md").as_posix()
    for picture, body in (resources.get("outputs") or {}).items():
        unique = f"{path.stem}_{picture}"
        text = text.replace(f"({picture})", f"({unique})")
        files.append(File.generated(config, f"{Path(name).parent.as_posix()}/{unique}", content=body))
    link = f"*The notebook itself: `{path.relative_to(ROOT).as_posix()}`.*\n\n"
    title, _, rest = text.lstrip().partition("\n")
    files.append(File.generated(config, name, content=f"{title}\n\n{link}{rest}"))


def _execute(notebook: Any) -> None:
    """Run a notebook in a folder of its own; what only a browser can show is left out."""
    import plotly.io as pio
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = folder
        try:
            NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            figure = data.get("application/vnd.plotly.v1+json")
            if figure is not None:
                drawn = pio.to_html(pio.from_json(json.dumps(figure), skip_invalid=True), False, False, full_html=False)
                data.clear()
                data["text/html"] = drawn
            data.pop("application/vnd.jupyter.widget-view+json", None)


def _reference() -> list[tuple[str, str]]:
    """Return the pages of the reference: their names, and what stands on them."""
    pages = [
        ("reference/index.md", "# Reference\n\nAll public names of `nbannotate`, and the handles that they give.\n")
    ]
    for name in sorted(nb.__all__, key=str.lower):
        its = getattr(nb, name)
        if inspect.ismodule(its):
            pages.append((f"reference/{name}.md", _module(name, its)))
        else:
            pages.append((f"reference/{name}.md", f"---\ntitle: nb.{name}\n---\n\n{_entry(its)}"))
    for module in HANDLES:
        its = importlib.import_module(f"nbannotate.workspace.{module}")
        classes = [
            v for k, v in vars(its).items()
            if inspect.isclass(v) and v.__module__ == its.__name__ and not k.startswith("_") and v.__doc__
        ]  # fmt: skip
        title = " and ".join(v.__name__ for v in classes[:2]) + (" …" if len(classes) > 2 else "")
        text = "\n\n".join(map(_entry, classes))
        pages.append((f"reference/handles/{module}.md", f"---\ntitle: {title}\n---\n\n{text}"))
    return pages


def _module(name: str, module: Any) -> str:
    """Return the page of a module of tables, charts or errors."""
    doc = (module.__doc__ or "").strip().partition("\n")[0]
    if name == "errors":
        return f"# nb.errors\n\n{doc}\n\n::: nbannotate.errors\n    options:\n      show_root_heading: false\n"
    entries = []
    for one in module.names():
        its = getattr(module, one)
        signature = str(inspect.signature(its)).replace("'", "")
        about, _, _ = (inspect.getdoc(its) or "").partition("\nColumns\n")
        about, _, _ = about.partition("\nParameters\n")
        about = re.sub(r":\w+:`", "`", about.replace("``", "`"))
        text = f"## {one}\n\n```python\nnb.{name}.{one}{signature}\n```\n\n{about.strip()}\n"
        columns = getattr(its, "columns", None)
        if columns:
            rows = "".join(
                f"| `{key}` | {c.dtype} | {c.what.replace('|', chr(92) + '|')} |\n" for key, c in columns.items()
            )
            text += f"\n| Column | Type | Meaning |\n| --- | --- | --- |\n{rows}"
        entries.append(text)
    return f"# nb.{name}\n\n{doc}\n\n" + "\n\n".join(entries)


def _entry(its: Any) -> str:
    """Return what mkdocstrings turns into the description of a class or a function."""
    text = f"::: {its.__module__}.{its.__qualname__}\n    options:\n      heading_level: 1\n"
    if not inspect.isclass(its):
        return text
    if not hasattr(its, "__struct_fields__"):
        text += "      force_inspection: true\n"
    there = {n: inspect.unwrap(v) for n, v in vars(its).items() if not n.startswith("_") and inspect.isfunction(v)}
    for name, function in there.items():  # methods that are functions of other modules
        if function.__module__ != its.__module__:
            where = f"{function.__module__}.{function.__qualname__}"
            text += f'\n::: {where}\n    options:\n      heading: "{name}"\n      heading_level: 2\n'
    return text
