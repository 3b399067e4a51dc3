"""The handle of a dataset; that of a version stands beside it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, NoReturn

from nbannotate import model
from nbannotate.errors import NbannotateError
from nbannotate.model import deprecations
from nbannotate.model.values import as_list
from nbannotate.workspace.cloning import clone_dataset
from nbannotate.workspace.data_tables import Versions
from nbannotate.workspace.handle import Handle
from nbannotate.workspace.inputs import markdown
from nbannotate.workspace.lineage import Lineage
from nbannotate.workspace.removal import delete
from nbannotate.workspace.rollback import Fresh
from nbannotate.workspace.version import Version

__all__ = ["Dataset", "Version", "markdown"]

if TYPE_CHECKING:
    from nbannotate.workspace.workspace import Workspace


class Dataset(Handle):
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
        self._fresh = Fresh(found.new, self._create_again, self._take_back)
        self.versions = Versions(self, functools.partial(Version, self))
        self.lineage = Lineage(self)
        self._seal()

    def _create_again(self) -> None:
        made = self.workspace.client.call(
            "datasets.create", model.Dataset, name=self.name, readme=self.readme, exist_ok=True
        )
        self._set(dataset_id=made.dataset_id)
        self._fresh.new = made.new

    def _take_back(self, version_id: int | None = None) -> model.TakenBack:
        mine = self.dataset_id if self._fresh.new else None
        gone = self.workspace.client.call("datasets.take_back", model.TakenBack, dataset_id=mine, version_id=version_id)
        self._fresh.gone(bool(gone.dataset))
        return gone

    def _wrongly_called(self, why: NbannotateError) -> NoReturn:
        with self._fresh.or_nothing():
            raise why from None

    clone = clone_dataset

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
        with self._fresh.or_nothing():
            made = self.workspace.client.call(
                "versions.create", model.Version, dataset_id=self.dataset_id, name=name, exist_ok=exist_ok
            )
        return Version(self, made)

    def rename(self, new: str) -> Dataset:
        """Give the dataset another name, and return it.

        Parameters
        ----------
        new
            Unique in the workspace.
        """
        client = self.workspace.client
        self._set(name=client.call("datasets.rename", model.Dataset, dataset_id=self.dataset_id, name=new).name)
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
        made = client.call("datasets.archive", model.Dataset, dataset_id=self.dataset_id, archived=archived)
        self._set(archived=made.archived)
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
        deprecations.say("dataset.version(name)", "dataset.versions[name]")
        return self.versions[name]

    @property
    def workers(self) -> list[str] | None:
        """The logins of those who may be assignees of this dataset's campaigns; None if every member may."""
        return self.workspace.client.call("datasets.workers", list[str] | None, dataset_id=self.dataset_id)  # type: ignore[arg-type]

    @deprecations.parameters(logins="members")
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
