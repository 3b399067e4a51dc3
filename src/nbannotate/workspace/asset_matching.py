"""What is said of images meets the assets of a version: names, sizes, and what may be in the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from nbannotate import formats, imaging, shapes
from nbannotate.errors import InvalidInput
from nbannotate.files.names import Match, Names
from nbannotate.model import Annotation, Shape
from nbannotate.rules.well_formed import check_about

if TYPE_CHECKING:
    from nbannotate.workspace.version import Version

Size = tuple[int, int]


class There(Struct, frozen=True):
    """The assets of a version: which of them a name means, their sizes in pixels, and their paths."""

    names: Names
    sizes: dict[str, Size]
    paths: dict[str, str]


def there(version: Version) -> There:
    """Return the assets of a version, also those that are put away."""
    rows = version.workspace.sql(
        "select name, path, width, height, sequence from assets where version_id = $1 order by position",
        [version.version_id],
    )
    paths, sequences, sizes = dict[str, str](), dict[str, str](), dict[str, Size]()
    for name, path, width, height, sequence in zip(*(rows[column].tolist() for column in rows), strict=True):
        paths[name] = str(imaging.frame_of(path).path) if "#frame=" in path else path
        sizes[name] = width, height
        if isinstance(sequence, str) and sequence:
            sequences[name] = sequence
    return There(Names(paths, sequences), sizes, paths)


def meant(version: Version, given: Iterable[str]) -> dict[str, str]:
    """Return the asset that each name means; names that mean none stay as they are.

    Raises
    ------
    InvalidInput
        A name fits several assets, or two names mean one asset.
    """
    match = there(version).names.match(given)
    if unclear := match.unclear():
        raise InvalidInput(f"{said_of(unclear)} Nothing was imported.")
    return match.found | {name: name for name in match.unknown}


def said_of(unclear: dict[str, str]) -> str:
    """Return a sentence about names that are not clear."""
    some = "; ".join(f"{name!r} {why}" for name, why in list(unclear.items())[:5]) + (" …" if len(unclear) > 5 else "")
    many = "1 name of an image is" if len(unclear) == 1 else f"{len(unclear)} names of images are"
    return f"{many} not clear: {some}. Write as much of the path as tells them apart."


def asset_of(row: formats.Row, says: bool, match: Match, problems: formats.Problems) -> str | None:
    """Return the asset that an image of a file means, or say why it means none; ``says``: it is annotated."""
    name = row.name
    if name in match.found:
        return match.found[name]
    what = "annotated images" if says else "images"
    if name in match.several:
        problems.add(what, "their name fits several assets", f"{name}: {', '.join(match.several[name][:3])}")
    elif name in match.rivals:
        asset = match.rivals[name]
        other = next((n for n, its in (match.found | match.rivals).items() if its == asset and n != name), "")
        problems.add(what, "another name means their asset", f"{name}, {other}: {asset}")
    else:
        problems.note(what, "they are no assets of this version", name)
    return None


def fitted(row: formats.Row, asset: str, size: Size, scale: bool, problems: formats.Problems) -> Annotation | None:
    """Return what an asset takes of what a file says of its image; say what it does not.

    Parameters
    ----------
    row
        What the file says.
    asset
        Its name.
    size
        Of the asset, in pixels.
    scale
        Resize the shapes of an image that has another size in the file; they are left out otherwise.
    problems
        Where it is said what does not fit.

    Returns
    -------
    Annotation or None
        None if the file has another size for it.
    """
    said = row.annotation or Annotation()
    by = factors((row.width, row.height), size, scale)
    if by is None:
        place = f"{row.name}: {row.width} x {row.height}, not {size[0]} x {size[1]}"
        problems.note("annotated images", "the file has another size for them", place)
        return None
    kept: list[Shape] = []
    for number, shape in enumerate(said.shapes, 1):
        kind = shapes.kind(shape.kind)
        put = shape if by == (1.0, 1.0) else kind.scaled(shape, *by)
        if problem := kind.problem(put, *size):
            problems.add(f"{shape.kind}s".replace("_", " "), problem.rstrip("."), f"{asset}, shape {number}")
        else:
            kept.append(put)
    good = replace(said, shapes=tuple(kept)) if len(kept) < len(said.shapes) or by != (1.0, 1.0) else said
    try:
        check_about(good)
    except InvalidInput as error:
        problems.add("annotated images", str(error).rstrip("."), asset)
        return None
    return good


def factors(there: Size, here: Size, scale: bool) -> tuple[float, float] | None:
    """Return by what shapes are resized; None if they cannot be put onto an image of that size."""
    if there == here or not all((*there, *here)):
        return 1.0, 1.0
    fx, fy = here[0] / there[0], here[1] / there[1]
    same_form = abs(there[0] * fy - here[0]) < 1 or abs(there[1] * fx - here[1]) < 1
    return (fx, fy) if scale and same_form else None
