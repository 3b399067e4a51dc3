"""Images that come with a data set: which of them a version has already, where the others are, and what they show."""

from __future__ import annotations

import contextlib
import hashlib
import os
import posixpath
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats
from nbannotate.errors import InvalidInput, ReadFailed
from nbannotate.files.names import Match, parts
from nbannotate.files.source import Source
from nbannotate.files.target import write_new
from nbannotate.imaging import Frame, frame_of
from nbannotate.model.suggestions import one_of
from nbannotate.owner.place import Place
from nbannotate.workspace import asset_matching, images, pieces
from nbannotate.workspace import metadata as metadata_of
from nbannotate.workspace.duplicates import Duplicates, Image, of_new, there
from nbannotate.workspace.images import ImageFile
from nbannotate.workspace.progress_bars import progress_bar

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

#: What becomes of the images of a data set: they stay where they are, are copied beside the workspace, or do not come.
Images = Literal["reference", "copy", "none"]


class Named(Struct, frozen=True):
    """An image that a file names: its name, its member, whether something is said of it, and what is known of it."""

    name: str
    member: str | None
    says: bool
    sequence: str | None
    moment: float | None
    metadata: dict[str, Any]


class Coming:
    """What the images of a data set mean to a version.

    Attributes
    ----------
    match
        The asset of each name; also of those that are new.
    sizes
        Of the assets, in pixels.
    new
        The assets that are to be made, by their names.
    twice
        The names that are passed over, because they show just what another image does.
    """

    def __init__(self, sizes: dict[str, asset_matching.Size]) -> None:
        self.match = Match({})
        self.sizes = sizes
        self.new: dict[str, tuple[ImageFile, Named]] = {}
        self.twice: frozenset[str] = frozenset()
        self.kept = False

    def keep(self) -> None:
        """Say that all came in: copies stay."""
        self.kept = True

    def table(self, folder: Path) -> pieces.Pieces:
        """Return the table of the new assets."""
        table = pieces.images(folder)
        for name, (file, named) in self.new.items():
            own = file.facts.metadata if file.facts is not None else {}
            table.add(
                name, str(Frame(file.path, file.frame)), posixpath.dirname(name), file.width, file.height, file.bytes,
                metadata_of.encoded(name, {**own, **named.metadata}), named.sequence, named.moment,
            )  # fmt: skip
        return table


@contextmanager
def images_of(
    version: Version, source: Source, names: Sequence[Named], wanted: Images | None, problems: formats.Problems,
    duplicates: Duplicates = "keep",
) -> Iterator[Coming]:  # fmt: skip
    """Return what the images of a data set mean to a version; copies that became no assets are gone again.

    Parameters
    ----------
    version
        Whose assets.
    source
        What is read.
    names
        All images that it names.
    wanted
        What becomes of images; None: of a folder they stay there, of a zip they are copied, of one file none come.
    problems
        Where it is said which images are none, or twice there.
    duplicates
        What becomes of new images that show just what another one does.
    """
    if wanted is not None:
        one_of("images", wanted, ("reference", "copy", "none"))
    here = asset_matching.there(version)
    coming = Coming(here.sizes)
    how = wanted or ("none" if source.single else "reference" if source.path.is_dir() else "copy")
    if how == "reference" and not source.single and not source.path.is_dir():
        raise InvalidInput(f"The images of {source.name} are in a zip; take images='copy', or unpack it.")
    inner = _beside(source) if source.single and how != "none" else source
    copies: Path | None = None
    try:
        with inner:
            found = {} if how == "none" else _members(inner, names, single=source.single)
            known, others = _known(here, inner, names, found, problems)
            if (how == "copy" and others) or any(inner.local(member) is None for member in others.values()):
                copies = _folder(version, source)
            measured = _measured(inner, others, copies, problems, copied=how == "copy")
            _decide(coming, names, known, measured, problems)
            _say_twice(version, coming, problems, duplicates)
            del here, names, found, known, others, measured  # as large as the data set, and done with
            yield coming
    finally:
        if copies is not None:
            _clear(copies, {file.path for file, _ in coming.new.values()} if coming.kept else set())


def _beside(source: Source) -> Source:
    """Return the folder that one file lies in, where its images are looked for; those that stand in it are there."""
    folder = Source(source.path.resolve().parent)
    folder.embedded = source.embedded
    return folder


def _members(source: Source, names: Sequence[Named], *, single: bool) -> dict[str, str]:
    """Return the member of each image that has one."""
    if not single:
        return {one.name: one.member for one in names if one.member is not None}
    found = {one.name: member for one in names if (member := source.beside(one.name)) is not None}
    inside = {one.name: one.member for one in names if one.member in source.embedded}
    return {name: member for name, member in (inside | found).items() if member is not None}


def _known(
    there: asset_matching.There,
    source: Source,
    names: Sequence[Named],
    members: dict[str, str],
    problems: formats.Problems,
) -> tuple[Match, dict[str, str]]:
    """Return which names mean assets that are there, and the members of the others.

    An image that comes along is an asset that is there if it is its file, has its very name, or shows the same; one
    that stands in a text, where its file was not found, is any that its name means.
    """
    match = there.names.match(one.name for one in names)
    members = {n: m for n, m in members.items() if m not in source.embedded or n not in match.found}
    files = there.paths.items() if members else ()
    by_path = {os.path.realpath(frame_of(path).path): name for name, path in files}
    found = {name: asset for name, asset in match.found.items() if name not in members}
    taken = set(found.values())
    others: dict[str, str] = {}
    for name, member in members.items():
        local = source.local(member)
        asset = by_path.get(os.path.realpath(local)) if local is not None else None
        if asset is None and (fit := match.found.get(name)) is not None:
            same = parts(fit) == parts(name) or _same_content(there.paths[fit], source, member)
            asset = fit if same else None
        if asset is None:
            others[name] = member
        elif asset in taken:
            problems.add("images", "another name means their asset", f"{name}: {asset}")
        else:
            found[name] = asset
            taken.add(asset)
    several = {n: its for n, its in match.several.items() if n not in members}
    rivals = {n: its for n, its in match.rivals.items() if n not in members}
    return Match(found, several, rivals, tuple(n for n in match.unknown if n not in members)), others


def _same_content(path: str, source: Source, member: str) -> bool:
    """Return whether the file of an asset has just the content of a member."""
    here = frame_of(path).path
    try:
        if here.stat().st_size != source.size(member):
            return False
        with here.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").digest() == _digest(source.pieces(member))
    except OSError:
        return False


def _digest(pieces_: Iterator[bytes]) -> bytes:
    found = hashlib.blake2b()
    for piece in pieces_:
        found.update(piece)
    return found.digest()


def _folder(version: Version, source: Source) -> Path:
    """Make a new folder beside the workspace for the images of a data set."""
    where = version.workspace.path
    if where == ":memory:":
        raise InvalidInput(
            f"A workspace in memory has no folder to copy the images of {source.name} to; unpack it, or take "
            "images='none'."
        )
    place = Place(where)
    if not place.is_file:
        raise InvalidInput(
            f"A workspace in a database has no folder to copy the images of {source.name} to; unpack it where all "
            "machines find it, or take images='none'."
        )
    stem = re.sub(r"[^\w.-]+", "_", source.path.stem) or "images"
    for number in range(1, 10_000):
        name = stem if number == 1 else f"{stem}-{number}"
        folder = place.images / name
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise InvalidInput(
        f"There are too many folders beside {place.database.name} for images of {source.name}; remove some."
    )


def _clear(copies: Path, kept: set[Path]) -> None:
    """Remove the copies that became no assets, and the folders that are empty then."""
    if not kept:
        shutil.rmtree(copies, ignore_errors=True)
    for folder, _, names in os.walk(copies, topdown=False):
        for path in (Path(folder, name) for name in names):
            if path not in kept:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # there is something in it
            Path(folder).rmdir()
    with contextlib.suppress(OSError):
        copies.parent.rmdir()


def _measured(
    source: Source, others: dict[str, str], copies: Path | None, problems: formats.Problems, *, copied: bool
) -> dict[str, ImageFile]:
    """Return the image files behind names that mean no asset yet, copied if they are to be or lie nowhere."""
    if not others:
        return {}
    files: dict[str, Path] = {}
    bar = progress_bar(others.items(), total=len(others), desc="copying", unit=" images", delay=1, leave=False)
    for name, member in bar if copies is not None else others.items():
        local = source.local(member)
        if copies is not None and (copied or local is None):
            local = copies / member
            try:
                if not local.exists():  # two names may mean one member
                    write_new(local, source.pieces(member))
            except ReadFailed as error:
                if problems.on_error == "error":
                    raise
                local.unlink(missing_ok=True)
                problems.note("images", "they cannot be read", str(error).rstrip("."))
                continue
        assert local is not None
        files[name] = images.absolute(local)
    by_path: dict[Path, ImageFile] = {}
    for one in images.measure(list(dict.fromkeys(files.values())), "keep"):
        by_path.setdefault(one.path, one)
    found = {}
    for name, path in files.items():
        if (one := by_path[path]).reason:
            problems.add("images", f"they cannot be opened: {one.reason}", name)
        else:
            found[name] = one
    return found


def _decide(
    coming: Coming, names: Sequence[Named], known: Match, measured: dict[str, ImageFile], problems: formats.Problems
) -> None:
    """Give the images that are new a name each, and say what all names mean."""
    found, unknown = dict(known.found), list(known.unknown)
    for one in names:
        if (file := measured.get(one.name)) is None:
            if one.name not in found and one.name not in known.several and one.name not in known.rivals:
                unknown.append(one.name)
            continue
        asset = _name(one, file)
        if asset in coming.sizes:
            problems.add("images", "there is another image of their name", f"{one.name}: {asset}")
            unknown.append(one.name)
            continue
        found[one.name] = asset
        coming.new[asset] = file, one
        coming.sizes[asset] = (file.width, file.height)
    coming.match = replace(known, found=found, unknown=tuple(dict.fromkeys(unknown)))


def _name(one: Named, file: ImageFile) -> str:
    """Return the name of a new asset: as the file writes it, unless that leads elsewhere."""
    name = posixpath.normpath(one.name.replace("\\", "/"))
    if name.startswith(("/", "../")) or re.match("[A-Za-z]:", name) or name in (".", ".."):
        return one.member or file.path.name
    return name


def _say_twice(version: Version, coming: Coming, problems: formats.Problems, duplicates: Duplicates) -> None:
    """Say which of the new images show just what another image does; they come in all the same, or are passed over."""
    if not coming.new:
        return
    new = [Image(name, str(Frame(file.path, file.frame)), file.bytes) for name, (file, _) in coming.new.items()]
    twice = of_new(new, there(version))
    came = ", and came in" if duplicates == "keep" else ""
    for name, first in twice.items():
        problems.note("images", f"they show just what another image does{came}", f"{name}: {first}")
    if duplicates == "skip":
        coming.twice = frozenset(name for name, asset in coming.match.found.items() if asset in twice)
        found = {name: asset for name, asset in coming.match.found.items() if asset not in twice}
        coming.match = replace(coming.match, found=found)
        for name in twice:
            del coming.new[name], coming.sizes[name]
