"""Slices and frames: which images of a DICOM study or of a file belong together, and in which order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from nbannotate.workspace.images import ImageFile


def sequences(files: Mapping[str, ImageFile]) -> dict[str, str]:
    """Return the sequence of the assets that belong to one by themselves, by the asset's name.

    That of a DICOM file is its SeriesInstanceUID, where the series has more than one image; that of the pages of a TIFF
    file is the file's name.
    """
    found = {}
    for name, file in files.items():
        if file.facts is not None and file.facts.series:
            found[name] = file.facts.series
        elif file.frame is not None:
            found[name] = name.rpartition("#")[0]
    many = Counter(found.values())
    return {name: sequence[:200] for name, sequence in found.items() if many[sequence] > 1}


def moments(files: Mapping[str, ImageFile], belongs: Mapping[str, str]) -> dict[str, float]:
    """Return what orders the slices and frames of each sequence, by the asset's name; nothing for other images.

    It is the position along the normal of the slices in mm, or the time of a frame of a video in seconds. Where that is
    not known, or where slices share a place (time points) or an orientation differs (localizers), it is their rank: by
    orientation, time point, acquisition, place and instance number. Names never order slices.
    """
    groups = defaultdict(list)
    for name, sequence in belongs.items():
        file = files[name]
        if file.facts is not None and (file.facts.order or file.frame is not None):
            groups[sequence].append(name)
    found: dict[str, float] = {}
    for names in groups.values():
        places = [place(files[n]) for n in names]
        known = [p for p in places if p is not None]
        alike = len({_order(files[n])[:3] for n in names}) == 1
        if len(known) == len(names) == len(set(known)) and alike:
            found.update(zip(names, known, strict=True))
        else:
            found.update((name, float(i)) for i, name in enumerate(sorted(names, key=lambda n: _rank(files[n]))))
    return found


def place(file: ImageFile) -> float | None:
    """Return where a slice lies along its normal, in mm, or None."""
    if file.facts is None or not file.facts.place:
        return None
    return file.facts.place[(file.frame or 1) - 1]


def _order(file: ImageFile) -> Sequence[float]:
    return file.facts.order if file.facts is not None else ()


def _rank(file: ImageFile) -> tuple[object, ...]:
    order = tuple(_order(file))
    at = place(file)
    return (*order[:5], at if at is not None else 0.0, *order[5:], file.frame or 0, str(file.path))
