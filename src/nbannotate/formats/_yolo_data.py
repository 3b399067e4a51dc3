"""The file that describes a YOLO data set: ``data.yaml`` (Ultralytics, Roboflow), ``obj.data`` (Darknet), or names.

Ultralytics says (https://docs.ultralytics.com/datasets/detect): ``path``, ``train``, ``val`` and ``test`` (folders of
images, or lists of them, or several of these), ``names`` (a list, or a mapping from the numbers of classes), for key
points ``kpt_shape``, ``flip_idx`` and ``kpt_names``. Darknet has a file of ``names = …``, ``train = …``, ``valid = …``,
and the names in another file, one a line.
"""

from __future__ import annotations

import posixpath
from typing import Any

import yaml
from msgspec import Struct, field

from nbannotate.errors import ReadFailed
from nbannotate.files import parsing
from nbannotate.files.source import Source
from nbannotate.files.yaml_mistakes import mistake
from nbannotate.formats import _json, _splits
from nbannotate.formats._outcome import Problems
from nbannotate.formats._yolo_lines import Keypoints

SPLITS = ("train", "val", "valid", "test")
#: Our own word for a list of images that are in none of them.
UNSPLIT = "unsplit"
#: What is said otherwise, and written anew: where the files are, and the classes.
_OURS = ("path", *SPLITS, UNSPLIT, "names", "nc", "kpt_shape", "kpt_names", "kpt_edges", "task")
#: Files with the names of classes, one a line.
NAMES = ("classes.txt", "obj.names", "_darknet.labels", "labels.txt", "names.txt", "predefined_classes.txt")
LARGEST = 4 << 20


class Data(Struct):
    """What the file says.

    Parameters
    ----------
    member
        Its name; empty if there is none.
    names
        The names of classes by their numbers, in the file's order; empty if it has none.
    listed
        Whether they are a list in it, and no mapping.
    base
        What ``path`` says.
    splits
        Folders and lists of images, by the split.
    unsplit
        A list of images that are in no split; empty if there is none.
    keypoints
        How many there are.
    point_names
        Of each class: the names of its key points.
    edges
        Of each class: pairs of places in its key points.
    task
        If it says one.
    extra
        All else.
    """

    member: str = ""
    names: dict[int, str] = field(default_factory=dict)
    listed: bool = False
    base: str = ""
    splits: dict[str, list[str]] = field(default_factory=dict)
    unsplit: str = ""
    keypoints: Keypoints | None = None
    point_names: dict[int, list[str]] = field(default_factory=dict)
    edges: dict[int, list[list[int]]] = field(default_factory=dict)
    task: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def described(source: Source, problems: Problems, first: str = "") -> Data:
    """Return what the data file says, or what can be known without one.

    Parameters
    ----------
    source
        The folder or zip.
    problems
        Where classes are said that cannot be.
    first
        The member that is the data file; empty: the one that is there.

    Raises
    ------
    ReadFailed
        There are several that name classes differently, or it is wrong.
    """
    found = [first] if first else data_files(source)
    if len(found) > 1:
        raise ReadFailed(
            f"{source.name} has several files that describe a YOLO data set: {', '.join(found[:5])}. "
            "Read the one that is meant, by its own path."
        )
    if found:
        return _of_yaml(source, found[0], problems)
    darknet = [m for m in source.members if m.endswith(".data") and "names" in _pairs(source, m)]
    if darknet:
        return _of_darknet(source, darknet[0], problems)
    named = next((m for name in NAMES for m in source.members if posixpath.basename(m) == name), "")
    return Data(named, _lines(source, named, problems) if named else {}, True)


def data_files(source: Source) -> list[str]:
    """Return the members that are YAML with names of classes; ``data.yaml`` alone if it is one of them."""
    found = [
        m
        for m in source.members
        if m.lower().endswith((".yaml", ".yml")) and source.size(m) <= LARGEST and _has_names(source, m)
    ]
    usual = [m for m in found if posixpath.basename(m) in ("data.yaml", "data.yml", "dataset.yaml")]
    return usual[:1] if len(usual) == 1 else found


def _has_names(source: Source, member: str) -> bool:
    try:
        return isinstance(_yaml(source, member, yaml.BaseLoader).get("names"), list | dict)
    except ReadFailed:
        return False


def _yaml(source: Source, member: str, loader: type[Any]) -> dict[Any, Any]:
    """Return the mapping that a file of YAML is; anchors, which can make little very large, are refused."""
    text = source.text(member)
    try:
        _check_plain(text, source.said(member))
        found = yaml.load(text, loader)  # a safe loader, or the one that knows texts only
    except yaml.YAMLError as error:
        line, column, what = mistake(error)
        place = f":{line}, column {column}," if line else ""
        raise ReadFailed(f"{source.said(member)}{place} is no YAML: {what}.") from None
    except (RecursionError, ValueError) as error:
        raise ReadFailed(f"{source.said(member)} is no YAML: {str(error) or 'it is nested too deeply'}.") from None
    return found if isinstance(found, dict) else {}


def _check_plain(text: str, name: str) -> None:
    """Raise ReadFailed for YAML that refers to its own parts, or is nested in too many levels."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ReadFailed(f"{name} refers to its own parts (*name), which is not read.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > parsing.DEEPEST:
            raise ReadFailed(f"{name} is nested too deeply to be read: in more than {parsing.DEEPEST} levels.")


def _of_yaml(source: Source, member: str, problems: Problems) -> Data:
    texts, values = (_yaml(source, member, loader) for loader in (yaml.BaseLoader, yaml.SafeLoader))
    given = texts.get("names")  # as texts: 'no' is a name, and not False
    pairs: list[tuple[Any, Any]] = list(given.items()) if isinstance(given, dict) else []
    pairs = list(enumerate(given)) if isinstance(given, list) else pairs
    data = Data(member, named(pairs, member, problems), isinstance(given, list))
    data.base = str(texts.get("path") or "")
    for split in SPLITS:
        paths = texts.get(split) or []
        if isinstance(paths, str | list):
            listed = [v for v in ([paths] if isinstance(paths, str) else paths) if isinstance(v, str) and v]
            data.splits.setdefault(_splits.word(split), []).extend(listed)
    data.unsplit = its if isinstance(its := texts.get(UNSPLIT), str) and its.endswith(".txt") else ""
    data.task = str(texts.get("task") or "")
    if "kpt_shape" in values:
        data.keypoints = _keypoints(values["kpt_shape"], member, problems)
    data.point_names = _by_class(texts.get("kpt_names"), lambda v: isinstance(v, str))
    data.edges = _by_class(values.get("kpt_edges"), _is_edge)
    data.extra = {k: v for k, v in values.items() if isinstance(k, str) and k not in _OURS and _json.plain(v)}
    return data


def named(pairs: list[tuple[Any, Any]], member: str, problems: Problems) -> dict[int, str]:
    """Return the names of classes by their numbers; one that is there twice, or is none, is said."""
    found: dict[int, str] = {}
    for number, given in pairs:
        name = given.strip() if isinstance(given, str) else ""
        if not str(number).strip().isdecimal():
            problems.add("classes", "their number is no whole number", f"{member}: names: {number!r:.60}")
        elif not 0 < len(name) <= 200 or not _json.kept(name) or name in found.values():
            twice = name in found.values()
            why = "another one has their name" if twice else "they have no name that a label can have"
            problems.add("classes", why, f"{member}: names: {number}")
            found[int(number)] = f"{name[:180]} {number}".strip()
        else:
            found[int(number)] = name
    return found


def _keypoints(given: Any, member: str, problems: Problems) -> Keypoints | None:
    good = isinstance(given, list) and len(given) == 2 and all(type(v) is int for v in given)
    if good and 0 < given[0] <= 10_000 and given[1] in (2, 3):
        return Keypoints(*given)
    problems.add("key points", "kpt_shape is not [how many, 2 or 3]", f"{member}: kpt_shape")
    return None


def _by_class(given: Any, good: Any) -> dict[int, list[Any]]:
    """Return lists by the numbers of classes; a list alone is that of all classes, by -1."""
    its = {-1: given} if isinstance(given, list) else given if isinstance(given, dict) else {}
    return {
        int(k): list(v)
        for k, v in its.items()
        if str(k).lstrip("-").isdecimal() and isinstance(v, list) and all(map(good, v))
    }


def _is_edge(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)


def _of_darknet(source: Source, member: str, problems: Problems) -> Data:
    pairs = _pairs(source, member)
    data = Data(member, listed=True)
    names = source.beside(pairs["names"], member)
    if names is None:
        problems.add("files of names", "there is no such file", f"{member}: names = {pairs['names']}")
    else:
        data.names = _lines(source, names, problems)
    data.splits = {_splits.word(split): [pairs[split]] for split in SPLITS if pairs.get(split)}
    return data


def _pairs(source: Source, member: str) -> dict[str, str]:
    """Return the lines ``name = value`` of a small file."""
    if source.size(member) > LARGEST:
        return {}
    try:
        lines = source.text(member).splitlines()
    except ReadFailed:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _lines(source: Source, member: str, problems: Problems) -> dict[int, str]:
    lines = [line.strip() for line in source.text(member).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return named(list(enumerate(lines)), member, problems)
