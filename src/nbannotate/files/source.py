"""What is read: a file, a folder or a zip behind one face, with nothing in it that could do harm.

Members are named by relative paths with ``/``; :mod:`nbannotate.files.places` says what is one.
"""

from __future__ import annotations

import functools
import io
import os
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Self, TypeVar

from nbannotate.errors import FileMissing, ReadFailed
from nbannotate.files import parsing, text
from nbannotate.files.parsing import Element
from nbannotate.files.places import File, Folder, Place, Zip, is_zip

T = TypeVar("T")

#: So many bytes of one file are read as a whole.
MOST_AT_ONCE = 8 << 30
#: Suffixes of what is looked at as an image.
IMAGES = frozenset(
    (
        ".avif", ".bmp", ".dcm", ".dicom", ".gif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm", ".pgm",
        ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp",
    )
)  # fmt: skip


class Source:
    """A file, a folder or a zip that is read; close it, or use it in a ``with`` block.

    Parameters
    ----------
    path
        Where it is.
    size_of
        Gives width and height in pixels of an image that is not there, by its name; (0, 0) if nobody knows.
    known
        Says of the real path of a file out of the folder whether a link may lead to it, as it is known here already.

    Attributes
    ----------
    name
        Its own name, for messages.
    single
        Whether it is one file that is no zip; its name is its only member then.
    members
        Relative paths with ``/``, sorted.
    passed_over
        What is no member, by the reason; hidden files are not counted.
    embedded
        What gives the bytes of images that stand in the text of other members, by the names that they are given. They
        are opened as members are, and are none of ``members``, which are what is there.

    Raises
    ------
    FileMissing, ReadFailed
        It is not there, cannot be read, or is a zip that is refused.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size_of: Callable[[str], tuple[int, int]] = lambda _: (0, 0),
        known: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.path, self._size_of = Path(path), size_of
        self.embedded: dict[str, Callable[[], bytes]] = {}
        self.name = self.path.name or self.path.resolve().name
        try:
            folder = self.path.is_dir()
            packed = not folder and is_zip(self.path)
            self.single = not folder and not packed
            self._place: Place = (
                Folder(self.path, known) if folder else Zip(self.path, self.name) if packed else File(self.path)
            )
        except FileNotFoundError:
            raise FileMissing(f"There is no file or folder {path}.") from None
        except ReadFailed:
            raise
        except (OSError, ValueError) as error:
            raise ReadFailed(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
        self.members = self._place.members
        self.passed_over = dict(self._place.passed_over)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._place.close()

    @functools.cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.members)

    @functools.cached_property
    def images(self) -> tuple[str, ...]:
        """The members that look like images, by their suffix."""
        return tuple(m for m in self.members if is_image(m))

    def has(self, member: str) -> bool:
        """Return whether there is a member of that name."""
        return member in self._known or member in self.embedded

    def matching(self, pattern: str) -> list[str]:
        """Return the members whose path ends so, in any folder: ``"Annotations/*.xml"``; ``*`` stands for no ``/``."""
        parts = [re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for part in pattern.split("/")]
        wanted = re.compile(f"(?s)(?:.*/)?{'/'.join(parts)}")
        return [m for m in self.members if wanted.fullmatch(m)]

    def local(self, member: str) -> Path | None:
        """Return where a member is on this machine; None if it is in a zip, or in another one."""
        return None if member in self.embedded else self._place.local(member)

    def size(self, member: str) -> int:
        """Return how many bytes a member has."""
        return len(self.embedded[member]()) if member in self.embedded else self._place.size(member)

    def open(self, member: str) -> IO[bytes]:
        """Return a member as a file of bytes, to be closed.

        Raises
        ------
        FileMissing, ReadFailed
            There is none of that name, or it cannot be read.
        """
        if member in self.embedded:
            return io.BytesIO(self.embedded[member]())
        if not self.has(member):
            raise FileMissing(f"There is no {member!r} in {self.name}.")
        try:
            return self._place.open(member)
        except (OSError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile) as error:
            raise self._unreadable(member, error) from None

    def pieces(self, member: str, size: int = 1 << 20) -> Iterator[bytes]:
        """Return the bytes of a member in pieces.

        Raises
        ------
        FileMissing, ReadFailed
            As :meth:`open`.
        """
        with self.open(member) as file:
            while True:
                try:
                    piece = file.read(size)
                except OSError as error:
                    raise self._unreadable(member, error) from None
                if not piece:
                    return
                yield piece

    def bytes(self, member: str) -> bytes:
        """Return all of a member.

        Raises
        ------
        FileMissing, ReadFailed
            As :meth:`open`; or it is far too large.
        """
        if self.has(member) and self.size(member) > MOST_AT_ONCE:
            raise ReadFailed(f"{self.said(member)} is larger than {MOST_AT_ONCE >> 30} GiB, which is not read at once.")
        if self.local(member) is None:
            return b"".join(self.pieces(member, 1 << 24))
        with self.open(member) as file:  # of a file the size is known: it is not put together of pieces
            try:
                return file.read()
            except OSError as error:
                raise self._unreadable(member, error) from None

    def text(self, member: str) -> str:
        """Return the text of a member, which is UTF-8; without its mark.

        Raises
        ------
        FileMissing, ReadFailed
            As :meth:`open`; or it is in another encoding.
        """
        return text.decoded(self.bytes(member), self.said(member)).decode()

    def json(self, member: str, type_: type[T] | Any = Any) -> T | Any:
        """Return the JSON of a member as a struct, or as plain values if it is not wholly one.

        Raises
        ------
        FileMissing, ReadFailed
            As :func:`nbannotate.files.parsing.parsed_json`.
        """
        return parsing.parsed_json(self.bytes(member), self.said(member), type_)

    def xml(self, member: str) -> Element:
        """Return the root of the XML of a member; each element has its ``line``.

        Raises
        ------
        FileMissing, ReadFailed
            As :func:`nbannotate.files.parsing.parsed_xml`.
        """
        return parsing.parsed_xml(self.bytes(member), self.said(member))

    def xml_items(self, member: str, *tags: str) -> Iterator[Element]:
        """Return the elements of the XML of a member with one of some tags, one after another; for files of any length.

        Raises
        ------
        FileMissing, ReadFailed
            As :func:`nbannotate.files.parsing.parsed_xml`, when it comes to that.
        """
        return parsing.xml_items(self.pieces(member), self.said(member), *tags)

    def size_of_image(self, member: str) -> tuple[int, int]:
        """Return width and height in pixels as the image is shown, from its header; (0, 0) if it is none."""
        from PIL import Image

        try:
            with self.open(member) as file, Image.open(file) as image:
                told = image.format != "PNG" or "exif" in image.info  # else Pillow decodes a PNG to look for it
                turned = told and image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
                width, height = image.size
        except FileMissing:
            raise
        except Exception:  # noqa: BLE001  Pillow raises anything for what is no image
            return 0, 0
        return (height, width) if turned else (width, height)

    def size_of(self, name: str, member: str | None) -> tuple[int, int]:
        """Return width and height of an image: of its member, or of the image that its name means elsewhere.

        Parameters
        ----------
        name
            As the data set writes it.
        member
            That holds it; None if it is not there.

        Returns
        -------
        tuple
            In pixels; (0, 0) if nobody knows.
        """
        found = self.size_of_image(member) if member is not None else (0, 0)
        return found if all(found) else self._size_of(name)

    def said(self, member: str) -> str:
        """Return how a member is called in a message: with the name of the zip or folder, unless it is all there is."""
        return member if self.single else f"{self.name}: {member}"

    def beside(self, relative: str, of: str = "") -> str | None:
        """Return the member that a path in a file means.

        Parameters
        ----------
        relative
            The path as it is written, with any slash and in any Unicode form; it may be absolute, of another machine.
        of
            The member that it stands in.

        Returns
        -------
        str or None
            Seen from that member; or else from the top; or else the one that ends most like it, if only one does.
        """
        path = unicodedata.normalize("NFC", relative).replace("\\", "/")
        for base in (posixpath.dirname(of), ""):
            found = self._by_path.get(posixpath.normpath(posixpath.join(base, path)))
            if found is not None:
                return found
        parts = [part for part in path.split("/") if part not in ("", ".", "..")]
        best: list[str] = []
        most = 0
        for member in self._by_file.get(parts[-1], []) if parts else []:
            common = _common(parts, unicodedata.normalize("NFC", member).split("/"))
            if common > most:
                best, most = [member], common
            elif common == most:
                best.append(member)
        return best[0] if len(best) == 1 else None

    @functools.cached_property
    def _by_path(self) -> dict[str, str]:
        return {unicodedata.normalize("NFC", m): m for m in self.members}

    @functools.cached_property
    def _by_file(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, member in self._by_path.items():
            found.setdefault(posixpath.basename(path), []).append(member)
        return found

    def _unreadable(self, member: str, error: Exception) -> ReadFailed:
        return ReadFailed(f"{self.said(member)} cannot be read: {getattr(error, 'strerror', None) or error}.")


def is_image(name: str) -> bool:
    """Return whether a file looks like an image, by its suffix."""
    return posixpath.splitext(name)[1].lower() in IMAGES


def _common(one: list[str], other: list[str]) -> int:
    """Return how many parts are the same, from the last."""
    n = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        n += 1
    return n
