"""Copies of versions and datasets, in the same workspace or in another one; the images stay where they are.

What a version shows is copied, with its splits, its labels and how they were changed, and what files called things;
members, campaigns and earlier revisions stay where they are. All of it comes in by one request. In the same workspace
the owner process copies; into another one goes a file, and there everything is checked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbannotate import model
from nbannotate.workspace.progress import call_with_bar, with_bar

if TYPE_CHECKING:
    from nbannotate.workspace.dataset import Dataset
    from nbannotate.workspace.version import Version
    from nbannotate.workspace.workspace import Workspace


def clone_version(self: Version, name: str, to: Workspace | None = None, annotations: bool = True) -> Version:
    """Copy what this version shows into a new dataset, and return that version of it; images stay where they are.

    What was said comes as said by who said it, when they did, with splits, metadata, labels and what files called
    things, so that both are written alike. In another workspace that takes an owner of it, and of who is no member
    there the source keeps the login: ``"annotation (ana)"``; if somebody else copies, it is an import of theirs. A copy
    of a published version is published, with the same hash.

    Parameters
    ----------
    name
        Of the new dataset.
    to
        The workspace that it comes into; None is this one.
    annotations
        Whether the latest annotation of each asset comes along; all else does.

    Raises
    ------
    Conflict
        There is a dataset of that name. Whatever fails, nothing of the copy is left.
    """
    made = _copy(self.dataset, self.version_id, name, to, annotations, f"{self.dataset.name} / {self.name}")
    return made.versions[self.name]


def clone_dataset(self: Dataset, name: str, to: Workspace | None = None, annotations: bool = True) -> Dataset:
    """Copy all versions as they are now into a new dataset, and return that; images stay where they are.

    Children share their rows with the copies of their parents; what comes along is as for :meth:`Version.clone`.
    Copies of published versions are published, with the same hashes.

    Parameters
    ----------
    name, to, annotations
        As for :meth:`Version.clone`.

    Raises
    ------
    Conflict
        As for :meth:`Version.clone`.
    """
    return _copy(self, None, name, to, annotations, self.name)


def _copy(
    dataset: Dataset, version_id: int | None, name: str, to: Workspace | None, annotations: bool, source: str
) -> Dataset:
    here, there = dataset.workspace, to or dataset.workspace
    what = {"dataset_id": dataset.dataset_id, "version_id": version_id, "annotations": annotations}
    if there.client is here.client:
        made = call_with_bar(there.client, "clones.create", model.Dataset, name=name, **what)
    else:
        contents = here.client.fetch("clones.contents", **what)
        made = with_bar(there.client, lambda key: there.client.upload(
            "clones.receive", model.Dataset, contents,
            name=name, source=source, readme=dataset.readme, annotations=annotations, activity=key,
        ))  # fmt: skip
    return there.datasets[made.name]
