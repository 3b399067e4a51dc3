"""A campaign's spec as YAML: written so that a person reads it, read so that every mistake names its place."""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import yaml

from nbannotate import shapes
from nbannotate.errors import FileMissing, InvalidInput, Part
from nbannotate.files.text import read_text
from nbannotate.files.yaml_mistakes import mistake
from nbannotate.model import Attribute, CampaignSpec, Filter, Label, Recipe, Step, Tag, suggestions
from nbannotate.workspace.inputs import is_path

#: Structs that may be written as their name alone.
_SHORT = (Label, Attribute, Tag)

_TYPES: dict[type, tuple[type, str]] = {
    msgspec.inspect.StrType: (str, "a text"),
    msgspec.inspect.IntType: (int, "a whole number"),
    msgspec.inspect.FloatType: (float, "a number"),
    msgspec.inspect.BoolType: (bool, "true or false"),
    msgspec.inspect.DateType: (datetime.date, "a day like 2026-12-31"),
}


def to_yaml(spec: CampaignSpec) -> str:
    """Return a spec as YAML; :func:`from_yaml` gives it back. What is as it would be anyway is left out."""
    return yaml.dump(_plain(spec), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def from_yaml(text_or_path: str | os.PathLike[str]) -> CampaignSpec:
    """Return the spec that a YAML document, or a ``.yaml`` file, describes.

    Raises
    ------
    FileMissing
        There is no such file.
    InvalidInput
        The document has a mistake; the message begins with its place, for example ``workflow.steps[1].kind``.
    """
    text = _read(text_or_path)
    try:
        document = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        line, column, what = mistake(error)
        place = f"line {line}, column {column}: " if line else ""
        raise InvalidInput(f"{place}{what}. This is not YAML as a spec needs it.") from error
    if not isinstance(document, dict):
        raise InvalidInput("A spec is a mapping that begins with 'name: …'; see campaign.spec for one.")
    spec: CampaignSpec = _struct(CampaignSpec, document, "")
    return spec


def _read(text_or_path: str | os.PathLike[str]) -> str:
    text = os.fspath(text_or_path)
    if is_path(text_or_path, ".yaml", ".yml"):
        path = Path(text).expanduser()
        if not path.is_file():
            raise FileMissing(f"There is no file {path} (looked in {Path.cwd()}).")
        return read_text(path)
    return text.removeprefix("\ufeff")


# Writing ---------------------------------------------------------------------------------------------------------


class _Flow(list[Any]):
    """A short list, written on one line."""


class _FlowMap(dict[str, Any]):
    """A short mapping, written on one line."""


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    """Return a struct as what is written of it: no defaults, short forms where they say the same."""
    if isinstance(value, Recipe):
        value = _without_own_colors(value)
    written: dict[str, Any] = {}
    for field in msgspec.structs.fields(value):
        given = getattr(value, field.name)
        if field.default is not msgspec.NODEFAULT and given == field.default and type(given) is type(field.default):
            continue
        written[field.name] = _value(given)
    if isinstance(value, Step) and value.weights:
        del written["weights"]
        written["assignees"] = _FlowMap({login: _number(w) for login, w in value.shares.items()})
    return written


def _value(given: Any) -> Any:
    if isinstance(given, _SHORT) and list(_plain(given)) == ["name"]:
        return given.name
    if isinstance(given, msgspec.Struct):
        return _plain(given)
    if isinstance(given, list | tuple):
        values = [_value(v) for v in given]
        return values if any(isinstance(v, dict) for v in values) else _Flow(values)
    return _number(given)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _without_own_colors(recipe: Recipe) -> Recipe:
    """Return a recipe's labels without the colors that it would give them anyway. Only to be written."""
    kept = [label.color for label in recipe.labels]
    bare = [msgspec.structs.replace(label, color=None) for label in recipe.labels]

    def colored(labels: list[Label]) -> bool:
        return [v.color for v in Recipe(tuple(labels), open_labels=True).labels] == kept

    labels = list(recipe.labels)
    if colored(bare):
        labels = bare
    else:
        for i in range(min(len(labels), 100)):  # each try looks at all of them
            tried = [*labels[:i], bare[i], *labels[i + 1 :]]
            if colored(tried):
                labels = tried
    written = msgspec.structs.replace(recipe)
    msgspec.structs.force_setattr(written, "labels", tuple(labels))
    return written


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, short lists on one line, and list items below their key, indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists, too."""
        super().increase_indent(flow, False)

    def analyze_scalar(self, scalar: str) -> Any:
        """Allow blocks with spaces at the ends of lines: Markdown breaks a line with two."""
        analysis = super().analyze_scalar(scalar)
        if any(
            ch in scalar for ch in "\x85\u2028\u2029"
        ):  # line breaks to YAML, and not written as such unless escaped
            analysis.allow_flow_plain = analysis.allow_single_quoted = analysis.allow_block = False
            return analysis
        printable = all(ch == "\n" or (ch.isprintable() and ch != "\ufeff") for ch in scalar)
        if analysis.multiline and printable and not scalar[0].isspace() and not scalar[-2:-1].isspace():
            analysis.allow_block = scalar[-1] != " "
        return analysis

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out; a spec has no anchors."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Flow, lambda d, v: d.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True))
_Dumper.add_representer(_FlowMap, lambda d, v: d.represent_mapping("tag:yaml.org,2002:map", v.items(), flow_style=True))


# Reading ---------------------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """Reads plain values only, and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, or raise with the place of the second key."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is there twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def near(name: object, known: Iterable[str]) -> str:
    """Return the question whether a known name was meant, for the end of a sentence; empty if none is like it."""
    close = suggestions.near(name, known)
    return f"; did you mean {close}?" if close else "."


def _say(path: str, text: str) -> InvalidInput:
    return InvalidInput(f"{path}: {text}" if path else text)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@functools.cache
def _fields(kind: type) -> dict[str, msgspec.inspect.Field]:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return {f.name: f for f in info.fields}


def _struct(kind: type, given: Any, path: str) -> Any:
    """Return a struct from what is written at a path."""
    if isinstance(given, str) and kind in _SHORT:
        given = {"name": given}
    if kind in _SHORT and isinstance(given, bool | int | float | datetime.date):
        _scalar(str, "a text", given, path)
    if not isinstance(given, dict):
        raise _say(path, f"must be a mapping with {', '.join(_fields(kind))}, not {_shown(given)}.")
    known = _fields(kind)
    for key in given:
        if key not in known:
            hint = near(key, known)
            raise _say(
                _under(path, str(key)),
                f"there is no such field{hint if hint != '.' else '; there are ' + ', '.join(known) + '.'}",
            )
    missing = [name for name, field in known.items() if field.required and name not in given]
    if missing:
        raise _say(path, f"{missing[0]} is missing.")
    values = {
        name: _SPECIAL.get((kind, name), _typed)(known[name].type, value, _under(path, name))
        for name, value in given.items()
    }
    try:
        return kind(**values)
    except InvalidInput as error:
        wrong = error.fact.field if isinstance(error.fact, Part) else _wrong(kind, values)
        raise _say(_under(path, wrong) if wrong else path, str(error)) from error


def _wrong(kind: type, values: dict[str, Any]) -> str:
    """Return the field without which a struct could be made, or with which it no longer can; or an empty text."""
    needed = {name for name, field in _fields(kind).items() if field.required}
    for name in values:
        if name not in needed and _can_be(kind, {n: v for n, v in values.items() if n != name}):
            return name
    made = {n: v for n, v in values.items() if n in needed}
    if not _can_be(kind, made):
        return next(iter(needed)) if len(needed) == 1 else ""
    return next((name for name in values if not _can_be(kind, made := {**made, name: values[name]})), "")


def _can_be(kind: type, values: dict[str, Any]) -> bool:
    try:
        kind(**values)
    except InvalidInput:
        return False
    return True


def _typed(kind: msgspec.inspect.Type, given: Any, path: str) -> Any:
    """Return a value of a field's type, or raise what it should be."""
    if isinstance(kind, msgspec.inspect.UnionType):
        if given is None and any(isinstance(t, msgspec.inspect.NoneType) for t in kind.types):
            return None
        kind = next(t for t in kind.types if not isinstance(t, msgspec.inspect.NoneType))
    if isinstance(kind, msgspec.inspect.StructType):
        return _struct(kind.cls, given, path)
    if isinstance(kind, msgspec.inspect.VarTupleType):
        if not isinstance(given, list):
            raise _say(path, f"must be a list, not {_shown(given)}; write [{given}].")
        return tuple(_typed(kind.item_type, v, f"{path}[{i}]") for i, v in enumerate(given))
    if isinstance(kind, msgspec.inspect.LiteralType):
        if given not in kind.values:
            hint = near(given, map(str, kind.values))
            raise _say(path, f"must be one of {', '.join(map(str, kind.values))}, not {_shown(given)}{hint}")
        return given
    if type(kind) in _TYPES:
        return _scalar(*_TYPES[type(kind)], given, path)
    return given


def _scalar(kind: type, what: str, given: Any, path: str) -> Any:
    if kind is datetime.date and isinstance(given, str):
        try:
            return datetime.date.fromisoformat(given)
        except ValueError:
            pass
    if kind is float and type(given) is int:
        return float(given)
    if type(given) is not kind:
        quote = "; put it in quotes" if kind is str and isinstance(given, bool | int | float | datetime.date) else ""
        raise _say(path, f"must be {what}, not {_shown(given)}{quote}.")
    return given


def _shown(given: Any) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return "true" if given else "false"
    return "a mapping" if isinstance(given, dict) else "a list" if isinstance(given, list) else repr(given)


def _assignees(kind: msgspec.inspect.Type, given: Any, path: str) -> Any:
    """Return a list of logins, or a mapping of login to weight."""
    if not isinstance(given, dict):
        return _typed(kind, given, path)
    for login, weight in given.items():
        _scalar(str, "a login", login, path)
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise _say(_under(path, login), f"must be a number above 0, not {_shown(weight)}.")
    return given


def _kinds(kind: msgspec.inspect.Type, given: Any, path: str) -> Any:
    """Return names of shape kinds that there are."""
    names: tuple[str, ...] = _typed(kind, given, path)
    for i, name in enumerate(names):
        if name not in shapes.kinds():
            raise _say(
                f"{path}[{i}]",
                f"{name!r} is no shape kind; there are {', '.join(shapes.kinds())}{near(name, shapes.kinds())}",
            )
    return names


def _filter(kind: msgspec.inspect.Type, given: Any, path: str) -> Any:
    """Return the text of a filter that can be read."""
    text = _typed(kind, given, path)
    try:
        return str(Filter.parse(text))
    except InvalidInput as error:
        raise _say(path, str(error)) from error


_SPECIAL: dict[tuple[type, str], Callable[[msgspec.inspect.Type, Any, str], Any]] = {
    (Step, "assignees"): _assignees,
    (Label, "kinds"): _kinds,
    (CampaignSpec, "filter"): _filter,
}
