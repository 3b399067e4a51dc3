"""What is written: one file, a folder or a zip, all or nothing.

It is written beside its place and moved there when it is complete. A folder that is there is replaced only if an
earlier export wrote all that is in it; the file ``.nbannotate`` in it says what that was.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from nbannotate.errors import CannotWrite, ReadFailed
from nbannotate.files import output

Images = Literal["copy", "link"]

#: The file in a folder that names what was written there.
LIST = ".nbannotate"
#: The time that files in a zip have, so that the same data set gives the same bytes.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
#: So many bytes are copied at once.
PIECE = 1 << 20


class Target:
    """What a data set is written to, in a ``with`` block: at its end all of it is in its place, after an error nothing.

    Parameters
    ----------
    path
        A file, a folder, or the name of a zip; ``"-"`` is standard output.
    makes
        The suffix of the one file that the format writes, or empty for a folder. One file becomes a folder as well if
        images come along, if its name ends in ``.zip``, if it has no suffix, or if it is a folder.
    images
        Whether images come along: ``"copy"``, ``"link"`` (a zip holds copies), or None.
    fetch
        Gives the file that holds the image of a row's path, for images that are frames of others.

    Attributes
    ----------
    single
        Whether one file is written: then all that is written to any member goes into it.

    Raises
    ------
    CannotWrite
        It must stay, holds what no export wrote, or cannot be written; whatever is there is unchanged.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        makes: str = "",
        images: Images | None = None,
        fetch: Callable[[str], Path] = Path,
    ) -> None:
        self.path, self.images, self._fetch = Path(path), images, fetch
        self._standard = os.fspath(path) == output.STANDARD
        self._zip = self.path.suffix.lower() == ".zip"
        named = bool(self.path.suffix) or self.path.exists()
        one = bool(makes) and images is None and not self._zip and named and not self.path.is_dir()
        self.single = self._standard or one
        if self._standard and not makes:
            raise CannotWrite("This format is a folder; name one, or a .zip, in place of '-'.")
        if not self._standard:
            (output.checked if self.single or self._zip else self._check_folder)(path)
        self._real = Path(os.path.realpath(path))
        self._part = output.beside(self._real) if not self._standard else Path()
        self._members: set[str] = set()
        self._packed: dict[str, Path] = {}

    def __enter__(self) -> Self:
        if self.single and (self._standard or output.is_written_into(self.path, output.checked(self.path))):
            self._part = Path(tempfile.mkdtemp(prefix="nbannotate")) / "part"
        elif not self.single:
            with output.saying(self.path):
                if not self._real.parent.exists():
                    raise FileNotFoundError
                self._part.mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._part.is_dir():
                shutil.rmtree(self._part, ignore_errors=True)
            else:
                self._part.unlink(missing_ok=True)
                if self._part.name == "part":
                    self._part.parent.rmdir()

    @contextmanager
    def open(self, member: str) -> Iterator[IO[bytes]]:
        """Return a new file of bytes to be written, in a ``with`` block; several may be open at once.

        Parameters
        ----------
        member
            Its relative path with ``/``; where one file is written, this is that file whatever the name.

        Raises
        ------
        CannotWrite
            There is one already, or its name leads out of the folder.
        """
        with output.saying(self.path), self._new(member).open("xb") as file:
            yield file

    def write(self, member: str, data: bytes) -> None:
        """Write a whole file.

        Raises
        ------
        CannotWrite
            As :meth:`open`.
        """
        with self.open(member) as file:
            file.write(data)

    def put_image(self, path: str | None, member: str) -> bool:
        """Put the image of a row into the folder or zip as it was chosen, and return whether it is there.

        Parameters
        ----------
        path
            What the row says; None or a file that is not there puts nothing.
        member
            Its relative path with ``/``.

        Raises
        ------
        CannotWrite
            There is a member of that name already.
        """
        if self.images is None or self.single or not path:
            return False
        try:
            source = self._fetch(path)
        except (ReadFailed, OSError):
            return False
        if not source.is_file():
            return False
        if self._zip:
            self._packed[self._checked(member)] = source
            return True
        place = self._new(member)
        with output.saying(self.path):
            if self.images == "link":
                place.symlink_to(source.resolve())
            else:
                shutil.copyfile(source, place)
        return True

    def _checked(self, member: str) -> str:
        """Return the name of a new member."""
        parts = member.split("/")
        if not member or "\\" in member or "\0" in member or any(p in ("", ".", "..") for p in parts):
            raise CannotWrite(f"{member!r} is no name of a file in {self.path.name}.")
        if member in self._members:
            raise CannotWrite(f"Two files would be called {member!r} in {self.path.name}.")
        self._members.add(member)
        return member

    def _new(self, member: str) -> Path:
        """Return where a new member is written."""
        if self.single:
            return self._part
        place = self._part / self._checked(member)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _finish(self) -> None:
        """Put what was written into its place."""
        if self._standard:
            return output.to_standard_output(self._part.read_bytes())
        if self.single:
            return output.replace_with(self.path, self._part)
        with output.saying(self.path):
            if self._zip:
                return self._pack()
            (self._part / LIST).write_text(json.dumps(sorted(self._members), ensure_ascii=False))
            self._check_folder(self.path)
            old = output.beside(self._real)
            if self._real.exists():
                self._part.chmod(stat.S_IMODE(self._real.stat().st_mode))
                self._real.rename(old)
            try:
                self._part.rename(self._real)
            except OSError:
                if old.exists():
                    old.rename(self._real)
                raise
            shutil.rmtree(old, ignore_errors=True)

    def _pack(self) -> None:
        """Write the zip, and put it into its place."""
        packed = output.beside(self._real)
        try:
            with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED) as archive:
                for member in sorted(self._members):
                    source = self._packed.get(member)
                    info = zipfile.ZipInfo(member, LONG_AGO)
                    info.compress_type = zipfile.ZIP_DEFLATED if source is None else zipfile.ZIP_STORED
                    info.external_attr = 0o644 << 16
                    with (
                        (source or self._part / member).open("rb") as given,
                        archive.open(info, "w", force_zip64=True) as file,
                    ):
                        shutil.copyfileobj(given, file, PIECE)
            output.replace_with(self.path, packed)
        finally:
            packed.unlink(missing_ok=True)

    def _check_folder(self, path: str | os.PathLike[str]) -> None:
        """Raise CannotWrite if a folder may not be replaced: an export may replace what an export wrote."""
        output.check_folder(path)
        here = Path(path)
        if not here.is_dir():
            return
        files = {
            os.path.relpath(os.path.join(folder, name), here).replace(os.sep, "/")  # noqa: PTH118
            for folder, _, names in os.walk(here)
            for name in names
        }
        try:
            ours = {LIST, *json.loads((here / LIST).read_text())}
        except (OSError, ValueError, TypeError):
            ours = set()
        if strange := sorted(files - ours):
            raise CannotWrite(
                f"{path} is a folder with files that no export wrote, for example {strange[0]!r}; name another one."
            )


def write_new(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that is not there yet, and the folders that it lies in.

    Raises
    ------
    CannotWrite
        It is there, or cannot be written.
    """
    with output.saying(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for piece in pieces:
                file.write(piece)
