r"""Which image a name means: the one matcher for annotation files, tables, and mappings from names.

A name is an asset's own; or the same in another Unicode form, or with ``\\`` for ``/``; or it ends as the path of one
asset's file ends, and as that of no other one for so long: ``"train/1.jpg"`` means ``"1.jpg"`` in a folder ``train``.
A name without a suffix, as of a text of labels beside an image, means the image of that name. No two names mean one
asset.

A frame of a video is called ``"film.mp4#0012"`` (the twelfth, with or without zeros). It means the asset of that name;
or, where the frames are images of their own, ``frame_000011.png`` in a folder ``film``, or the only one of that name,
which CVAT counts from 0; or the twelfth asset of a sequence that is called ``film`` or ``film.mp4``.
"""

from __future__ import annotations

import functools
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from nbannotate.files.source import IMAGES

#: How well a name fits beyond every common end: the same text, the same name written otherwise.
SAME, ALIKE = 1_000_001, 1_000_000
#: A frame of a video, counted from 1; and an image that is one, counted from 0.
FRAME, FRAME_FILE = re.compile(r"(?s)(.+)#0*([1-9]\d{0,8})"), re.compile(r"frame_(\d{1,9})\.\w+")
_ZEROS = re.compile(r"#0+(?=[1-9]\d*\Z)")


class Match(Struct, frozen=True):
    """What names mean.

    Parameters
    ----------
    found
        The asset of each name that means one.
    several
        Of a name that fits several assets equally well: those.
    rivals
        Of a name that means an asset which another name means as well, or better: that asset.
    unknown
        Names that fit no asset.
    """

    found: dict[str, str]
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rivals: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def unclear(self) -> dict[str, str]:
        """Return why names that fit some asset mean none, as the end of a sentence."""
        said = {name: f"fits several: {', '.join(map(repr, its[:3]))}" for name, its in self.several.items()}
        return said | {name: f"means {asset!r}, as another name does" for name, asset in self.rivals.items()}


class Names:
    """The names of assets.

    Parameters
    ----------
    assets
        Their names; or a mapping from their names to the paths of their files, by which names are told apart, too.
    sequences
        The sequences of those that are in one, in the order in which the assets are there.
    """

    def __init__(self, assets: Iterable[str] | Mapping[str, str], sequences: Mapping[str, str] | None = None) -> None:
        paths = assets if isinstance(assets, Mapping) else {}
        self._ways = {name: (_way(name), parts(paths.get(name, ""))) for name in assets}
        self._alike: dict[tuple[str, ...], list[str]] = {}
        self._by_file: dict[str, list[str]] = {}
        for name, ways in self._ways.items():
            self._alike.setdefault(ways[0], []).append(name)
            for file in {way[-1] for way in ways if way}:
                self._by_file.setdefault(file, []).append(name)
        self._ends: dict[str, dict[tuple[str, ...], list[str]]] = {}
        self._sequences = sequences or {}

    def match(self, given: Iterable[str]) -> Match:
        """Return what names mean, all of them together: a name that fits less well than another one means nothing."""
        fits: dict[str, tuple[int, str]] = {}
        several: dict[str, tuple[str, ...]] = {}
        unknown: list[str] = []
        for name in dict.fromkeys(given):
            how_well, assets = self._fitting(name)
            if len(assets) == 1:
                fits[name] = how_well, assets[0]
            elif assets:
                several[name] = tuple(assets)
            else:
                unknown.append(name)
        best: dict[str, tuple[int, str | None]] = {}
        for name, (how_well, asset) in fits.items():
            top = best.get(asset, (0, None))
            if how_well >= top[0]:
                best[asset] = how_well, name if how_well > top[0] else None
        found = {name: asset for name, (_, asset) in fits.items() if best[asset][1] == name}
        rivals = {name: asset for name, (_, asset) in fits.items() if name not in found}
        return Match(found, several, rivals, tuple(unknown))

    def _fitting(self, name: str) -> tuple[int, list[str]]:
        """Return the assets that a name fits best, and how well: the number of last parts that are the same."""
        if name in self._ways:
            return SAME, [name]
        way = _way(name)
        if way in self._alike:
            return ALIKE, self._alike[way]
        same_file = self._by_file.get(way[-1], []) if way else []
        if not same_file and way and (found := FRAME.fullmatch(way[-1])):
            return 1, self._frame(posixpath.splitext(found[1])[0], int(found[2]) - 1)
        if not same_file and way and _without_suffix(name) == name and self._short[1]:
            short, assets = self._short
            how_well, fitting = short._fitting(name)
            return max(how_well - 2, 1), [asset for its in fitting for asset in assets[its]]
        if len(same_file) < 2:
            return max((_common(way, its) for n in same_file for its in self._ways[n]), default=0), same_file
        ends = self._ends.get(way[-1])
        if ends is None:
            ends = self._ends[way[-1]] = _ends(same_file, self._ways)
        for n in range(len(way), 0, -1):
            if way[-n:] in ends:
                return n, ends[way[-n:]]
        return 0, []

    def _frame(self, film: str, number: int) -> list[str]:
        """Return the assets that are a frame, counted from 0, of a film by its name without suffix."""
        files, frames = self._films
        there = files.get(number, [])
        inside = [name for name in there if film in {way[-2] for way in self._ways[name] if len(way) > 1}]
        if inside or there:
            return inside or there
        return frames.get(film, [])[number : number + 1]

    @functools.cached_property
    def _short(self) -> tuple[Names, dict[str, list[str]]]:
        """The names without suffixes, and the assets that each stands for."""
        assets: dict[str, list[str]] = {}
        for name in self._ways:
            if _without_suffix(name) != name:
                assets.setdefault(_without_suffix(name), []).append(name)
        return Names({short: _without_suffix("/".join(self._ways[its[0]][1])) for short, its in assets.items()}), assets

    @functools.cached_property
    def _films(self) -> tuple[dict[int, list[str]], dict[str, list[str]]]:
        """The assets that are called as frames, by their numbers; and those of each sequence by its name alone."""
        files: dict[int, list[str]] = {}
        frames: dict[str, list[str]] = {}
        for name, ways in self._ways.items():
            if found := FRAME_FILE.fullmatch(ways[0][-1] if ways[0] else ""):
                files.setdefault(int(found[1]), []).append(name)
            if name in self._sequences and "#" not in name:
                film = posixpath.splitext(parts(self._sequences[name])[-1])[0]
                frames.setdefault(film, []).append(name)
        return files, frames


def parts(name: str) -> tuple[str, ...]:
    """Return the parts of a name or path, in one Unicode form, whichever slash is between them."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/")
    return tuple(part for part in text.split("/") if part not in ("", "."))


def _way(name: str) -> tuple[str, ...]:
    """Return the parts of a name, the number of a frame without zeros."""
    return parts(_ZEROS.sub("#", name))


def _ends(names: Iterable[str], ways: Mapping[str, tuple[tuple[str, ...], ...]]) -> dict[tuple[str, ...], list[str]]:
    """Return the assets by each end of their names and paths."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        for end in {way[-n:] for way in ways[name] for n in range(1, len(way) + 1)}:
            found.setdefault(end, []).append(name)
    return found


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many parts are the same, from the last."""
    n = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        n += 1
    return n


def _without_suffix(path: str) -> str:
    """Return a path without the suffix of an image."""
    stem, suffix = posixpath.splitext(path)
    return stem if suffix.lower() in IMAGES else path
