"""Handles of datasets and versions."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbannotate import formats, model
from nbannotate.errors import InvalidInput
from nbannotate.workspace import frames, images
from nbannotate.workspace.campaign import Campaign

if TYPE_CHECKING:
    import pandas as pd

    from nbannotate.workspace.workspace import Workspace


class Dataset:
    """A named family of versions.

    Made by :meth:`Workspace.create_dataset` and :meth:`Workspace.dataset`.
    """

    def __init__(self, workspace: Workspace, found: model.Dataset) -> None:
        self.workspace = workspace
        self.dataset_id, self.name, self.readme = found.dataset_id, found.name, found.readme

    def create_version(self, name: str) -> Version:
        """Create an empty draft version."""
        made = self.workspace.client.call("versions.create", model.Version, dataset_id=self.dataset_id, name=name)
        return Version(self, made)

    def version(self, name: str) -> Version:
        """Return a version by name.

        Raises
        ------
        NotFound
            There is none of that name; the message lists those that exist.
        """
        known = self.workspace.client.call("versions.list", list[model.Version], dataset_id=self.dataset_id)
        return Version(self, pick(known, name, f"version of {self.name!r}"))

    def __repr__(self) -> str:
        return f"Dataset({self.name!r})"


class Version:
    """The assets and annotations of a dataset at one stage."""

    def __init__(self, dataset: Dataset, found: model.Version) -> None:
        self.dataset, self.workspace = dataset, dataset.workspace
        self.version_id, self.name = found.version_id, found.name

    def add_images(
        self,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        metadata: pd.DataFrame | None = None,
    ) -> Version:
        """Add image files as assets; the files stay where they are.

        Parameters
        ----------
        paths
            A pattern (``"images/*.jpg"``), a folder (with all images below it), a file, or a list of these. An asset is
            named after its path below the folder that all have in common.
        metadata
            One row for each image, found by the column ``name`` or else by the index: the asset's name or the file's
            name. The other columns become the asset's metadata. Images without a row have none.

        Returns
        -------
        Version
            This version, so that calls can be chained.

        Raises
        ------
        NotFound, InvalidInput, Conflict
            Nothing matches, a file is no image, a row fits no image, or a name is there already. Nothing is added.
        """
        import pandas as pd

        found = images.measure(images.find(paths))
        base = Path(os.path.commonpath([f.path.parent for f in found]))
        names = [f.path.relative_to(base).as_posix() for f in found]
        extra = _metadata(names, metadata)
        rows = pd.DataFrame(
            {
                "name": names,
                "path": [str(f.path) for f in found],
                "folder": [os.path.dirname(n) for n in names],  # noqa: PTH120  names are not paths of this machine
                "width": [f.width for f in found],
                "height": [f.height for f in found],
                "bytes": [f.bytes for f in found],
                "metadata": [msgspec.json.encode(extra.get(n, {})).decode() for n in names],
            }
        )
        self.workspace.client.upload("assets.add", int, frames.to_parquet(rows), version_id=self.version_id)
        return self

    def read(self, format: str, path: str | os.PathLike[str], source: str | None = None) -> formats.Reading:
        """Import annotations from a file, for example a model's output as pre-annotations. All or nothing.

        Parameters
        ----------
        format
            The name of a format, for example ``"coco"``.
        path
            The file.
        source
            Where the annotations come from, as the tables will show; the file's name if not given.

        Returns
        -------
        formats.Reading
            What was read; ``left_out`` counts what the format has and nbannotate cannot take, with the reasons.

        Raises
        ------
        ReadFailed, InvalidInput
            The file is bad (the message names the place), or an image is not in this version.
        """
        import pandas as pd

        reading = formats.get(format).read(Path(path))
        by_name = self._names(reading.annotations)
        kept = {by_name.get(name, name): a for name, a in reading.annotations.items() if not a.empty}
        rows = pd.DataFrame(
            {
                "asset": list(kept),
                "shapes": [msgspec.json.encode(a.shapes).decode() for a in kept.values()],
                "tags": [msgspec.json.encode(a.tags).decode() for a in kept.values()],
                "nothing_to_label": [a.nothing_to_label for a in kept.values()],
            }
        ).astype({"asset": "str", "shapes": "str", "tags": "str", "nothing_to_label": "bool"})
        self.workspace.client.upload(
            "annotations.add",
            int,
            frames.to_parquet(rows),
            version_id=self.version_id,
            source=source or Path(path).name,
        )
        return reading

    def _names(self, annotated: Iterable[str]) -> dict[str, str]:
        """Return, for names in a file that are no asset's, the one asset whose file is called so."""
        known = list(self.assets()["name"])
        exact = set(known)
        by_file: dict[str, list[str]] = {}
        for name in known:
            by_file.setdefault(Path(name).name, []).append(name)
        found = {}
        for name in annotated:
            same = by_file.get(Path(name).name, [])
            if name not in exact and len(same) == 1:
                found[name] = same[0]
        return found

    def write(self, format: str, path: str | os.PathLike[str], state: str | None = None) -> formats.Writing:
        """Export the latest annotations of all assets to a file.

        Parameters
        ----------
        format
            The name of a format, for example ``"coco"``.
        path
            The file; it is replaced.
        state
            Only assets whose state in this version's campaign is this one, for example ``"done"``; None for all.

        Returns
        -------
        formats.Writing
            How much was written.
        """
        return formats.get(format).write(Path(path), self._rows(state), self._labels())

    def _rows(self, state: str | None) -> list[formats.Row]:
        if state is not None and state not in model.TASK_STATES:
            raise InvalidInput(f"state must be one of {', '.join(model.TASK_STATES)}, not {state!r}.")
        assets = self.assets()
        if state is not None:
            states = self.workspace.sql(
                "select s.asset_id from asset_states s join campaigns c on c.campaign_id = s.campaign_id "
                "where c.version_id = $1 and s.state = $2",
                [self.version_id, state],
            )
            assets = assets[assets["asset_id"].isin(states["asset_id"])]
        shapes: dict[int, list[model.Shape]] = {}
        for r in frames.records(self.shapes()):
            shape = model.Shape(
                kind=r["kind"],
                points=tuple((x, y) for x, y in msgspec.json.decode(r["points"])),
                label=r["label"],
                id=r["shape_id"],
                attributes=msgspec.json.decode(r["attributes"]),
                confidence=r["confidence"],
            )
            shapes.setdefault(r["asset_id"], []).append(shape)
        said = {
            r["asset_id"]: r
            for r in frames.records(
                self.workspace.sql(
                    "select asset_id, tags, nothing_to_label from annotations where version_id = $1 and is_latest",
                    [self.version_id],
                )
            )
        }
        rows = []
        for r in frames.records(assets):
            known = said.get(r["asset_id"])
            annotation = None
            if known is not None:
                annotation = model.Annotation(
                    shapes=tuple(shapes.get(r["asset_id"], ())),
                    tags=tuple(msgspec.json.decode(known["tags"])),
                    nothing_to_label=known["nothing_to_label"],
                )
            rows.append(formats.Row(r["name"], r["width"], r["height"], annotation))
        return rows

    def _labels(self) -> list[model.Label]:
        """Return the labels of this version's campaigns, then those that only imported shapes have."""
        found: dict[str, model.Label] = {}
        for campaign in self.workspace.campaigns():
            if campaign.version_id == self.version_id:
                found.update({v.name: v for v in campaign.spec().recipe.labels})
        for name in self.shapes()["label"].unique():
            if name:
                found.setdefault(name, model.Label(name))
        return list(found.values())

    def assets(self) -> pd.DataFrame:
        """Return the assets, in order."""
        return self.workspace.sql("select * from assets where version_id = $1 order by position", [self.version_id])

    def shapes(self) -> pd.DataFrame:
        """Return the shapes of the latest annotation of each asset."""
        return self.workspace.sql(
            "select * from shapes where version_id = $1 order by asset_id, position", [self.version_id]
        )

    def create_campaign(
        self,
        name: str,
        recipe: model.Recipe,
        workflow: model.Workflow,
        *,
        instructions: str | os.PathLike[str] = "",
        due: str | datetime.date | None = None,
        existing: model.Existing = "prefill",
    ) -> Campaign:
        """Write a campaign on this version; ``plan()`` shows what ``launch()`` would do.

        Parameters
        ----------
        name
            Unique in the workspace.
        recipe, workflow
            What is said and who says it.
        instructions
            Markdown, or the path of a ``.md`` file.
        due
            A day: a date, or text like ``"2026-12-31"``.
        existing
            What is done with annotations that are there already: ``"prefill"``, ``"restart"`` or ``"review"``.

        Raises
        ------
        InvalidInput, Conflict
            A field is wrong (the message names it), a member is missing, or the name is taken.
        """
        spec = model.CampaignSpec(
            name=name,
            recipe=recipe,
            workflow=workflow,
            instructions=markdown(instructions),
            due=day("due", due),
            existing=existing,
        )
        made = self.workspace.client.call("campaigns.create", model.Campaign, version_id=self.version_id, spec=spec)
        return Campaign(self.workspace, made)

    def __repr__(self) -> str:
        return f"Version({self.dataset.name!r}, {self.name!r})"


def _metadata(names: list[str], frame: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """Return each asset's metadata by the asset's name."""
    if frame is None:
        return {}
    keys = [str(k) for k in (frame["name"] if "name" in frame.columns else frame.index)]
    by_file: dict[str, list[str]] = {}
    for name in names:
        by_file.setdefault(Path(name).name, []).append(name)
    found: dict[str, dict[str, Any]] = {}
    values = frame.drop(columns="name", errors="ignore")
    records: list[dict[str, Any]] = [{} for _ in keys]
    if len(values.columns):  # pandas writes no record for a row without columns
        records = msgspec.json.decode(values.to_json(orient="records", date_format="iso"))
    strange = []
    for key, record in zip(keys, records, strict=True):
        same = [key] if key in names else by_file.get(Path(key).name, [])
        if len(same) != 1:
            strange.append(key)
        elif same[0] in found:
            raise InvalidInput(f"metadata has two rows for {same[0]!r}; nothing was added.")
        else:
            found[same[0]] = {str(k): v for k, v in record.items() if v is not None}
    if strange:
        some = ", ".join(map(repr, strange[:5])) + (" …" if len(strange) > 5 else "")
        raise InvalidInput(
            f"{len(strange)} rows of metadata fit no image, or more than one: {some}. "
            "Put the image's name into the column 'name' or the index; nothing was added."
        )
    return found


def markdown(value: str | os.PathLike[str]) -> str:
    """Return Markdown that is given as text, or as the path of a ``.md`` file."""
    text = os.fspath(value)
    if isinstance(value, os.PathLike) or (text.endswith(".md") and "\n" not in text):
        path = Path(text).expanduser()
        if not path.is_file():
            raise InvalidInput(f"There is no file {path} (looked in {Path.cwd()}).")
        return path.read_text(encoding="utf-8")
    return text


def day(field: str, value: str | datetime.date | None) -> datetime.date | None:
    """Return a day that is given as a date or as text like ``"2026-12-31"``."""
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError as error:
            raise InvalidInput(f"{field} must look like '2026-12-31', not {value!r}.") from error
    return value.date() if isinstance(value, datetime.datetime) else value


def pick(known: list[Any], name: str, what: str) -> Any:
    """Return the thing of that name, or raise NotFound that lists the names there are."""
    from nbannotate.errors import NotFound

    for one in known:
        if one.name == name:
            return one
    names = ", ".join(repr(k.name) for k in known) or "none yet"
    raise NotFound(f"There is no {what} called {name!r}; there is {names}.")
