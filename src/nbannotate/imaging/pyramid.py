"""A large image that is read in parts: a process decodes it into files, this one reads what is looked at.

Nothing of it stays in memory but a few tiles. Until all is decoded there is a draft, or the rows that are there;
whoever listens hears when there is more. The files and the process end with the pyramid.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PIL import Image

from nbannotate.errors import ReadFailed
from nbannotate.imaging import sandbox
from nbannotate.imaging.orientations import upright
from nbannotate.imaging.pixel_cache import Shelf
from nbannotate.imaging.raw_pixels import Level
from nbannotate.imaging.tiles import Tiled

MOST_CUT = 16_000_000  # pixels that are read for one part; of more, each second, third … one
Box = tuple[float, float, float, float]


class Copy(Struct, frozen=True, eq=False):
    """An image at one of its sizes, wherever it is read from."""

    width: int
    height: int
    rows: int
    read: Callable[..., NDArray[Any]]
    steps: bool = True
    level: Level | None = None


class Pyramid:
    """A large image.

    Parameters
    ----------
    source
        The file, or its bytes.
    frame
        Counted from 0.
    width, height
        As people see it.
    deep
        Whether its values have more than 8 bits, as far as it is known.

    Attributes
    ----------
    hears
        Called, in another thread, whenever there is more.
    failure
        Why it cannot be decoded, or empty.
    done
        Whether there will be no more.
    still
        What is known of values of more than 8 bits: the fields of a :class:`Still`, and windows.

    Raises
    ------
    ReadFailed
        There is no room for its pixels.
    """

    def __init__(self, source: Path | bytes, frame: int, width: int, height: int, deep: bool = False) -> None:
        self.width, self.height, self.deep = width, height, deep
        self.hears: Callable[[], object] = lambda: None
        self.failure, self.done, self.orientation = "", False, 1
        self.still: dict[str, Any] = {}  # slope, offset, windows … when they are known
        self._changed = threading.Condition()
        self._copies: dict[str, Copy] = {}
        self._shelf: Shelf | None = None
        self._tiled = Tiled.of(source, frame) if isinstance(source, Path) else None
        if self._tiled is not None:
            self.deep = self._tiled.deep
            for k, page in enumerate(self._tiled.levels):
                self._copies[f"tiles {k}"] = _of_tiles(self._tiled, k, page)
            if self._tiled.complete and not self._tiled.deep:
                self.done = True
                return
        body = len(source) if isinstance(source, bytes) else 0
        need = width * height * (2 if self._tiled is not None else 8) + body
        self._shelf = Shelf(need)
        if isinstance(source, bytes):
            (self._shelf.path / "source").write_bytes(source)
            source = self._shelf.path / "source"
        command = [sys.executable, "-m", "nbannotate.imaging.decode", str(source), str(frame), str(self._shelf.path)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
            env=sandbox.environment(),
        )  # fmt: skip
        self._end = weakref.finalize(self, _end, self._process, self._shelf)
        threading.Thread(
            target=_listen, args=(weakref.ref(self), self._process), name="nbannotate decoding", daemon=True
        ).start()

    def close(self) -> None:
        """Decode no more, and remove the files."""
        self.hears = lambda: None
        if self._tiled is not None:
            self._tiled.close()
        if self._shelf is not None:
            self._end()

    @property
    def held(self) -> int:
        """Bytes of decoded pixels that are held in memory."""
        return self._tiled.held if self._tiled is not None else 0

    @property
    def state(self) -> tuple[object, ...]:
        """Something that differs when the whole image can be shown better than before."""
        whole = [c for c in self._copies.values() if c.rows == c.height and (c.steps or _small(c))]
        return (
            ("whole", bool(self.still)) if whole else ("rows", max((c.rows for c in self._copies.values()), default=0))
        )

    def ready(self) -> bool:
        """Return whether something of the whole image can be shown."""
        return self._choose(0.0, float(self.height), self._area(1.0), 1024 / max(self.width, self.height)) is not None

    def wait(self, timeout: float, until: Callable[[Pyramid], bool] = ready) -> bool:
        """Wait until something can be shown, or something else is so; return whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.failure) or until(self), timeout) and not self.failure

    # ---- parts

    def grade(self, box: Box, scale: float) -> float:
        """Return how sharp a part can be shown now: 1 as it is wanted, 0 not at all."""
        x0, y0, x1, y1 = self._stored(box)
        chosen = self._choose(y0, y1, (x1 - x0) * (y1 - y0), min(1.0, scale))
        if chosen is None:
            return 0.0
        copy, step = chosen
        sharp = min(1.0, copy.width / self._size()[0] / step / min(1.0, scale))
        if copy.rows < min(copy.height, math.ceil(y1 * copy.height / self._size()[1])):
            return sharp * copy.rows / copy.height * 0.99
        return sharp * 0.999 if copy.level is not None and copy.level.draft else sharp

    def piece(self, box: Box, scale: float) -> tuple[NDArray[Any], Box] | None:
        """Return pixels of a part of the image, and which part it is; None while nothing of it is there.

        Parameters
        ----------
        box
            ``(x0, y0, x1, y1)`` in image pixels, inside the image.
        scale
            Pixels of the result per image pixel. From 1 on they come as they are, widened to whole pixels.
        """
        if scale >= 1:
            x0, y0, x1, y1 = map(float, (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])))
            box, scale = (x0, y0, min(x1, float(self.width)), min(y1, float(self.height))), 1.0
        x0, y0, x1, y1 = self._stored(box)
        chosen = self._choose(y0, y1, (x1 - x0) * (y1 - y0), scale)
        if chosen is None:
            return None
        copy, step = chosen
        width, height = self._size()
        fx, fy = copy.width / width, copy.height / height
        left, top = math.floor(x0 * fx), math.floor(y0 * fy)
        right, bottom = min(copy.width, math.ceil(x1 * fx)), min(copy.height, math.ceil(y1 * fy))
        cut = copy.read(left, top, max(right, left + 1), max(bottom, top + 1), step)
        if not (scale == 1.0 and fx == fy == 1.0 and step == 1):
            size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
            area = ((x0 * fx - left) / step, (y0 * fy - top) / step, min((x1 * fx - left) / step, cut.shape[1]),
                    min((y1 * fy - top) / step, cut.shape[0]))  # fmt: skip
            image = Image.fromarray(cut.astype(np.float32) if cut.dtype == np.uint16 else cut)
            cut = np.asarray(image.resize(size, Image.Resampling.BILINEAR, box=area))
        return upright(cut, self.orientation), box

    def _size(self) -> tuple[int, int]:
        """Return width and height as the file has them."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)

    def _area(self, share: float) -> float:
        return self.width * self.height * share

    def _stored(self, box: Box) -> Box:
        """Return where in the file a box of the upright image is."""
        (x0, y0, x1, y1), (w, h) = box, self._size()
        if self.orientation >= 5:
            x0, y0, x1, y1 = y0, x0, y1, x1
        if self.orientation in (2, 3, 7, 8):
            x0, x1 = w - x1, w - x0
        if self.orientation in (3, 4, 6, 7):
            y0, y1 = h - y1, h - y0
        return x0, y0, x1, y1

    def _choose(self, y0: float, y1: float, area: float, scale: float) -> tuple[Copy, int] | None:
        """Return the copy of which a part is best read, and whether only each so many pixels of it."""
        width, height = self._size()
        there = [
            (c.width / width, c) for c in list(self._copies.values())
            if c.rows >= min(c.height, math.ceil(y1 * c.height / height))
        ]  # fmt: skip
        fine = [(f, c) for f, c in there if f >= scale * 0.999]
        best = min(fine, key=_order) if fine else None
        if best is not None and area * best[0] ** 2 <= MOST_CUT:
            return best[1], 1
        coarse = [(f, c) for f, c in there if f < scale * 0.999]
        if coarse:
            return max(coarse, key=_order)[1], 1
        if best is None or not best[1].steps:  # the rows that are there of one that grows
            best = next(((1.0, c) for c in self._copies.values() if c.steps and c.rows), None)
        if best is None:
            return None
        return best[1], max(1, math.ceil(best[0] * math.sqrt(area / MOST_CUT)), math.floor(best[0] / scale / 2))

    # ---- what the process says

    def _hear(self, said: dict[str, Any]) -> None:
        with self._changed:
            self.orientation = int(said.get("orientation", self.orientation))
            if "level" in said and self._shelf is not None:
                level = Level(**said["level"])
                self.deep = level.deep
                self._copies[level.file] = _of_file(self._shelf.path, level)
                if not level.draft and level.rows == level.height and level.file == "1.raw":
                    self._copies.pop("draft.raw", None)
            if said.get("still"):
                self.still = said["still"]
            self.failure = said.get("error", "")
            self.done = self.done or "end" in said
            self._changed.notify_all()
        self.hears()


def _order(found: tuple[float, Copy]) -> tuple[float, int]:
    """Sort by size; of the same size, what is decoded is better than a draft."""
    return found[0], int(found[1].level is not None and found[1].level.draft)


def _small(copy: Copy) -> bool:
    return copy.width * copy.height <= MOST_CUT


def _of_file(folder: Path, level: Level) -> Copy:
    def read(x0: int, y0: int, x1: int, y1: int, step: int = 1) -> NDArray[Any]:
        try:
            return level.read(folder, x0, y0, x1, y1, step)
        except (OSError, ValueError) as error:
            raise ReadFailed("The decoded image is gone from the disk; open it again.") from error

    return Copy(level.width, level.height, level.rows, read, True, level)


def _of_tiles(tiled: Tiled, k: int, page: Any) -> Copy:
    def read(x0: int, y0: int, x1: int, y1: int, step: int = 1) -> NDArray[Any]:
        return tiled.read(k, x0, y0, x1, y1)[::step, ::step]

    width, height = int(page.imagewidth), int(page.imagelength)
    return Copy(width, height, height, read, steps=False)


def _listen(there: weakref.ref[Pyramid], process: subprocess.Popen[bytes]) -> None:
    """Hear what the process says until it ends or nobody wants it any more."""
    assert process.stdout is not None
    ended = False
    with process.stdout as lines:
        for line in lines:
            said = json.loads(line)
            ended = ended or bool({"end", "error"} & set(said))
            pyramid = there()
            if pyramid is None:
                return
            pyramid._hear(said)
            del pyramid
    process.wait()
    pyramid = there()
    if pyramid is not None and not ended:
        pyramid._hear({"error": f"The image cannot be decoded: its process ended ({process.returncode})."})


def _end(process: subprocess.Popen[bytes], shelf: Shelf) -> None:
    process.kill()
    if process.stdin is not None:
        process.stdin.close()
    process.wait()
    shelf.close()
