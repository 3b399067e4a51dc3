"""Panes without a workspace: images, shapes and labels in; a campaign in memory; annotations out.

Nothing of it is on disk but copies of images that were given as arrays or bytes, in a temporary folder. It is gone with
the kernel.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nbannotate.canvas.picture import from_array
from nbannotate.errors import InvalidInput
from nbannotate.model import Annotation, Label, Recipe, Shape, Step, StepKind, Workflow
from nbannotate.pages.widgets import sources

if TYPE_CHECKING:
    from nbannotate.workspace.campaign import Campaign
    from nbannotate.workspace.dataset import Version

Labels = Recipe | Sequence[Label | str]
NAME = "Here"


class Alone:
    """A launched campaign in memory with one step, whose only assignee is who made it.

    Parameters
    ----------
    images
        What :class:`nbannotate.Viewer` takes, but a version; and patterns and folders.
    shapes
        What people begin with, or what is reviewed; as for the viewer. An image without any is reviewed as *nothing to
        label*.
    labels
        A recipe, or labels; those that only shapes have are added. Without any, labels are added while one works.
    kind
        Of the step.
    """

    campaign: Campaign
    version: Version

    def __init__(self, images: Any, shapes: Any, labels: Labels, kind: StepKind) -> None:
        from nbannotate.workspace import open
        from nbannotate.workspace.images import absolute

        if kind == "review" and shapes is None:
            raise InvalidInput("There is nothing to review: give shapes=…, what is to be looked at.")
        given = sources.of(_files(images), shapes)
        if not given.names:
            raise InvalidInput("There are no images to work on; the list is empty.")
        known = {name: given.shapes(name) for name in given.names}
        recipe = _recipe(labels, (shape for its in known.values() for shape in its))
        self._folder = tempfile.TemporaryDirectory(prefix="nbannotate-")
        workspace = open(":memory:")
        try:
            files = {
                str(absolute(_written(given.image(name), Path(self._folder.name), name))): name for name in given.names
            }
            self.version = workspace.create_dataset(NAME).create_version(NAME).add_images(list(files), bad="keep")
            assets = self.version.assets._frame()
            self._names = {
                asset: files.get(path, asset) for asset, path in zip(assets["name"], assets["path"], strict=True)
            }
            asset_of = {name: asset for asset, name in self._names.items()}
            said = {
                asset_of[name]: Annotation(shapes=its, nothing_to_label=not its and kind == "review")
                for name, its in known.items()
                if name in asset_of
            }
            self.version.add_annotations(said, source="given")
            step = Step("review" if kind == "review" else "annotate", kind, (workspace.me.login,))
            self.campaign = self.version.create_campaign(
                NAME, recipe, Workflow((step,)), existing="review" if kind == "review" else "prefill"
            )
            self.campaign.launch()
        except BaseException:
            self.close()
            workspace.close()
            raise

    def annotations(self) -> dict[str, Annotation]:
        """Return what stands now, drafts and submitted, by the name of the image."""
        from nbannotate.workspace import export

        returns: Any = dict[str, Annotation]
        drafts = self.campaign.workspace.client.call(
            "annotations.drafts", returns, campaign_id=self.campaign.campaign_id
        )
        return {
            self._names[row.name]: drafts.get(row.name, row.annotation or Annotation())
            for row in export.rows(self.version, None)
        }

    def close(self) -> None:
        """Remove the copies of images."""
        self._folder.cleanup()


def _files(images: Any) -> Any:
    """Return the files that a pattern or a folder names; anything else as it is."""
    if hasattr(images, "version_id"):
        raise InvalidInput(
            "Work on a version of a workspace takes a campaign: version.create_campaign(…); nb.Viewer only shows it."
        )
    if isinstance(images, str | os.PathLike) and not Path(images).is_file():
        from nbannotate.workspace.images import find

        return find(images).files
    return images


def _recipe(labels: Labels, shapes: Iterable[Shape]) -> Recipe:
    if isinstance(labels, Recipe):
        return labels
    named = Recipe(labels=labels, open_labels=True).labels  # names, too
    known = {v.name for v in named}
    more = sorted({name for s in shapes for name in (s.label, *s.also) if name and name not in known})
    made = (*named, *map(Label, more))
    return Recipe(labels=made, open_labels=not made)


def _written(image: Any, folder: Path, name: str) -> Path:
    """Return the file of an image; one is written for what is no file yet."""
    from PIL import Image

    if isinstance(image, str | os.PathLike):
        return Path(image)
    path = folder / (re.sub(r"[^\w.-]", "_", name)[:100] or "image")
    while any(folder.glob(f"{path.name}*")):
        path = path.with_name(f"{path.name}_")
    if isinstance(image, bytes | bytearray | memoryview):
        path.write_bytes(image)
        return path
    if not isinstance(image, Image.Image):
        signed = isinstance(image, np.ndarray) and image.dtype == np.int16
        image, path = from_array(image), path.with_name(path.name + (".tif" if signed else ".png"))
    else:
        path = path.with_name(path.name + (".tif" if image.mode in ("I", "F", "CMYK") else ".png"))
    image.save(path)
    return path
