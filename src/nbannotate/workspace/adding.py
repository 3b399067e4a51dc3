"""Image files become assets of a version, are looked for, and are found again where they were moved."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from nbannotate import model
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import plain
from nbannotate.remote import urls
from nbannotate.workspace import frames, inputs, pieces, remote_images, rows
from nbannotate.workspace import images as image_files
from nbannotate.workspace import metadata as metadata_of
from nbannotate.workspace.duplicates import Duplicates, of_new, of_table
from nbannotate.workspace.progress_bars import progress_bar

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.version import Version

#: So many files are looked at in one call.
FILES_AT_ONCE = 500


def add_images(
    self: Version,
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    metadata: pd.DataFrame | Mapping[str, Mapping[str, Any]] | None = None,
    *,
    sequence: str | None = None,
    moment: str | None = None,
    every: int = 1,
    bad: image_files.Bad = "refuse",
    missing: model.Missing = "error",
    on_conflict: model.OnConflict = "error",
    duplicates: Duplicates = "keep",
    sizes: remote_images.Sizes = "auto",
) -> Version:
    """Add image files as assets; the files stay where they are, on this machine or at a URL.

    Images of 8 and of 16 bits, TIFF, with the extra ``[dicom]`` DICOM files, with ``[video]`` video files. Each
    frame of a video or a DICOM file and each page of a TIFF file becomes an asset of its own, ``"cine.dcm#007"``;
    those of one file are a sequence. Videos are taken when a path or a pattern names them, not out of a folder. The
    slices of a DICOM series become a sequence (named by its SeriesInstanceUID), in the order of their places along
    the normal of the slices, never of their names; header fields that say nothing of the patient become metadata.

    Parameters
    ----------
    paths
        A pattern (``"images/*.jpg"``, ``"s3://bucket/a/**/*.png"``), a folder (with all images below it that can be
        decoded here; what is hidden, or of another kind, is left out, counted and said), a file, or a list of these. An
        asset is named after its path below the folder that all have in common, as it was given: links are not resolved.
        What the version has already, by its path, is passed over, so that adding a folder again takes what is new. Of
        the web (``https://``) come single images, and no folders. The workspace's process fetches what is at a URL,
        with its credentials; a URL with a password or a signature is refused.
    metadata
        One row for each image, found by the column ``name`` or else by the index: the asset's name or the file's
        name; or a mapping from names to mappings. The other columns become the asset's metadata: numbers bit for
        bit, times with all their digits as text, what is missing not at all. Images without a row have none.
    sequence
        For video frames and slices: the column of ``metadata`` that names the sequence that an image belongs to, or
        ``"folder"`` for the folder that it lies in. Assets of a sequence stand together, by moment, then by name.
    moment
        The column of ``metadata`` that orders the images of a sequence: numbers or times.
    every
        Of files with several frames, how many one goes on each time: 10 takes the frames 1, 11, 21… of a video.
    bad
        What is done with files that cannot be opened: ``"refuse"``, or ``"keep"``: they become assets of 0 x 0
        pixels whose metadata says why (``cannot_be_opened``), which people can skip or discard.
    missing
        What becomes of rows of ``metadata`` that fit no image: ``"error"``, or ``"skip"``: they are counted.
    on_conflict
        What becomes of images whose name an asset has with another file, or whose file has changed:
        ``"error"``; ``"skip"``: the asset stays as it is; or ``"replace"``: it has that file from now on, which is
        refused where people have worked on it, where it is published, and where shapes would not fit.
    duplicates
        What becomes of new images that have just the content of another one, there or new, under another name:
        ``"keep"``: they come in, and are counted (:meth:`Version.duplicates` lists them); or ``"skip"``: they are
        passed over. Images at URLs are not compared.
    sizes
        When the sizes of images at URLs are read, which takes a request each: ``"now"``; ``"later"``: when somebody
        opens one, or with :meth:`Version.measure`; or ``"auto"``: now for a thousand at most. Frames of a file become
        assets of their own only where it is looked at now.

    Returns
    -------
    Version
        This version, so that calls can be chained; ``version.added`` says what became of the images.

    Raises
    ------
    NotFound, InvalidInput, Conflict
        Nothing matches, a file is no image, a row fits no image, or a name is there already. Nothing is added.
    """
    missing, on_conflict = inputs.checked(missing, on_conflict)
    duplicates = plain(duplicates)
    one_of("duplicates", duplicates, get_args(Duplicates))
    with self._fresh.filling():
        known = self.assets._frame(history=True)
        if remote_images.are_urls(paths):
            listed, left_out = remote_images.find(self, cast("str", paths))
            anew = on_conflict == "replace"  # then their sizes say whether they are other files
            seen = {} if anew else remote_images.known(known)
            measured = remote_images.measure(self, listed, bad, "now" if anew else sizes, seen)
        else:
            found = image_files.find(paths)
            left_out = found.left_out
            there = {} if on_conflict == "replace" else rows.there(known)
            measured = image_files.measure(found.files, bad, every, there)
        table, absent = rows.assets(measured, metadata, sequence, moment, missing)
        split = rows.split(table, known, changed=on_conflict == "replace")
        skipped = len(split.other) if on_conflict == "skip" else 0
        new, replaced = split.new, 0
        if on_conflict == "error" and len(split.other):
            new = table[~table["path"].isin(known["path"])]  # the owner says which names are there
        types = metadata_of.given(metadata).types
        twice = _duplicates(split, known, on_conflict)
        passed_over = twice if duplicates == "skip" else {}
        new = new[~new["name"].isin(passed_over)]
        if on_conflict == "replace" and len(split.other):
            replaced = len(split.other)
            _replace(self, split.other, new, types)
        elif len(new):
            parquet = frames.to_parquet(new)
            self.workspace.client.upload("assets.add", int, parquet, version_id=self.version_id, types=types)
        kept = {} if passed_over else twice
        self._set(added=model.Added(len(new), split.there, skipped, replaced, left_out, absent, kept, passed_over))
        rows.say(self.added)
    return self


def relocate(self: Version, old: str | os.PathLike[str], new: str | os.PathLike[str], *, check: bool = True) -> int:
    """Say where the files are now whose folder was moved, for all assets at once or for none; return how many.

    The assets keep their names, and what was said of them; other versions that have them follow. Said again, it
    changes nothing, and the answer is 0.

    Parameters
    ----------
    old, new
        The folder, or the file, as it was and as it is now: ``version.relocate("/mnt/a", "/mnt/b")``. Either may be
        a URL: ``version.relocate("/mnt/a", "s3://bucket/a")``.
    check
        Whether each file must be there with the size that it had. False takes paths that nobody looks at, for
        example of a disk that is not mounted yet.

    Raises
    ------
    NotFound
        No asset of this version is below ``old``; the message says where they are.
    Refused
        Some files are not below ``new``, or have another size; nothing is changed.
    """
    where = {name: _place(path) for name, path in (("old", plain(old)), ("new", plain(new)))}
    return self.workspace.client.call(
        "assets.relocate", int, version_id=self.version_id, check=bool(plain(check)), **where
    )


def _place(path: str | os.PathLike[str]) -> str:
    """Return a folder or a file as it stands in the paths of assets."""
    text = os.fspath(path)
    if urls.is_url(text):
        return urls.checked(text).rstrip("/")
    return os.fspath(image_files.absolute(Path(text).expanduser()))


def check_files(self: Version) -> pd.DataFrame:
    """Look whether all files are where they were, with a progress bar; return those that are not, one a row.

    Returns
    -------
    pandas.DataFrame
        ``asset``, ``problem`` (``"missing"``, ``"changed"``: it has another size, ``"unreadable"``), ``path``,
        ``bytes`` and ``bytes_now``, ``asset_id``; empty if all is well. ``relocate`` says where files are now.
    """
    import pandas as pd

    client, ids = self.workspace.client, [int(i) for i in self.assets.df(archived=None)["asset_id"]]
    found: list[model.FileState] = []
    with progress_bar(total=len(ids), desc="files", unit="", delay=1) as bar:
        for first in range(0, len(ids), FILES_AT_ONCE):
            some = ids[first : first + FILES_AT_ONCE]
            found += client.call("assets.check", list[model.FileState], version_id=self.version_id, asset_ids=some)
            bar.update(len(some))
    columns = ["asset", "problem", "path", "bytes", "bytes_now", "asset_id"]
    table = pd.DataFrame([{c: getattr(one, c) for c in columns} for one in found], columns=columns)
    return table.astype({"bytes": "int64", "bytes_now": "Int64", "asset_id": "int64"})


def _duplicates(split: rows.Split, known: pd.DataFrame, on_conflict: model.OnConflict) -> dict[str, str]:
    """Return which new images have the content of another one, as the version will be; none where nothing comes in."""
    if on_conflict == "error" and len(split.other):
        return {}
    there = of_table(known)
    if on_conflict == "replace":
        replaced = {one.name: one for one in of_table(split.other)}
        there = [replaced.get(one.name, one) for one in there]
    return of_new(of_table(split.new), there)


def _replace(version: Version, other: pd.DataFrame, new: pd.DataFrame, types: dict[str, str]) -> None:
    """Give assets other files, and add new ones, as one import."""
    with tempfile.TemporaryDirectory(prefix="nbannotate") as folder:
        tables = [("replaced", Path(folder) / "replaced.parquet")]
        frames.write_parquet(other, tables[0][1])
        if len(new):
            tables.append(("assets", Path(folder) / "assets.parquet"))
            frames.write_parquet(new, tables[1][1])
        pieces.send(version, tables, "images", "images", types=types)
