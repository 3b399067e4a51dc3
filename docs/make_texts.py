"""Bring the tables of texts up to date with the code: ``python docs/make_texts.py`` (``--check`` changes nothing).

Every text that the code marks is in every table, and nothing else is. A text that a table has not translated yet stands
there as null, and is listed: write it, and run this again.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from nbannotate.texts import plural_categories

ROOT = Path(__file__).resolve().parents[1] / "src" / "nbannotate"
TABLES = ROOT / "texts"

STRING = r'"((?:[^"\\]|\\.)*)"'
CALL = re.compile(rf"\b(?:T|M|pieces)\(\s*{STRING}")
COUNT = re.compile(rf"\bN\((?:[^()\"]|\([^()]*\))*?,\s*{STRING},\s*{STRING}")
TEMPLATE = re.compile(rf"\{{[{{%][^}}]*?\bt\(\s*{STRING}")
PLACE = re.compile(r"\{(\w+)\+?\}")

#: Where Python makes sentences that people at work read without a mark: what these raise is looked at.
RAISING = (
    "operations",
    "rules",
    "store",
    "pages",
    "canvas",
    "serve",
    "shapes",
    "imaging",
    "owner",
    "model",
    "charts",
    "stats",
)


def in_browser() -> dict[str, str]:
    """Return what the modules of the browser and the templates mark: each text, and its singular if it counts."""
    found: dict[str, str] = {}
    for path in sorted(p for p in (ROOT / "frontend").rglob("*") if p.suffix in (".js", ".ts")):
        if path.stem == "texts":
            continue
        source = path.read_text("utf-8")
        found |= {_unescaped(text): "" for text in CALL.findall(source)}
        found |= {_unescaped(many): _unescaped(one) for one, many in COUNT.findall(source)}
    for path in sorted((ROOT / "serve" / "templates").iterdir()):
        found |= {_unescaped(text): "" for text in re.findall(rf"\bt\(\s*{STRING}", path.read_text("utf-8"))}
    return found | in_hovers()


def in_hovers() -> dict[str, str]:
    """Return the lines of what charts say of a bar that is pointed at, with ``{a}``, ``{b}`` … for their values."""
    found: dict[str, str] = {}
    for tree in _trees(ROOT / "charts"):
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
                found |= dict.fromkeys(hover_lines(node.value), "")
    return found


def hover_lines(template: str) -> Iterator[str]:
    """Yield the lines of a hover text of Plotly that have words, as they stand in the tables."""
    for line in re.split("<br>|<extra>.*", template) if "``" not in template else ():
        name = iter("abcdefghij")
        bare = line.removeprefix("%{fullData.name}: ")
        key = re.sub(r"%\{[^}]*\}", lambda _: f"{{{next(name)}}}", bare)  # noqa: B023  used at once
        if key != bare and re.search("[A-Za-z]{2,}", PLACE.sub("", key)):
            yield key


def in_python() -> dict[str, str]:
    """Return what Python marks with ``t``, ``tn`` and ``word``."""
    found: dict[str, str] = {}
    for tree in _trees(ROOT):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "tn", "word"):
                literals = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if node.func.id != "tn" and literals:
                    found.setdefault(literals[0], "")
                elif len(literals) == 2:
                    found[literals[1]] = literals[0]
    return found


def may_be_said() -> set[str]:
    """Return the skeleton of every sentence that the code could make: text and f-strings, with ``{}`` for values."""
    found: set[str] = set()
    for part in RAISING:
        for tree in _trees(ROOT / part):
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr):
                    found.add("".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values))  # type: ignore[misc]
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(skeleton(node.value))
    return found | {text.lower() for text in found if "{" not in text}  # within a sentence


def skeleton(text: str) -> str:
    """Return a text with ``{}`` for its values."""
    return PLACE.sub("{}", text)


def places(text: object) -> set[str]:
    """Return the names of the values of a text, in all its forms."""
    forms = text.values() if isinstance(text, dict) else [text or ""]
    return {name for form in forms for name in PLACE.findall(form)}


def problems(table: dict[str, Any], english: dict[str, Any], language: str) -> Iterator[str]:
    """Say what is wrong with the table of a language."""
    wanted = plural_categories(language) | {"other"}  # which fractions have, and what has no number
    for section in ("texts", "sentences"):
        ours, theirs = table[section], english[section]
        for key in theirs:
            text = ours.get(key)
            if text is None or text == "":
                yield f"{key!r} is not translated"
            elif places(text) - places(theirs[key]) or places(theirs[key]) - places(text) - {"n"}:
                yield f"{key!r}: the values are {sorted(places(theirs[key]))}, not {sorted(places(text))}"
            elif isinstance(text, dict) and (wrong := wanted ^ set(text)):
                yield f"{key!r}: the forms are {sorted(wanted)}, so {sorted(wrong)} is too much, or is missing"
            elif isinstance(theirs[key], dict) and isinstance(text, str) and len(wanted) > 1:
                yield f"{key!r}: it counts, so it needs the forms {sorted(wanted)}"
        yield from (f"{key!r} is not in the code any more" for key in ours if key not in theirs)


def template(before: dict[str, Any]) -> dict[str, Any]:
    """Return the English table: what the code marks now, and words and sentences that were added by hand.

    Those that have values are none of these: whoever makes one marks it, so that nobody has to find its values again.
    """
    browser, python, possible = in_browser(), in_python(), may_be_said()
    made = {*python, *python.values()}
    raised = {
        key: text
        for key, text in before["sentences"].items()
        if key not in made and not places(text) and skeleton(key) in possible
    }
    python |= {key: text["one"] if isinstance(text, dict) else "" for key, text in raised.items()}
    return {
        "name": before["name"],
        "texts": {key: _entry(key, browser[key]) for key in sorted(browser) if key not in python},
        "sentences": {key: _entry(key, python[key]) for key in sorted(python)},
    }


def _entry(key: str, one: str) -> str | dict[str, str]:
    return {"one": one, "other": key} if one else key


def _unescaped(text: str) -> str:
    return str(json.loads(f'"{text}"'))


def _trees(folder: Path) -> Iterator[ast.AST]:
    return map(_tree, sorted(folder.rglob("*.py")))


@cache
def _tree(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


def written(table: dict[str, Any]) -> str:
    """Return a table as its file is written."""
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def read(path: Path) -> dict[str, Any]:
    """Return a table."""
    table: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return table


def main() -> int:
    """Write the tables, or say what is wrong with them."""
    check = "--check" in sys.argv
    there = read(TABLES / "en.json")
    english = template(there)
    bad = ["en.json is not up to date"] if check and there != english else []
    if not check:
        (TABLES / "en.json").write_text(written(english), "utf-8")
    for path in sorted(TABLES.glob("*.json")):
        if path.stem == "en":
            continue
        table = read(path)
        if not check:
            every = {**table["texts"], **table["sentences"]}
            for section in ("texts", "sentences"):
                table[section] = {key: every.get(key) for key in english[section]}
            path.write_text(written(table), "utf-8")
        bad += [f"{path.name}: {problem}" for problem in problems(table, english, path.stem)]
    print("\n".join(bad) or f"{len(english['texts'])} texts, {len(english['sentences'])} sentences, in every language.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
