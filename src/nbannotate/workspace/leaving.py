"""Writing what a workspace has of a person."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import msgspec

from nbannotate.files.target import Target
from nbannotate.model.member_data import PersonExport, PersonManifest
from nbannotate.workspace.export import protecting

if TYPE_CHECKING:
    from nbannotate.workspace.connection import Connection

MANIFEST = "manifest.json"


def export(workspace: Connection, login: str, path: str | os.PathLike[str]) -> PersonExport:
    """Write all that a workspace has of a member; see :meth:`nbannotate.workspace.members.Members.export`."""
    with (
        protecting(workspace),
        Target(path) as target,
        zipfile.ZipFile(io.BytesIO(workspace.client.fetch("leaving.export", login=login))) as given,
    ):
        for name in given.namelist():
            target.write(name, given.read(name))
        manifest = msgspec.json.decode(given.read(MANIFEST), type=PersonManifest)
    return PersonExport(login, os.fspath(path), {one.file: one.rows for one in manifest.files})
