"""Handles of datasets and versions."""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from nbannotate import formats, model
from nbannotate.cards import Shown
from nbannotate.model import renamed
from nbannotate.model.values import as_list
from nbannotate.workspace import export, fitting, frames, given, images, rows
from nbannotate.workspace import metadata as metadata_of
from nbannotate.workspace.campaign import Campaign
from nbannotate.workspace.chained import Chained
from nbannotate.workspace.data_tables import Annotations, Assets, Shapes, Tags, Versions
from nbannotate.workspace.described import taken_from_file
from nbannotate.workspace.given import markdown
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.said import Said

__all__ = ["Dataset", "Version", "markdown"]

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.workspace import Workspace


class Dataset(Chained, Handle, Shown):
    """A named family of versions.

    Made by :meth:`Workspace.create_dataset`, found by :attr:`Workspace.datasets`.

    Attributes
    ----------
    versions
        The table of its versions, oldest first; ``dataset.versions["v1"]`` gives one.
    """

    def __init__(self, workspace: Workspace, found: model.Dataset) -> None:
        self.workspace = workspace
        self.dataset_id, self.name, self.readme = found.dataset_id, found.name, found.readme
        self._is_fresh = found.new
        self.versions = Versions(self, functools.partial(Version, self))

    def _create_again(self) -> None:
        made = self.workspace.client.call(
            "datasets.create", model.Dataset, name=self.name, readme=self.readme, exist_ok=True
        )
        self.dataset_id, self._is_fresh, self._was_taken_back = made.dataset_id, made.new, False

    def _take_back(self, version_id: int | None = None) -> model.TakenBack:
        mine = self.dataset_id if self._is_fresh else None
        gone = self.workspace.client.call("datasets.take_back", model.TakenBack, dataset_id=mine, version_id=version_id)
        self._is_fresh, self._was_taken_back = self._is_fresh and not gone.dataset, bool(gone.dataset)
        return gone

    def _keep(self) -> None:
        self._is_fresh = False

    def create_version(self, name: str, *, exist_ok: bool = False) -> Version:
        """Create an empty draft version.

        Parameters
        ----------
        name
            Unique in the dataset.
        exist_ok
            Whether one that is there is returned, unless it is a child of another version.

        Raises
        ------
        Conflict
            There is one of that name; with ``exist_ok``: as a child.
        """
        with self._or_nothing():
            made = self.workspace.client.call(
                "versions.create", model.Version, dataset_id=self.dataset_id, name=name, exist_ok=exist_ok
            )
        return Version(self, made)

    def version(self, name: str) -> Version:
        """Return a version by name: the old name of ``dataset.versions[name]``."""
        renamed.say("dataset.version(name)", "dataset.versions[name]")
        return self.versions[name]

    @property
    def workers(self) -> list[str] | None:
        """The logins of those who may be assignees of this dataset's campaigns; None if every member may."""
        return self.workspace.client.call("datasets.workers", list[str] | None, dataset_id=self.dataset_id)  # type: ignore[arg-type]

    @renamed.parameters(logins="members")
    def set_workers(self, members: Iterable[str] | None) -> list[str]:
        """Say who may be an assignee of this dataset's campaigns, and return them.

        Parameters
        ----------
        members
            Their logins; None lets every member work here.

        Raises
        ------
        InvalidInput
            There is no such member.
        Refused
            Someone left out is an assignee of a campaign that is not completed; the message says of which.
        """
        chosen = None if members is None else as_list("members", members)
        return self.workspace.client.call("datasets.set_workers", list[str], dataset_id=self.dataset_id, logins=chosen)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r})"


class Version(Said):
    """The assets and annotations of a dataset at one stage.

    Made by :meth:`Dataset.create_version`, found by :attr:`Dataset.versions`.

    Attributes
    ----------
    assets, shapes, annotations, tags
        Its tables: ``version.assets["a.png"]`` gives an asset, ``version.shapes.df(label="cell")`` a DataFrame.
    """

    _changed_by: ClassVar[dict[str, str]] = {"state": "version.publish() publishes it"}

    def __init__(self, dataset: Dataset, found: model.Version) -> None:
        self.dataset, self.workspace = dataset, dataset.workspace
        self.version_id, self.name, self.state = found.version_id, found.name, found.state
        self.parent_id = found.parent_id
        self._is_fresh = found.new
        self.assets, self.shapes = Assets(self), Shapes(self)
        self.annotations, self.tags = Annotations(self), Tags(self)
        #: What became of the images of the last :meth:`add_images`.
        self.added = model.Added()

    def _create_again(self) -> None:
        made = self.dataset.create_version(self.name, exist_ok=True)
        self.version_id, self.state, self._is_fresh, self._was_taken_back = (
            made.version_id, made.state, made._is_fresh, False,
        )  # fmt: skip

    def _take_back(self) -> model.TakenBack:
        gone = self.dataset._take_back(self.version_id)
        self._is_fresh, self._was_taken_back = self._is_fresh and not gone.version, bool(gone.version)
        return gone

    def _keep(self) -> None:
        self._is_fresh = False
        self.dataset._keep()

    def publish(self) -> Version:
        """Publish this version, and return it: it never changes again; work goes on in a child of it.

        Raises
        ------
        Refused
            It is published already, or a campaign is running on it.
        """
        made = self.workspace.client.call("versions.publish", model.Version, version_id=self.version_id)
        self.state = made.state
        return self

    def create_child(self, name: str, annotations: bool = True, *, exist_ok: bool = False) -> Version:
        """Create a draft version with the assets of this one.

        Parameters
        ----------
        name
            Unique in the dataset.
        annotations
            Whether the latest annotation of each asset comes along, as said by who said it.
        exist_ok
            Whether a child of this version that is there is returned, whatever it was begun with.

        Raises
        ------
        Conflict
            There is one of that name; with ``exist_ok``: that is no child of this one.
        """
        with self._filling():
            made = self.workspace.client.call(
                "versions.child",
                model.Version,
                version_id=self.version_id,
                name=name,
                annotations=annotations,
                exist_ok=exist_ok,
            )
        return Version(self.dataset, made)

    def add_images(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        metadata: pd.DataFrame | Mapping[str, Mapping[str, Any]] | None = None,
        *,
        sequence: str | None = None,
        moment: str | None = None,
        every: int = 1,
        bad: images.Bad = "refuse",
        missing: model.Missing = "error",
        on_conflict: model.OnConflict = "error",
    ) -> Version:
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
            found, known = images.find(paths), self.assets._frame()
            there = {} if on_conflict == "replace" else rows.there(known)
            measured = images.measure(found.files, bad, every, there)
            table, absent = rows.assets(measured, metadata, sequence, moment, missing)
            split = rows.split(table, known, changed=on_conflict == "replace")
            skipped = len(split.other) if on_conflict == "skip" else 0
            new, replaced = split.new, 0
            if on_conflict == "error" and len(split.other):
                new = table[~table["path"].isin(known["path"])]  # the owner says which names are there
            if on_conflict == "replace" and len(split.other):
                replaced = self._upload("assets.replace", split.other)
            types = metadata_of.given(metadata).types
            added = self._upload("assets.add", new, types=types) if len(new) else 0
            self.added = model.Added(added, split.there, skipped, replaced, found.left_out, absent)
            rows.say(self.added)
        return self

    def _upload(self, operation: str, table: pd.DataFrame, **more: Any) -> int:
        parquet = frames.to_parquet(table)
        return self.workspace.client.upload(operation, int, parquet, version_id=self.version_id, **more)

    def read(
        self,
        format: str,
        path: str | os.PathLike[str],
        source: str | None = None,
        *,
        missing: model.Missing = "skip",
        on_conflict: model.OnConflict = "skip",
        scale: bool = False,
        overwrite: bool | None = None,
    ) -> formats.Reading:
        """Import annotations from a file, for example a model's output as pre-annotations. All or nothing.

        An image of the file means the asset whose name is the same, or whose path ends most like it. What cannot be
        taken is left out and counted: images that are no assets, that fit several, or that have another size in the
        file; shapes that are none; and, as what people said stays what counts, assets that people have worked on.

        Parameters
        ----------
        format
            The name of a format, for example ``"coco"``.
        path
            The file.
        source
            Where the annotations come from, as the tables will show; the file's name if not given.
        missing
            What becomes of images of the file that are no assets: ``"skip"``, or ``"error"``. A file of which no image
            is an asset is always an error.
        on_conflict
            What becomes of assets that people have worked on: ``"skip"``, ``"error"`` or ``"replace"``; see
            :meth:`add_annotations`.
        scale
            Resize the shapes of images that have another size in the file, instead of leaving them out.
        overwrite
            The old name of ``on_conflict="replace"``.

        Returns
        -------
        formats.Reading
            What was read; ``left_out`` counts what was not taken, with the reasons.

        Raises
        ------
        ReadFailed, InvalidInput
            The file is bad (the message names the place), or none of its images is in this version.
        Conflict
            With ``on_conflict="error"``: people have worked on some.
        """
        missing, on_conflict = given.checked(missing, on_conflict, overwrite)
        with self._filling():
            reading = fitting.fitted(self, formats.get(format).read(Path(path)), scale, missing)
            name = source or Path(path).name
            done = self.add_annotations(reading.annotations, source=name, on_conflict=on_conflict)
            export.remember(self, format, reading.ids)
            other = taken_from_file(self, reading.metadata) if reading.metadata else {}
        reading = replace(reading, unchanged=done.unchanged)
        if other:
            name, field = next(iter(other.items()))
            left = formats.LeftOut("metadata of assets", len(other), "they have another value here", f"{name}: {field}")
            reading = replace(reading, left_out=(*reading.left_out, left))
        if not done.left_out:
            return reading
        reason = "people have worked on them; on_conflict='replace' takes them, too"
        left = formats.LeftOut("assets", done.left_out, reason, done.first)
        return replace(reading, left_out=(*reading.left_out, left))

    def write(
        self,
        format: str,
        path: str | os.PathLike[str],
        state: str | None = None,
        *,
        origin: model.Origin | None = None,
    ) -> formats.Writing:
        """Export the latest annotations of all assets to a file; each says whether a person said it.

        Parameters
        ----------
        format
            The name of a format, for example ``"coco"``.
        path
            The file; it is replaced, a link to it is followed. ``"-"`` is standard output.
        state
            Only assets whose state in this version's campaign is this one, for example ``"done"``; None for all.
        origin
            Only what people answered (``"answer"``) or only what was imported (``"import"``); None for both. An asset
            that has only the other is written as one without annotation.

        Returns
        -------
        formats.Writing
            How much was written.

        Raises
        ------
        CannotWrite
            The file belongs to the workspace, is one of its images or a database, or cannot be written.
        """
        return export.write(self, formats.get(format), Path(path), state, origin)

    def create_campaign(
        self,
        name: str,
        recipe: model.Recipe,
        workflow: model.Workflow,
        *,
        instructions: given.Instructions = "",
        pdf: str | os.PathLike[str] | model.Document | None = None,
        due: str | datetime.date | None = None,
        existing: model.Existing = "prefill",
        filter: model.Filter | str | None = None,
        order: model.Order = "sequential",
        seed: int | None = None,
        limit: int | None = None,
        clip: int | None = None,
        new_assets: model.NewAssets = "join",
        rules: Iterable[model.Rule] = (),
        exist_ok: bool = False,
    ) -> Campaign:
        """Write a campaign on this version; ``plan()`` shows what ``launch()`` would do.

        Parameters
        ----------
        name
            Unique in the workspace.
        recipe, workflow
            What is said and who says it.
        instructions
            Markdown, the path of a ``.md`` or ``.pdf`` file, or a list of these.
        pdf
            The path of a PDF to show with the instructions.
        due
            The last day of the work: a date, or text like ``"2026-12-31"``.
        existing
            What is done with annotations that are there already: ``"prefill"``, ``"restart"``, ``"review"`` or
            ``"done"``.
        filter
            Which assets: an :class:`nb.Filter`, or its text; all if not given.
        order, seed
            ``"sequential"``, or ``"random"``; the same seed gives the same order again.
        limit
            At most so many assets.
        clip
            For sequences: a random order keeps runs of so many assets together.
        new_assets
            What becomes of assets that are added later: ``"join"``, ``"wait"`` or ``"closed"``.
        rules
            Where assets go that leave the campaign: :class:`nb.Rule` values.
        exist_ok
            Whether a campaign of that name is returned, if it is on this version and written the same. Labels that
            annotators added to an open recipe make no difference.

        Raises
        ------
        InvalidInput, Conflict
            A field is wrong (the message names it), a member is missing, or the name is taken; with ``exist_ok``: by
            another campaign, and the message shows where it differs.
        """
        with self._filling():
            fields, file = given.fields(
                name=name, recipe=recipe, workflow=workflow, instructions=instructions, pdf=pdf, due=due,
                existing=existing, filter=filter, order=order, seed=seed, limit=limit, clip=clip,
                new_assets=new_assets, rules=rules,
            )  # fmt: skip
            return self._create(model.CampaignSpec(**fields), file, exist_ok)

    def create_campaign_from(
        self, spec: model.CampaignSpec | str | os.PathLike[str] | Campaign, *, exist_ok: bool = False, **changes: Any
    ) -> Campaign:
        """Write a campaign as another one is written, on this version.

        Parameters
        ----------
        spec
            What ``campaign.spec`` returns, its YAML, the path of a ``.yaml`` file, or a campaign.
        exist_ok
            As in :meth:`create_campaign`.
        **changes
            Fields that are to differ, as :meth:`create_campaign` takes them, for example ``name="August"``.

        Raises
        ------
        NotFound, InvalidInput, Conflict
            There is no such file, or it has a mistake (the message begins with its place), or as in
            :meth:`create_campaign`.
        """
        with self._filling():
            if isinstance(spec, Campaign):
                spec = spec.spec
            elif not isinstance(spec, model.CampaignSpec):
                from nbannotate.workspace.spec import from_yaml

                spec = from_yaml(spec)
            fields, file = given.fields(**changes)
            return self._create(replace(spec, **fields), file, exist_ok)

    def _create(self, spec: model.CampaignSpec, file: given.Pdf | None, exist_ok: bool) -> Campaign:
        """Send a campaign, after the PDF of its instructions."""
        client = self.workspace.client
        if file is not None:
            file.send(client)
        made = client.call("campaigns.create", model.Campaign, version_id=self.version_id, spec=spec, exist_ok=exist_ok)
        return Campaign(self.workspace, made)

    def __repr__(self) -> str:
        return f"Version({self.dataset.name!r}, {self.name!r}, {self.state})"
