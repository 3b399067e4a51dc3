"""A version as it was at a moment: its tables, with the columns that they have now."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from nbannotate.errors import InvalidInput
from nbannotate.model.times import When, moment, zone
from nbannotate.workspace.data_tables import Annotations, Assets, Shapes
from nbannotate.workspace.handle import Handle

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

#: The revisions that were the latest of their assets at a time.
_STOOD = (
    "select asset_id, max(annotation_id) as annotation_id from annotations "
    "where version_id = $1 and created <= {time} and origin <> 'copy' group by asset_id"
)


class AssetsAt(Assets):
    """The assets that a version had at a moment."""

    def __init__(self, version: Version, time: datetime.datetime) -> None:
        super().__init__(version)
        self._time = _literal(time)

    def _sql(self, history: bool = False) -> str:
        kept = "" if history else f" and (archived is null or archived > {self._time})"
        return (
            f"select * replace (case when archived <= {self._time} then archived end as archived) "
            f"from ({super()._sql(True)}) q where added <= {self._time}{kept} order by position"
        )


class ShapesAt(Shapes):
    """The shapes of the annotations that stood at a moment."""

    def __init__(self, version: Version, time: datetime.datetime) -> None:
        super().__init__(version)
        self._time = _literal(time)

    def _sql(self, history: bool = False) -> str:
        return (
            f"select h.* from shape_history h join ({_STOOD.format(time=self._time)}) l "
            "on l.annotation_id = h.annotation_id where h.version_id = $1 order by h.asset_id, h.position"
        )


class AnnotationsAt(Annotations):
    """The annotations that stood at a moment; with ``history`` those that were made until then."""

    def __init__(self, version: Version, time: datetime.datetime) -> None:
        super().__init__(version)
        self._time = _literal(time)

    def _sql(self, history: bool = False) -> str:
        stood = f"annotation_id in (select annotation_id from ({_STOOD.format(time=self._time)}) l)"
        return (
            f"select * replace ({stood} as is_latest) from ({super()._sql(True)}) q "
            f"where created <= {self._time}{'' if history else f' and {stood}'}"
        )


class VersionAt(Handle):
    """A version as it was at a moment; made by :meth:`Version.at`. Nothing of it can be changed.

    An asset that was taken out since is not in it: what was said of it is gone.

    Attributes
    ----------
    version, time
        Of which version, and when (UTC).
    assets, shapes, annotations
        Its tables then, with the same columns as those of the version.
    """

    def __init__(self, version: Version, time: datetime.datetime) -> None:
        self.version, self.time = version, time
        self.assets, self.shapes = AssetsAt(version, time), ShapesAt(version, time)
        self.annotations = AnnotationsAt(version, time)
        self._seal()

    def __repr__(self) -> str:
        return f"VersionAt({self.version.dataset.name!r}, {self.version.name!r}, {self.time.isoformat(' ')})"


def version_at(version: Version, time: When, tz: Any) -> VersionAt:
    """Return a version as it was at a time; a plain day is its beginning.

    Raises
    ------
    InvalidInput
        It is no time, or the version was not there yet.
    """
    then = moment("time", time, zone(tz))
    if then is None:
        raise InvalidInput("version.at takes a time, for example version.at('2026-07-01T08:00').")
    query = "select created from versions where version_id = $1"
    made = version.workspace.sql(query, [version.version_id])["created"][0].to_pydatetime()
    if then < made:
        raise InvalidInput(
            f"The version {version.name!r} was made at {made.isoformat(' ', 'seconds')} (UTC), after "
            f"{then.isoformat(' ', 'seconds')}; ask the version that it was made from."
        )
    return VersionAt(version, then)


def _literal(time: datetime.datetime) -> str:
    """Return a time as SQL."""
    return f"timestamp '{time.isoformat(' ')}'"
