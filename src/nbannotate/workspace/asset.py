"""The handle of one image of a version."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from numpy.typing import NDArray

from nbannotate import model
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.history import history_of
from nbannotate.workspace.pixels import pixels
from nbannotate.workspace.removal import delete

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.dataset import Version


class Asset(Handle):
    """One image of a version: ``version.assets["a.png"]``.

    Attributes
    ----------
    name, asset_id
        Its name in the version, and its id.
    width, height
        Its size in pixels; 0 if it cannot be opened, or lies at a URL and was not opened yet.
    sequence, moment
        The sequence that it belongs to and what orders it there; None if it belongs to none.
    path
        Where its file is: a path, or a URL.
    metadata
        What is known of it, by name.
    archived
        When it was put away in this version, or None.
    split
        The split that it is in, ``"train"`` for example, or None.
    """

    _changed_by: ClassVar[dict[str, str]] = {
        "metadata": "version.set_metadata(…) replaces it",
        "name": "asset.rename(new) gives it another one",
        "path": "version.relocate(old, new) says where the file is now",
        "split": "version.set_split(…) puts it into another one",
        "archived": "asset.archive() puts it away, archive(False) takes it back",
    }

    def __init__(self, version: Version, row: Mapping[str, Any]) -> None:
        self.version = version
        self.name: str = row["name"]
        self.asset_id: int = row["asset_id"]
        self.width: int = row["width"]
        self.height: int = row["height"]
        self.sequence: str | None = row["sequence"]
        self.moment: float | None = row["moment"]
        self.path: str = row["path"]
        self.archived: datetime.datetime | None = row["archived"]
        self.metadata: dict[str, Any] = row["metadata"] or {}
        self.split: str | None = row["split"]
        self._seal()

    @property
    def image(self) -> NDArray[Any]:
        """The image as an array: ``(height, width, 3)`` of uint8 in the order R, G, B, or ``(height, width)``.

        Gray images have the type that they are stored in (uint8, uint16), those of CT and MR their values (float32,
        Hounsfield units for CT).

        Raises
        ------
        ReadFailed
            The file is gone, or it is no image that can be read.
        """
        return pixels(self.version.workspace.client, self.asset_id)

    @property
    def annotation(self) -> model.Annotation | None:
        """What stands of it now: its latest annotation; None if nobody said anything yet."""
        found = self.version.workspace.sql(
            "select annotation_id from annotations where version_id = $1 and asset_id = $2 and is_latest",
            [self.version.version_id, self.asset_id],
        )
        if found.empty:
            return None
        revision = int(found["annotation_id"][0])
        return self.version.workspace.client.call("annotations.get", model.Annotation, annotation_id=revision)

    def history(self) -> pd.DataFrame:
        """Return all that was said of it in this version, oldest first, a row for each revision.

        ``step`` and ``campaign`` say where, ``member`` who, ``created`` when (UTC), ``source`` at which action or where
        from. The shapes that changed against the revision before are counted as :func:`nb.diff` counts them: ``added``,
        ``removed``, ``moved`` (another kind or geometry), ``relabeled``, ``attributes`` (color, group and track, too).
        """
        return history_of(self)

    def rename(self, new: str) -> Asset:
        """Give the asset another name, in all versions that it is in, and return it.

        Parameters
        ----------
        new
            Unique in each of those versions.

        Raises
        ------
        Refused
            It is in a published version, which never changes.
        """
        client = self.version.workspace.client
        self._set(name=client.call("assets.rename", str, asset_id=self.asset_id, name=new))
        return self

    def archive(self, archived: bool = True) -> Asset:
        """Put the asset away in this version, or with False take it back, and return it.

        It is not listed, exported or launched any more; what was said of it stays.
        ``version.assets.df(archived=True)`` lists what is put away.

        Raises
        ------
        Refused
            The version is published, or the asset has an open task.
        """
        key = {"version_id": self.version.version_id, "asset_id": self.asset_id}
        self.version.workspace.client.call("assets.archive", type(None), **key, archived=archived)
        self._set(archived=self.version.assets[self.asset_id].archived)
        return self

    def delete(self, confirm: str | None = None) -> model.Loss:
        """Take the asset out of this version, with what was said and done about it there.

        Other versions keep it; if there is none, it is gone. Events stay, and its file stays where it is.

        Parameters
        ----------
        confirm
            The asset's name. Without it nothing is deleted; the answer says what would be.

        Raises
        ------
        Refused
            The version is published, or somebody is at work on the asset.
        """
        key = {"version_id": self.version.version_id, "asset_id": self.asset_id}
        return delete(self.version.workspace.client, "assets", "asset.delete(confirm={!r})", confirm, **key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and (self.asset_id, self.version.version_id) == (
            other.asset_id, other.version.version_id
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.asset_id, self.version.version_id))

    def __repr__(self) -> str:
        return f"Asset({self.name!r}, {self.width} x {self.height})"
