"""The handle of a dataset; that of a version stands beside it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from nbannotate import model
from nbannotate.cards import Shown
from nbannotate.model import renamed
from nbannotate.model.values import as_list
from nbannotate.workspace.chained import Chained
from nbannotate.workspace.cloning import clone_dataset
from nbannotate.workspace.data_tables import Versions
from nbannotate.workspace.given import markdown
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.lineage import Lineage
from nbannotate.workspace.removal import delete
from nbannotate.workspace.version import Version

__all__ = ["Dataset", "Version", "markdown"]

if TYPE_CHECKING:
    from nbannotate.workspace.workspace import Workspace


class Dataset(Chained, Handle, Shown):
    """A named family of versions.

    Made by :meth:`Workspace.create_dataset`, found by :attr:`Workspace.datasets`.

    Attributes
    ----------
    versions
        The table of its versions, oldest first; ``dataset.versions["v1"]`` gives one.
    lineage
        Which was made from which: a table, and in a notebook a picture.
    """

    _changed_by: ClassVar[dict[str, str]] = {
        "name": "dataset.rename(new) gives it another one",
        "archived": "dataset.archive() puts it away, archive(False) takes it back",
    }

    def __init__(self, workspace: Workspace, found: model.Dataset) -> None:
        self.workspace = workspace
        self.dataset_id, self.name, self.readme = found.dataset_id, found.name, found.readme
        #: When it was put away, or None.
        self.archived = found.archived
        self._is_fresh = found.new
        self.versions = Versions(self, functools.partial(Version, self))
        self.lineage = Lineage(self)

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

    def clone(self, name: str, to: Workspace | None = None, annotations: bool = True) -> Dataset:
        """Copy all versions as they are now into a new dataset, and return that; images stay where they are.

        Children share their rows with the copies of their parents. What was said comes as an import by who copies.
        Copies of published versions are published, with the same hashes.

        Parameters
        ----------
        name
            Of the new dataset.
        to
            The workspace that it comes into; None is this one.
        annotations
            Whether the latest annotation of each asset comes along.

        Raises
        ------
        Conflict
            There is a dataset of that name. Whatever fails, nothing of the copy is left.
        """
        return clone_dataset(self, name, to, annotations)

    def rename(self, new: str) -> Dataset:
        """Give the dataset another name, and return it.

        Parameters
        ----------
        new
            Unique in the workspace.
        """
        client = self.workspace.client
        self.name = client.call("datasets.rename", model.Dataset, dataset_id=self.dataset_id, name=new).name
        return self

    def archive(self, archived: bool = True) -> Dataset:
        """Put the dataset away, or with False take it back, and return it.

        What is put away stays as it is and is found by its name; lists show it with ``ws.datasets.df(archived=True)``.

        Raises
        ------
        Refused
            A campaign runs on one of its versions.
        """
        client = self.workspace.client
        self.archived = client.call(
            "datasets.archive", model.Dataset, dataset_id=self.dataset_id, archived=archived
        ).archived
        return self

    def delete(self, confirm: str | None = None) -> model.Loss:
        """Delete the dataset with its versions, assets, annotations and campaigns; events, and all files, stay.

        Parameters
        ----------
        confirm
            The dataset's name. Without it nothing is deleted; the answer says what would be.

        Raises
        ------
        Refused
            A campaign runs on one of its versions.
        """
        again = "dataset.delete(confirm={!r})"
        return delete(self.workspace.client, "datasets", again, confirm, dataset_id=self.dataset_id)

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
