"""What a backup holds, and what was found when one was looked at."""

from __future__ import annotations

import datetime

from msgspec import Struct

from nbannotate.model.value import Record


class Copied(Struct, frozen=True):
    """A copy of the database that lies in the owner's spool folder.

    Parameters
    ----------
    file
        Where it lies.
    created
        Of which moment it is, UTC.
    program, schema_version
        Who wrote it.
    tables
        How many rows each table has.
    """

    file: str
    created: datetime.datetime
    program: str
    schema_version: int
    tables: dict[str, int]


class BackedImage(Struct, frozen=True):
    """An image that was copied into the workspace.

    Parameters
    ----------
    path
        Below the folder of the workspace's images.
    bytes, modified_ns
        Its size, and when it was changed last, by which one that was backed up before is recognized.
    sha256
        The hash of its bytes, by which it is found in the backup.
    """

    path: str
    bytes: int
    modified_ns: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What stands in the manifest of a backup.

    Parameters
    ----------
    created, program, schema_version, tables
        As of :class:`Copied`.
    sha256, bytes
        Of the file of the database.
    workspace
        The path of the workspace.
    images_folder
        Where its images lay that were copied into it.
    images
        Those images.
    """

    created: datetime.datetime
    program: str
    schema_version: int
    tables: dict[str, int]
    sha256: str
    bytes: int
    workspace: str
    images_folder: str
    images: tuple[BackedImage, ...]


class Backup(Record, frozen=True):
    """A backup that was made.

    Parameters
    ----------
    path
        Its folder.
    rows
        How many rows all tables have.
    images
        How many images it has, of those that were copied into the workspace.
    new_images
        How many of them were not in an earlier backup in the same folder.
    bytes
        What it takes on the disk, without images of earlier ones.
    """

    path: str
    rows: int
    images: int
    new_images: int
    bytes: int

    def __repr__(self) -> str:
        return f"Backup({self.path!r}, {self.rows:,} rows, {self.images:,} images)"
