"""The handle of a version of a dataset."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from msgspec.structs import replace

from nbannotate import model
from nbannotate.errors import NbannotateError
from nbannotate.model.times import When
from nbannotate.workspace import (
    adding,
    annotation_input,
    asset_metadata,
    cloning,
    duplicates,
    export,
    gallery,
    inputs,
    reading,
    remote_images,
    splitting,
    supervision_dataset,
    torch_dataset,
)
from nbannotate.workspace.campaign import Campaign
from nbannotate.workspace.data_tables import Annotations, Assets, Shapes, Splits, Tags
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.labels import Labels
from nbannotate.workspace.removal import delete
from nbannotate.workspace.rollback import Fresh
from nbannotate.workspace.time_travel import VersionAt, version_at

if TYPE_CHECKING:
    from nbannotate.workspace.dataset import Dataset


class Version(Handle):
    """The assets and annotations of a dataset at one stage.

    Made by :meth:`Dataset.create_version`, found by :attr:`Dataset.versions`.

    Attributes
    ----------
    assets, shapes, annotations, tags, splits, labels
        Its tables: ``version.assets["a.png"]`` gives an asset, ``version.shapes.df(label="cell")`` a DataFrame.
    """

    _changed_by: ClassVar[dict[str, str]] = {
        "state": "version.publish() publishes it",
        "name": "version.rename(new) gives it another one",
        "archived": "version.archive() puts it away, archive(False) takes it back",
    }

    #: What became of the images of the last :meth:`add_images`.
    added = model.Added()

    def __init__(self, dataset: Dataset, found: model.Version) -> None:
        self.dataset, self.workspace = dataset, dataset.workspace
        self.version_id, self.name, self.state = found.version_id, found.name, found.state
        self.parent_id = found.parent_id
        #: When it was put away, or None.
        self.archived = found.archived
        #: SHA-256 of what it held when it was published; None for a draft.
        self.content_hash = found.content_hash
        self._fresh = Fresh(found.new, self._create_again, self._take_back, dataset._fresh)
        self.assets, self.shapes = Assets(self), Shapes(self)
        self.annotations, self.tags, self.splits = Annotations(self), Tags(self), Splits(self)
        self.labels = Labels(self)
        self._seal()

    def _create_again(self) -> None:
        made = self.dataset.create_version(self.name, exist_ok=True)
        self._set(version_id=made.version_id, state=made.state)
        self._fresh.new = made._fresh.new

    def _take_back(self) -> model.TakenBack:
        gone = self.dataset._take_back(self.version_id)
        self._fresh.gone(bool(gone.version))
        return gone

    def _wrongly_called(self, why: NbannotateError) -> NoReturn:
        with self._fresh.or_nothing():
            raise why from None

    # What is done with it by topic: functions whose first argument is the version, in a module each.

    add_images = adding.add_images
    relocate = adding.relocate
    check_files = adding.check_files
    measure = remote_images.measure_unknown
    duplicates = duplicates.duplicates
    read = reading.read
    write = export.write
    add_annotations = annotation_input.add_annotations
    restore = annotation_input.restore
    metadata = asset_metadata.metadata
    set_metadata = asset_metadata.set_metadata
    update_metadata = asset_metadata.update_metadata
    split = splitting.split
    set_split = splitting.set_split
    show = gallery.show
    torch = torch_dataset.torch
    to_supervision = supervision_dataset.to_supervision
    clone = cloning.clone_version

    def publish(self) -> Version:
        """Publish this version, and return it: it never changes again; work goes on in a child of it.

        A hash of what it holds is kept (``version.content_hash``): the same for a copy of it elsewhere, and
        :meth:`verify` tells whether it still holds that.

        Raises
        ------
        Refused
            It is published already, or a campaign is running on it.
        """
        made = self.workspace.client.call("versions.publish", model.Version, version_id=self.version_id)
        self._set(state=made.state, content_hash=made.content_hash)
        return self

    def verify(self) -> model.Verified:
        """Compute again what this published version holds, and compare it with the hash that publishing it kept.

        The answer is true if nothing differs, and says what does otherwise: assets (names, sizes, sequences), the
        latest annotations with their tags, or shapes. Metadata and paths may change, and are not in it.

        Raises
        ------
        Refused, NotFound
            It is a draft; or it was published by a version of this package that kept no hashes.
        """
        return self.workspace.client.call("versions.verify", model.Verified, version_id=self.version_id)

    def at(self, time: When, *, tz: Any = None) -> VersionAt:
        """Return this version as it was at a moment: its tables ``assets``, ``shapes`` and ``annotations`` then.

        Parameters
        ----------
        time
            A time, or a day: its beginning.
        tz
            The zone of the time; None is UTC.

        Raises
        ------
        InvalidInput
            It is no time, or the version was not there yet.
        """
        return version_at(self, time, tz)

    def rename(self, new: str) -> Version:
        """Give the version another name, and return it; a published one, too: what it holds stays as it is.

        Parameters
        ----------
        new
            Unique in the dataset.
        """
        client = self.workspace.client
        made = client.call("versions.rename", model.Version, version_id=self.version_id, name=new)
        self._set(name=made.name)
        return self

    def archive(self, archived: bool = True) -> Version:
        """Put the version away, or with False take it back, and return it.

        What is put away stays as it is and is found by its name; ``dataset.versions.df(archived=True)`` lists it.

        Raises
        ------
        Refused
            A campaign runs on it.
        """
        client = self.workspace.client
        made = client.call("versions.archive", model.Version, version_id=self.version_id, archived=archived)
        self._set(archived=made.archived)
        return self

    def delete(self, confirm: str | None = None) -> model.Loss:
        """Delete the version with its annotations, its campaigns, and the assets that no other version has.

        Events, and all files, stay.

        Parameters
        ----------
        confirm
            The version's name. Without it nothing is deleted; the answer says what would be.

        Raises
        ------
        Refused
            It has children, or a campaign runs on it.
        """
        again = "version.delete(confirm={!r})"
        return delete(self.workspace.client, "versions", again, confirm, version_id=self.version_id)

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
        with self._fresh.filling():
            made = self.workspace.client.call(
                "versions.child",
                model.Version,
                version_id=self.version_id,
                name=name,
                annotations=annotations,
                exist_ok=exist_ok,
            )
        return Version(self.dataset, made)

    def create_campaign(
        self,
        name: str,
        recipe: model.Recipe,
        workflow: model.Workflow,
        *,
        instructions: inputs.Instructions = "",
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
        with self._fresh.filling():
            fields, file = inputs.fields(
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
        with self._fresh.filling():
            if isinstance(spec, Campaign):
                spec = spec.spec
            elif not isinstance(spec, model.CampaignSpec):
                from nbannotate.workspace.spec import from_yaml

                spec = from_yaml(spec)
            fields, file = inputs.fields(**changes)
            return self._create(replace(spec, **fields), file, exist_ok)

    def _create(self, spec: model.CampaignSpec, file: inputs.Pdf | None, exist_ok: bool) -> Campaign:
        """Send a campaign, after the PDF of its instructions."""
        client = self.workspace.client
        if file is not None:
            file.send(client)
        made = client.call("campaigns.create", model.Campaign, version_id=self.version_id, spec=spec, exist_ok=exist_ok)
        return Campaign(self.workspace, made)

    def __repr__(self) -> str:
        return f"Version({self.dataset.name!r}, {self.name!r}, {self.state})"
