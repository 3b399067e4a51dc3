"""Which label file of a YOLO data set belongs to which image, and which split an image is in.

Ultralytics puts ``labels`` for the last ``images`` in an image's path, and ``.txt`` for its suffix; where there is no
such folder, the file stands beside the image. All usual layouts keep that: ``images/train`` with ``labels/train``,
``train/images`` with ``train/labels``, and all in one folder.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from msgspec import Struct

from nbannotate.errors import ReadFailed
from nbannotate.files.source import Source
from nbannotate.formats import _splits
from nbannotate.formats._outcome import Problems
from nbannotate.formats._yolo_data import NAMES, Data
from nbannotate.formats._yolo_lines import numbers_of

HEAD = 4096  # bytes of a file by which it is known as one of labels


class Item(Struct, frozen=True):
    """An image: its path in the data set, whether it is there, the file of its labels, and its split."""

    path: str
    there: bool
    labels: str | None
    split: str | None


def labels_path(image: str) -> str:
    """Return where the labels of an image stand."""
    folder, slash, rest = f"/{image}".rpartition("/images/")
    return (f"{folder}/labels/{rest}" if slash else f"/{image}")[1:].rpartition(".")[0] + ".txt"


def items(source: Source, data: Data, problems: Problems) -> list[Item]:
    """Return the images of a data set, sorted by their paths.

    Raises
    ------
    ReadFailed
        Two files of labels are of one image; the message names both.
    """
    lists = _lists(source, data)
    listed = {split: [path for m in its for path in _listed(source, m)] for split, its in lists.items()}
    unsplit = source.beside(posixpath.join(data.base, data.unsplit), data.member) if data.unsplit else None
    rest = list(_listed(source, unsplit)) if unsplit is not None else []
    images = dict.fromkeys(source.images, True)
    images |= {path: False for paths in (*listed.values(), rest) for path in paths if path not in images}
    named = {data.member, unsplit, *(m for its in lists.values() for m in its)}
    labels = [m for m in source.members if m.endswith(".txt") and m not in named and _is_labels(source, m, images)]
    found, alone = _paired(labels, images, data, source.name)
    images |= dict.fromkeys(alone, False)
    split_of = _split_of(images, listed, _folders(data, images)) | dict.fromkeys(rest)
    beside = {posixpath.dirname(path) for path in found} | {posixpath.dirname(p) for p in split_of}
    return [
        Item(path, there, found.get(path), split_of.get(path))
        for path, there in sorted(images.items())
        if path in found or path in split_of or posixpath.dirname(path) in beside
    ]


def _is_labels(source: Source, member: str, images: Iterable[str]) -> bool:
    """Return whether a text is one of labels: by its folder, or by what is in it."""
    name = posixpath.basename(member)
    if name in NAMES or name.lower().startswith(("readme", "license", "requirements")):
        return False
    if any(part.startswith("labels") for part in member.split("/")[:-1]):
        return True
    with source.open(member) as file:
        head = file.read(HEAD).decode(errors="replace")
    first = next((line for line in head.splitlines() if line.strip()), None)
    its = numbers_of(first) if first is not None else None
    stem = member[: -len("txt")]
    return (its is not None and len(its[1]) >= 4) or any(f"{stem}{s}" in images for s in ("jpg", "png", "jpeg"))


def _paired(labels: list[str], images: dict[str, bool], data: Data, name: str) -> tuple[dict[str, str], list[str]]:
    """Return the labels of each image, and paths of images for labels that fit none."""
    by_stem: dict[str, list[str]] = {}
    for path in images:
        by_stem.setdefault(_stem(path), []).append(path)
    found: dict[str, str] = {}
    alone: dict[str, str] = {}
    for member in labels:
        image = _best(member, by_stem.get(_stem(member), []))
        if image is None:
            image = member[: -len(".txt")]
            alone[image] = member
        elif (other := found.get(image)) is not None:
            kept = _nearer(other, member, image, data)
            if kept is None:
                raise ReadFailed(f"{name}: {other} and {member} both have labels for {image}; only one of them can be.")
            found[image] = kept
        else:
            found[image] = member
    return found | alone, list(alone)


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _folders_of(path: str) -> list[str]:
    """Return the folders of a path; those of labels are those of images."""
    return ["images" if part.startswith("labels") else part for part in path.split("/")[:-1]]


def _best(member: str, images: list[str]) -> str | None:
    """Return the image whose folders end most like those of a file of labels; None if several do."""
    its = _folders_of(member)
    most, best = -1, list[str]()
    for path in images:
        other, n = _folders_of(path), 0
        while n < min(len(its), len(other)) and its[-1 - n] == other[-1 - n]:
            n += 1
        n += 1_000_000 if its == other else 0
        if n > most:
            most, best = n, [path]
        elif n == most:
            best.append(path)
    return best[0] if len(best) == 1 else None


def _nearer(one: str, other: str, image: str, data: Data) -> str | None:
    """Return which of two files of labels is meant: where Ultralytics looks, or in a folder named as the data file."""
    for path in (one, other):
        if path == labels_path(image):
            return path
    stem = _stem(data.member) if data.member else ""
    fits = [p for p in (one, other) if stem and any(part.endswith(stem) for part in p.split("/")[:-1])]
    return fits[0] if len(fits) == 1 else None


def _lists(source: Source, data: Data) -> dict[str, list[str]]:
    """Return the members that list images, by the split."""
    found: dict[str, list[str]] = {}
    for split, paths in data.splits.items():
        for path in paths:
            member = source.beside(posixpath.join(data.base, path), data.member) if path.endswith(".txt") else None
            if member is not None:
                found.setdefault(split, []).append(member)
    if not data.splits:
        for member in source.members:
            name = posixpath.splitext(posixpath.basename(member))[0]
            if member.endswith(".txt") and name in ("train", "val", "valid", "test"):
                found.setdefault(_splits.word(name), []).append(member)
    return found


def _listed(source: Source, member: str) -> Iterator[str]:
    """Return the images of a list: members, or the paths as they are written."""
    for line in source.text(member).splitlines():
        if not (path := line.strip().replace("\\", "/")):
            continue
        found = source.beside(path, member)
        if found is not None and found != member:
            yield found
            continue
        parts = [part for part in path.split("/") if part not in ("", ".", "..")]
        if parts:
            first = max((i for i, part in enumerate(parts[:-1]) if part == "images"), default=0)
            yield "/".join(parts[first:] if path.startswith("/") else parts)


def _folders(data: Data, images: Iterable[str]) -> dict[str, list[str]]:
    """Return the folders of images that the data file names, by the split."""
    there = {""}
    for path in images:
        above = posixpath.dirname(path)
        while above and above not in there:
            there.add(above)
            above = posixpath.dirname(above)
    home = posixpath.dirname(data.member)
    found: dict[str, list[str]] = {}
    for split, paths in data.splits.items():
        for path in paths:
            folder = None if path.endswith(".txt") else _folder(path, data.base, home, there)
            if folder is not None:
                found.setdefault(split, []).append(folder)
    return found


def _folder(path: str, base: str, home: str, there: set[str]) -> str | None:
    """Return the folder that a path means: beside the data file, or by the end of the path, as it lay elsewhere."""
    path = path.replace("\\", "/").rstrip("/") or "."
    for tried in (posixpath.join(home, base, path), posixpath.join(home, path)):
        found = posixpath.normpath(tried)
        found = "" if found == "." else found
        if found in there:
            return found
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    ends = ("/".join(parts[i:]) for i in range(len(parts)))
    return next((found for end in ends for found in (posixpath.join(home, end), end) if found in there), None)


def _split_of(
    images: dict[str, bool], listed: dict[str, list[str]], folders: dict[str, list[str]]
) -> dict[str, str | None]:
    """Return the split of images that are in one; None for those of a data set whose splits are all the same."""
    found: dict[str, str | None] = {}
    whole = {split: (listed.get(split, []), folders.get(split, [])) for split in [*listed, *folders]}
    same = len(whole) > 1 and all(its == next(iter(whole.values())) for its in whole.values())
    for split in whole:
        for path in listed.get(split, []):
            found.setdefault(path, None if same else split)
    for split, its in folders.items():
        for path in images:
            if any(not folder or path.startswith(f"{folder}/") for folder in its):
                found.setdefault(path, None if same else split)
    return found or {path: word for path in images if (word := _splits.of_folder(path)) is not None}
