"""What a version is filled from and written to: image files, and files of annotations."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, get_args, overload

from nbannotate import formats, model
from nbannotate.errors import WrongCall
from nbannotate.model.choices import one_of
from nbannotate.model.relabelling import as_mapping_of_labels
from nbannotate.model.values import plain
from nbannotate.workspace import coming, export, frames, given, pieces, pinned, reading, rows
from nbannotate.workspace import images as image_files
from nbannotate.workspace import metadata as metadata_of
from nbannotate.workspace.bars import progress_bar
from nbannotate.workspace.said import Said

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.data_tables import Assets, Shapes
    from nbannotate.workspace.labels import Labels

#: So many files are looked at in one call.
FILES_AT_ONCE = 500


class Filled(Said):
    """The base of a version for what concerns files."""

    #: What became of the images of the last :meth:`add_images`.
    added = model.Added()
    assets: Assets
    shapes: Shapes
    labels: Labels

    def add_images(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        metadata: pd.DataFrame | Mapping[str, Mapping[str, Any]] | None = None,
        *,
        sequence: str | None = None,
        moment: str | None = None,
        every: int = 1,
        bad: image_files.Bad = "refuse",
        missing: model.Missing = "error",
        on_conflict: model.OnConflict = "error",
    ) -> Self:
        """Add image files as assets; the files stay where they are.

        Images of 8 and of 16 bits, TIFF, with the extra ``[dicom]`` DICOM files, with ``[video]`` video files. Each
        frame of a video or a DICOM file and each page of a TIFF file becomes an asset of its own, ``"cine.dcm#007"``;
        those of one file are a sequence. Videos are taken when a path or a pattern names them, not out of a folder. The
        slices of a DICOM series become a sequence (named by its SeriesInstanceUID), in the order of their places along
        the normal of the slices, never of their names; header fields that say nothing of the patient become metadata.

        Parameters
        ----------
        paths
            A pattern (``"images/*.jpg"``), a folder (with all images below it that can be decoded here; what is hidden,
            or of another kind, is left out, counted and said), a file, or a list of these. An asset is named after its
            path below the folder that all have in common, as it was given: links are not resolved. What the version has
            already, by its path, is passed over, so that adding a folder again takes what is new.
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

        Returns
        -------
        Version
            This version, so that calls can be chained; ``version.added`` says what became of the images.

        Raises
        ------
        NotFound, InvalidInput, Conflict
            Nothing matches, a file is no image, a row fits no image, or a name is there already. Nothing is added.
        """
        missing, on_conflict = given.checked(missing, on_conflict)
        with self._filling():
            found, known = image_files.find(paths), self.assets._frame(history=True)
            there = {} if on_conflict == "replace" else rows.there(known)
            measured = image_files.measure(found.files, bad, every, there)
            table, absent = rows.assets(measured, metadata, sequence, moment, missing)
            split = rows.split(table, known, changed=on_conflict == "replace")
            skipped = len(split.other) if on_conflict == "skip" else 0
            new, replaced = split.new, 0
            if on_conflict == "error" and len(split.other):
                new = table[~table["path"].isin(known["path"])]  # the owner says which names are there
            types = metadata_of.given(metadata).types
            if on_conflict == "replace" and len(split.other):
                replaced = len(split.other)
                self._replace(split.other, new, types)
            elif len(new):
                self._upload("assets.add", new, types=types)
            self.added = model.Added(len(new), split.there, skipped, replaced, found.left_out, absent)
            rows.say(self.added)
        return self

    def _replace(self, other: pd.DataFrame, new: pd.DataFrame, types: dict[str, str]) -> None:
        """Give assets other files, and add new ones, as one import."""
        with tempfile.TemporaryDirectory(prefix="nbannotate") as folder:
            tables = [("replaced", Path(folder) / "replaced.parquet")]
            frames.write_parquet(other, tables[0][1])
            if len(new):
                tables.append(("assets", Path(folder) / "assets.parquet"))
                frames.write_parquet(new, tables[1][1])
            pieces.send(self, tables, "images", "images", types=types)

    def _upload(self, operation: str, table: pd.DataFrame, **more: Any) -> int:
        parquet = frames.to_parquet(table)
        return self.workspace.client.upload(operation, int, parquet, version_id=self.version_id, **more)

    def relocate(self, old: str | os.PathLike[str], new: str | os.PathLike[str], *, check: bool = True) -> int:
        """Say where the files are now whose folder was moved, for all assets at once or for none; return how many.

        The assets keep their names, and what was said of them; other versions that have them follow. Said again, it
        changes nothing, and the answer is 0.

        Parameters
        ----------
        old, new
            The folder, or the file, as it was and as it is now: ``version.relocate("/mnt/a", "/mnt/b")``.
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
        where = {
            name: os.fspath(image_files.absolute(Path(os.fspath(path)).expanduser()))
            for name, path in (("old", plain(old)), ("new", plain(new)))
        }
        return self.workspace.client.call(
            "assets.relocate", int, version_id=self.version_id, check=bool(plain(check)), **where
        )

    def check_files(self) -> pd.DataFrame:
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

    @overload
    def read(
        self, path: str | os.PathLike[str], /, *, format: str | None = ..., source: str | None = ...,
        on_error: formats.OnError = ..., missing: model.Missing = ..., on_conflict: model.OnConflict = ...,
        images: coming.Images | None = ..., scale: bool = ..., overwrite: bool | None = ...,
    ) -> formats.Reading: ...  # fmt: skip
    @overload
    def read(
        self, format: str, path: str | os.PathLike[str], source: str | None = ..., *,
        on_error: formats.OnError = ..., missing: model.Missing = ..., on_conflict: model.OnConflict = ...,
        images: coming.Images | None = ..., scale: bool = ..., overwrite: bool | None = ...,
    ) -> formats.Reading: ...  # fmt: skip
    def read(
        self,
        *what: Any,
        format: str | None = None,
        path: str | os.PathLike[str] | None = None,
        source: str | None = None,
        on_error: formats.OnError = "error",
        missing: model.Missing = "skip",
        on_conflict: model.OnConflict = "skip",
        images: coming.Images | None = None,
        scale: bool = False,
        overwrite: bool | None = None,
    ) -> formats.Reading:
        """Read a data set from a file, a folder or a zip: ``version.read(path)``. All or nothing.

        An image of it means the asset whose name is the same, or whose path ends most like it. What is right and not
        taken is counted: images that are no assets, or have another size in the file, and, as what people said stays
        what counts, assets that people have worked on. What the files call things, and what else they say of them, is
        kept, and written again by :meth:`write` in the same format.

        Parameters
        ----------
        *what
            The path; or the name of a format and the path, ``version.read("coco", path)``; and a source behind.
        format
            The name of the format; it is recognised if it is not given, and the error says which fit if several do.
        path
            The file, the folder or the zip.
        source
            Where the annotations come from, as the tables will show; the file's name if not given.
        on_error
            What becomes of the data set if something in it is wrong: ``"error"``, which names the place; or ``"skip"``:
            it is left out, and ``reading.skipped`` is a table of that.
        missing
            What becomes of images of the file that are no assets: ``"skip"``, or ``"error"``. A file of which no image
            is an asset is always an error.
        on_conflict
            What becomes of assets that people have worked on: ``"skip"``, ``"error"`` or ``"replace"``; see
            :meth:`add_annotations`.
        images
            What becomes of images that come along and are no assets yet: ``"reference"``: they become assets and stay
            where they are; ``"copy"``: into a folder beside the workspace; or ``"none"``. If it is not given, those of
            a folder are taken by reference, those of a zip are copied, and a single file brings none.
        scale
            Resize the shapes of images that have another size in the file, instead of leaving them out.
        overwrite
            The old name of ``on_conflict="replace"``.

        Returns
        -------
        formats.Reading
            What was read; ``left_out`` counts what was not taken, with the reasons, ``skipped`` lists it.

        Raises
        ------
        ReadFailed, InvalidInput
            Something is bad (the message names the place), or none of the images is in this version.
        Conflict
            With ``on_conflict="error"``: people have worked on some.
        """
        missing, on_conflict = given.checked(missing, on_conflict, overwrite)
        place, format, source = _what(what, format, path, source)
        one_of("on_error", on_error, get_args(formats.OnError))
        wanted = reading.Wanted(source, missing, on_conflict, bool(scale), on_error, images)
        with self._filling():
            return reading.read(self, place, format, wanted)

    def write(
        self,
        format: str,
        path: str | os.PathLike[str],
        state: str | None = None,
        *,
        origin: model.Origin | None = None,
        split: str | None = None,
        labels: model.LabelMapping | Mapping[str, str | None] | None = None,
        images: export.Images | None = None,
        dry_run: bool = False,
        lossy: bool = False,
    ) -> formats.Writing:
        """Write the latest annotations of all assets; each says whether a person said it, where the format has a word.

        Parameters
        ----------
        format
            The name of a format, for example ``"coco"``.
        path
            The file, the folder, or a zip (``.zip``). A file is replaced, a link to it is followed; a folder is
            replaced only if an export wrote all that is in it. ``"-"`` is standard output.
        state
            Only assets whose state in this version's campaign is this one, for example ``"done"``; None for all.
        origin
            Only what people answered (``"answer"``) or only what was imported (``"import"``); None for both. An asset
            that has only the other is written as one without annotation.
        split
            Only assets of this split, for example ``"train"``; None for all.
        labels
            What becomes of labels in what is written, while the version stays as it is: ``other.labels.mapping``, or a
            dictionary from labels to labels, or None for those that are left out with their shapes.
        images
            Whether the images go along: ``"copy"``, ``"link"`` (a zip holds copies), or None.
        dry_run
            Write nothing, and say what would be lost: ``version.write("yolo", "out", dry_run=True).losses`` is a table
            of it, by kind, with counts.
        lossy
            Whether what the format cannot hold may be left out.

        Returns
        -------
        formats.Writing
            How much was written, and what was lost.

        Raises
        ------
        Refused
            The format cannot hold all of it, and ``lossy`` is not given; the message says what.
        CannotWrite
            The file belongs to the workspace, is one of its images or a database, or cannot be written.
        """
        mapping = None if labels is None else as_mapping_of_labels(labels)
        chosen = pinned.Chosen(state, origin, split, mapping)
        return export.write(
            self, formats.get(format), Path(path), chosen, images, dry_run=bool(dry_run), lossy=bool(lossy)
        )


def _what(
    given_: tuple[Any, ...], format_: str | None, path: Any, source: str | None
) -> tuple[str | os.PathLike[str], str | None, str | None]:
    """Return the path, the format and the source that a call of ``read`` names, whichever way."""
    values = [plain(v) for v in given_]
    if path is None and format_ is None and len(values) in (2, 3):
        format_, path, *rest = values
    elif path is None and values:
        path, *rest = values
    elif format_ is None and values:
        format_, *rest = values
    else:
        rest = values
    if source is None and rest:
        source = rest.pop(0)
    if rest or not isinstance(path, str | os.PathLike) or not isinstance(format_, str | None):
        raise WrongCall(
            "Version.read takes a path, version.read('data'), or the name of a format and a path, "
            "version.read('coco', 'a.json')."
        )
    return path, format_, source
