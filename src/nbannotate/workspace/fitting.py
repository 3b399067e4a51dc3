"""What is said of images meets the assets of a version: names, sizes, and what may be in the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats, imaging, shapes
from nbannotate.errors import InvalidInput
from nbannotate.files.names import Match, Names
from nbannotate.model import Annotation, Missing, Shape
from nbannotate.rules.well_formed import check_shape, check_well_formed
from nbannotate.workspace import frames

if TYPE_CHECKING:
    from nbannotate.workspace.said import Said

Size = tuple[int, int]


class _Assets(Struct, frozen=True):
    """The assets of a version: which of them a name means, and their sizes in pixels."""

    names: Names
    sizes: dict[str, Size]


def _assets(version: Said) -> _Assets:
    rows = frames.records(
        version.workspace.sql(
            "select name, path, width, height from assets where version_id = $1 order by position", [version.version_id]
        )
    )
    paths = {r["name"]: str(imaging.frame_of(r["path"]).path) for r in rows}
    return _Assets(Names(paths), {r["name"]: (r["width"], r["height"]) for r in rows})


def meant(version: Said, given: Iterable[str]) -> dict[str, str]:
    """Return the asset that each name means; names that mean none stay as they are.

    Raises
    ------
    InvalidInput
        A name fits several assets, or two names mean one asset.
    """
    match = _assets(version).names.match(given)
    if unclear := match.unclear():
        raise InvalidInput(f"{said_of(unclear)} Nothing was imported.")
    return match.found | {name: name for name in match.unknown}


def said_of(unclear: dict[str, str]) -> str:
    """Return a sentence about names that are not clear."""
    some = "; ".join(f"{name!r} {why}" for name, why in list(unclear.items())[:5]) + (" …" if len(unclear) > 5 else "")
    many = "1 name of an image is" if len(unclear) == 1 else f"{len(unclear)} names of images are"
    return f"{many} not clear: {some}. Write as much of the path as tells them apart."


def fitted(version: Said, reading: formats.Reading, scale: bool = False, missing: Missing = "skip") -> formats.Reading:
    """Return what a version takes of what a file says, by the names of its assets; the rest is counted.

    Parameters
    ----------
    version
        Whose assets.
    reading
        What the file says.
    scale
        Resize the shapes of an image that has another size in the file; they are left out otherwise.
    missing
        Whether annotated images that are no assets are passed over, or an error.

    Raises
    ------
    InvalidInput
        No image that the file says something of is in the version; or with ``missing="error"``, one is not.
    """
    assets, tally = _assets(version), formats.Tally()
    match = assets.names.match(dict.fromkeys([*reading.ids.images, *reading.sizes, *reading.annotations]))
    if reading.annotations and not match.found:
        some = ", ".join(map(repr, list(reading.annotations)[:5])) + (" …" if len(reading.annotations) > 5 else "")
        why = f" {said_of(match.unclear())}" if match.unclear() else " Add the images first."
        raise InvalidInput(
            f"None of the {len(reading.annotations)} annotated images are assets of the version {version.name!r}: "
            f"{some}.{why} Nothing was imported."
        )
    unknown = set(match.unknown)
    if missing == "error" and (absent := [name for name in reading.annotations if name in unknown]):
        some = ", ".join(map(repr, absent[:5])) + (" …" if len(absent) > 5 else "")
        raise InvalidInput(
            f"{len(absent)} of {len(reading.annotations)} annotated images are not assets of the version "
            f"{version.name!r}: {some}. Add the images first, or pass over them with missing='skip'; nothing was "
            "imported."
        )
    kept: dict[str, Annotation] = {}
    for name, annotation in reading.annotations.items():
        if asset := _asset(name, match, tally):
            size = assets.sizes[asset]
            factors = _factors(reading.sizes.get(name, size), size, scale)
            if factors is None:
                place = f"{name}: {_times(reading.sizes[name])}, not {_times(size)}"
                tally.add("annotated images", "the file has another size for them", place)
            elif not (good := _good(asset, annotation, size, factors, tally)).empty:
                kept[asset] = good
    ids = replace(reading.ids, images={match.found[n]: i for n, i in reading.ids.images.items() if n in match.found})
    metadata = {match.found[n]: its for n, its in reading.metadata.items() if n in match.found}
    left_out = (*reading.left_out, *tally.left_out())
    return replace(reading, annotations=kept, left_out=left_out, ids=ids, metadata=metadata)


def _asset(name: str, match: Match, tally: formats.Tally) -> str | None:
    """Return the asset that a name means, or count the name."""
    if name in match.several:
        tally.add("annotated images", "their name fits several assets", f"{name}: {', '.join(match.several[name][:3])}")
    elif name in match.rivals:
        tally.add("annotated images", "another name means their asset", f"{name}: {match.rivals[name]}")
    elif name not in match.found:
        tally.add("annotated images", "they are no assets of this version", name)
    return match.found.get(name)


def _factors(there: Size, here: Size, scale: bool) -> tuple[float, float] | None:
    """Return by what shapes are resized; None if they cannot be put onto an image of that size."""
    if there == here or not all((*there, *here)):
        return 1.0, 1.0
    fx, fy = here[0] / there[0], here[1] / there[1]
    same_form = abs(there[0] * fy - here[0]) < 1 or abs(there[1] * fx - here[1]) < 1
    return (fx, fy) if scale and same_form else None


def _good(
    asset: str, annotation: Annotation, size: Size, factors: tuple[float, float], tally: formats.Tally
) -> Annotation:
    """Return what may be in the store, and count the rest."""
    kept: list[Shape] = []
    for number, shape in enumerate(annotation.shapes, 1):
        place = f"{asset}, shape {number}"
        try:
            check_shape(place, shape)
        except InvalidInput as error:
            tally.add("shapes", "they are not well formed", str(error).rstrip("."))
            continue
        kind = shapes.kind(shape.kind)
        put = shape if factors == (1.0, 1.0) else kind.scaled(shape, *factors)
        if problem := kind.problem(put, *size):
            tally.add(f"{shape.kind}s", problem.rstrip("."), place)
        else:
            kept.append(put)
    good = replace(annotation, shapes=tuple(kept))
    try:
        check_well_formed(good)
    except InvalidInput as error:
        tally.add("annotated images", str(error).rstrip("."), asset)
        return Annotation()
    return good


def _times(size: Size) -> str:
    return f"{size[0]} x {size[1]}"
