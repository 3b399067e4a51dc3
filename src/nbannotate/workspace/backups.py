"""Backups: a folder has many of them, and the images of all.

::

    backups/2026-07-01T180000Z/workspace.duckdb    the database, as it was at that moment
    backups/2026-07-01T180000Z/manifest.json       what is in it; written last
    backups/images/3f/3f786850e387…                images that were copied into the workspace, by their hash
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from nbannotate.errors import CannotWrite, Conflict, InvalidInput, NotAWorkspace
from nbannotate.files.output import saying
from nbannotate.model.backups import BackedImage, Backup, Copied, Manifest
from nbannotate.owner.client import Client
from nbannotate.owner.place import Place
from nbannotate.store.postgres.address import is_address
from nbannotate.workspace.progress import call_with_bar
from nbannotate.workspace.progress_bars import bar_of, progress_bar

DATABASE, MANIFEST, IMAGES = "workspace.duckdb", "manifest.json", "images"
#: So many problems are named at most.
MOST_NAMED = 20


def create(client: Client, workspace: str, folder: Path) -> Backup:
    """Write a backup; see :meth:`nbannotate.Workspace.backup`."""
    # A workspace in memory, or in a database, has no folder of images.
    images = None if workspace == ":memory:" or is_address(workspace) else Place(workspace).images
    folder = Path(os.path.realpath(folder.expanduser()))
    if images is not None and folder.is_relative_to(images):
        raise CannotWrite(f"{folder} is where the images of the workspace lie; choose another folder for backups.")
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(f"{folder} is a file; name a folder for backups.")
    with saying(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0, mode=0o600):
            return _create(client, workspace, images, folder)
    except Timeout:
        raise Conflict(f"Another backup is just being written into {folder}; wait for its end.") from None


def _create(client: Client, workspace: str, images: Path | None, folder: Path) -> Backup:
    """Write a backup into a folder that nobody else writes into."""
    for left in folder.glob(".*.part"):  # of one that was killed
        shutil.rmtree(left, ignore_errors=True)
    draft = folder / f".{secrets.token_hex(8)}.part"
    with saying(folder):
        draft.mkdir(mode=0o700)
    try:
        copied = call_with_bar(client, "backups.create", Copied)
        database = draft / DATABASE
        with saying(folder):
            try:
                shutil.move(copied.file, database)
            finally:
                Path(copied.file).unlink(missing_ok=True)
            found, new, new_bytes = _keep_images(images, folder / IMAGES, _known(folder))
            size = database.stat().st_size
            manifest = Manifest(
                copied.created, copied.program, copied.schema_version, copied.tables, _sha256(database), size,
                workspace, "" if images is None else str(images), found,
            )  # fmt: skip
            (draft / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
            for file in (database, draft / MANIFEST):
                file.chmod(0o600)
                _sync(file)
            _sync(draft)
            path = _named(draft, folder, copied.created)
            _sync(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Backup(str(path), sum(copied.tables.values()), len(found), new, size + new_bytes)


def problems(backup: Path) -> list[str]:
    """Look at every byte of a backup, with a progress bar, and return what is wrong with it, a sentence each.

    Raises
    ------
    NotAWorkspace
        It is no backup.
    """
    from nbannotate.store.duckdb import backups as stored  # with duckdb, which no page imports

    manifest = read_manifest(backup)
    database, found = backup / DATABASE, []
    total = manifest.bytes + sum(image.bytes for image in manifest.images)
    with progress_bar(total=total, desc="bytes looked at", unit="B", unit_scale=True, delay=1) as bar:
        if not database.is_file():
            found.append(f"{DATABASE} is missing.")
        elif _sha256(database) != manifest.sha256:
            found.append(f"{DATABASE} is not as it was written: its hash is another one.")
        elif (now := stored.counted(database)) != manifest.tables:
            other = sorted(name for name in {*now, *manifest.tables} if now.get(name) != manifest.tables.get(name))
            found.append(f"{DATABASE} has other rows than the manifest says, in: {', '.join(other)}.")
        bar.update(manifest.bytes)
        seen: set[str] = set()
        for image in manifest.images:
            file = _place(backup.parent / IMAGES, image.sha256)
            if image.sha256 not in seen and not file.is_file():
                found.append(f"The image {image.path} is missing: {file}.")
            elif image.sha256 not in seen and _sha256(file) != image.sha256:
                found.append(f"The image {image.path} is not as it was written: {file}.")
            seen.add(image.sha256)
            bar.update(image.bytes)
    return found


def restore(backup: Path, path: Path | str, images: Path | None = None) -> int:
    """Make a workspace of a backup, with the images that were copied into it, and return how many those are.

    Parameters
    ----------
    backup
        Its folder; it is looked at first.
    path
        The new file, or the address of an empty database. It appears when all is there.
    images
        For a database, a new folder for those images, where all machines find it.

    Raises
    ------
    NotAWorkspace
        The backup is none, or not as it was written.
    CannotWrite
        There is a file already, or it cannot be written. Nothing is left of it.
    """
    if wrong := problems(backup):
        raise NotAWorkspace(f"The backup {backup} is damaged, and nothing was restored. {' '.join(wrong[:3])}")
    if isinstance(path, str) and is_address(path):
        return _restore_into_database(backup, path, images)
    place = Place(path)
    if images is not None:
        raise InvalidInput(f"The images come to lie beside the file, in {place.images.name}; leave --images out.")
    manifest = read_manifest(backup)
    if manifest.images and place.images.exists():
        raise CannotWrite(f"There is a folder {place.images} already; choose another name for the workspace.")
    for file in (place.database, place.database.with_name(f"{place.database.name}.wal")):
        if file.exists():
            raise CannotWrite(f"There is a file {file} already; a backup is restored to a new one.")
    key = secrets.token_hex(8)
    draft = place.database.with_name(f".{place.database.name}.{key}.part")
    part = place.images.with_name(f".{place.images.name}.{key}.part")
    try:
        with saying(place.database):
            _copy(backup / DATABASE, draft)
            _take_images(backup, manifest, part)
        _open_once(draft, manifest, place.images)
        with saying(place.database):
            if manifest.images:
                part.rename(place.images)
            os.link(draft, place.database)  # which replaces nothing
            _sync(place.database.parent)
    finally:
        draft.unlink(missing_ok=True)
        shutil.rmtree(part, ignore_errors=True)
    return len(manifest.images)


def _restore_into_database(backup: Path, url: str, images: Path | None) -> int:
    """Make a workspace in a database; what was broken off goes on when the same backup is restored again."""
    from nbannotate.store.postgres import copying  # with duckdb and psycopg, which no page imports

    manifest = read_manifest(backup)
    if manifest.images and images is None:
        raise InvalidInput(
            f"{len(manifest.images):,} images come with {backup}; say where, with --images FOLDER: a new folder that "
            "all machines find."
        )
    images = None if images is None else Path(os.path.realpath(images.expanduser()))
    if images is not None and images.exists():
        raise CannotWrite(f"There is {images} already; name a new folder.")
    with tempfile.TemporaryDirectory(prefix="nbannotate-restore-") as folder:
        draft = Path(folder, DATABASE)
        with saying(draft):
            _copy(backup / DATABASE, draft)
        _open_once(draft, manifest, images)
        part = None if images is None else images.with_name(f".{images.name}.{secrets.token_hex(8)}.part")
        try:
            if images is not None and part is not None:
                with saying(images):
                    _take_images(backup, manifest, part)
            with progress_bar(total=None, desc="tables written", delay=1) as bar:
                copying.into_database(draft, f"{manifest.sha256} {images}", url, bar_of(bar))
            if images is not None and part is not None and manifest.images:
                part.rename(images)
        finally:
            if part is not None:
                shutil.rmtree(part, ignore_errors=True)
    return len(manifest.images)


def _take_images(backup: Path, manifest: Manifest, folder: Path) -> None:
    """Copy the images of a backup into a folder."""
    for image in progress_bar(manifest.images, desc="images", unit="", delay=1):
        target = folder / image.path
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(_place(backup.parent / IMAGES, image.sha256), target)


def _open_once(draft: Path, manifest: Manifest, images: Path | None) -> None:
    """Bring a copy of a backup's database to the newest schema, and say in it where its images lie."""
    from nbannotate.store.duckdb import backups as stored
    from nbannotate.store.duckdb.engine import Engine

    with tempfile.TemporaryDirectory(prefix="nbannotate-restore-") as spool:
        engine = Engine(draft, Path(spool, "spool"))
        try:
            if manifest.images_folder and images is not None:
                stored.move_images(engine, manifest.images_folder, str(images))
        finally:
            engine.close()


def read_manifest(backup: Path) -> Manifest:
    """Return what stands in the manifest of a backup; raise NotAWorkspace if it is none."""
    try:
        return msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        raise NotAWorkspace(f"{backup} is no backup: its {MANIFEST} cannot be read ({error}).") from None


def is_backup(path: Path) -> bool:
    """Return whether something is a folder with a manifest."""
    return (path / MANIFEST).is_file()


def _known(folder: Path) -> dict[tuple[str, int, int], str]:
    """Return the hashes of images in earlier backups, by path, size and time."""
    found = {}
    for file in sorted(folder.glob(f"*/{MANIFEST}")):
        with contextlib.suppress(NotAWorkspace):  # what is wrong with it is said by verify
            found.update({(i.path, i.bytes, i.modified_ns): i.sha256 for i in read_manifest(file.parent).images})
    return found


def _keep_images(
    folder: Path | None, to: Path, known: dict[tuple[str, int, int], str]
) -> tuple[tuple[BackedImage, ...], int, int]:
    """Keep the images of a folder by their hashes; return them, and how many were new, with how many bytes."""
    found, new, new_bytes = [], 0, 0
    files = [] if folder is None else sorted(_files(folder))
    for file in progress_bar(files, desc="images", unit="", delay=1):
        assert folder is not None
        stat, path = file.stat(), file.relative_to(folder).as_posix()
        sha256 = known.get((path, stat.st_size, stat.st_mtime_ns))
        if sha256 is None or not _place(to, sha256).exists():
            sha256, is_new = _keep(file, to)
            new, new_bytes = new + is_new, new_bytes + is_new * stat.st_size
        found.append(BackedImage(path, stat.st_size, stat.st_mtime_ns, sha256))
    return tuple(found), new, new_bytes


def _keep(file: Path, to: Path) -> tuple[str, bool]:
    """Keep an image by the hash of what was copied (it may be growing), and return that, and whether it was new."""
    to.mkdir(mode=0o700, exist_ok=True)
    part = to / f".{secrets.token_hex(8)}.part"
    try:
        _copy(file, part)
        sha256 = _sha256(part)
        kept = _place(to, sha256)
        if kept.exists():
            return sha256, False
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        part.rename(kept)
        _sync(kept.parent)
        return sha256, True
    finally:
        part.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    """Go through the regular files below a folder; links are not followed."""
    for where, _, names in os.walk(folder):
        for name in names:
            file = Path(where, name)
            if file.is_file() and not file.is_symlink():
                yield file


def _place(images: Path, sha256: str) -> Path:
    return images / sha256[:2] / sha256


def _named(draft: Path, folder: Path, created: datetime.datetime) -> Path:
    """Give a backup its name: that of its moment, with a number if there is one of the same second."""
    stem = f"{created:%Y-%m-%dT%H%M%SZ}"
    for number in range(1, 1000):
        path = folder / (stem if number == 1 else f"{stem}-{number}")
        if not path.exists():
            draft.rename(path)
            return path
    raise CannotWrite(f"There are too many backups of this second in {folder}.")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _copy(file: Path, to: Path) -> None:
    """Copy a file so that it stays after a failure of the power; only this user may read the copy."""
    with file.open("rb") as content, os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        shutil.copyfileobj(content, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
