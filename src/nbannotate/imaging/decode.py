"""The program that decodes a large image into files: run as a process of its own, so that no other needs its memory.

``python -m nbannotate.imaging.decode FILE FRAME FOLDER`` writes the pixels and reduced copies of them into a folder
(:class:`nbannotate.imaging.raw_pixels.Level`), and says on its output, a line of JSON each time, what is there. Pillow
decodes right into a file that is mapped, so that even here no more memory is needed than the system can spare. The
process ends with whoever started it: when its input is closed.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import asdict, replace
from numpy.typing import NDArray
from PIL import Image

from nbannotate.errors import NbannotateError, ReadFailed
from nbannotate.imaging import colors, dicom, limits, raster, sandbox, tiff
from nbannotate.imaging.decoded_frame import LEVELS, Still
from nbannotate.imaging.decoder_errors import speaking
from nbannotate.imaging.ifd import Page
from nbannotate.imaging.raw_pixels import Level
from nbannotate.imaging.tiles import Tiled
from nbannotate.imaging.window import automatic_of, full_of
from nbannotate.texts import t

SMALLEST = 1024  # the longer side of the smallest copy
BAND = 24 << 20  # bytes that are worked on at once
MEMORY = 4 << 30  # that this process may have for itself
CPU_S = 1800  # of computing, after which it ends
MOST_SIXTEEN = 150_000_000  # pixels of colors of sixteen bits, of which the low bytes are looked at
REPORT_S = 0.7
BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}  # of a pixel in Pillow; of others 4
Rows = Callable[[int, int], NDArray[Any]]


def say(**what: Any) -> None:
    """Tell whoever started this."""
    print(json.dumps(what), flush=True)


class Decoding:
    """One image on its way into files.

    Parameters
    ----------
    source
        The image file.
    frame
        Counted from 0.
    folder
        Where the files are put.
    """

    def __init__(self, source: Path, frame: int, folder: Path) -> None:
        self.source, self.frame, self.folder = source, frame, folder
        self.slope, self.offset, self.inverted = 1.0, 0.0, False

    def run(self) -> None:
        """Decode."""
        with self.source.open("rb") as file:
            head = file.read(256)
        if dicom.is_dicom(head):
            return self.still(dicom.read(self.source, self.frame))
        if tiff.is_tiff(head):
            return self.tiff(tiff.frame_of(self.source, self.frame))
        return self.image(self.opened)

    def opened(self) -> Image.Image:
        """Return the image, its pixels not yet read."""
        return raster.opened(self.source)

    def tiff(self, page: Page) -> None:
        """Decode a page of a TIFF file: by tiles, by Pillow as it is stored, or whole."""
        tiled = Tiled.of(self.source, self.frame)
        if tiled is not None:
            return self.tiled(tiled)
        limits.check(page.width, page.length)
        try:
            tiff.as_stored(self.source, page).close()
        except ReadFailed:
            return self.still(tiff.read(self.source, self.frame))
        if (page.format, page.bits) in ((1, 32), (2, 8)):  # numbers that Pillow takes for others
            return self.still(tiff.read(self.source, self.frame))
        self.inverted = page.photometric == 0
        return self.image(lambda: tiff.as_stored(self.source, page), page.orientation)

    # ---- what Pillow opens

    def image(self, opened: Callable[[], Image.Image], turn: int | None = None) -> None:
        """Decode an image of Pillow: a draft of a JPEG first, then all of it, then the copies."""
        with speaking("decode"):
            image = opened()
            say(orientation=turn or raster.orientation(image))
            if image.format in ("JPEG", "MPO"):
                self.draft()
            if colors.is_sixteen(image):
                there = self.sixteen(opened)
            elif colors.raw(image).startswith("LA;16"):
                return self.still(raster.read(self.source))
            else:
                with self.mapped(image) as found:
                    there = found or self.converted(image)
                if found is None:
                    (self.folder / "native.raw").unlink()
        return self.reduce(there, self._reader(there))

    def sixteen(self, opened: Callable[[], Image.Image]) -> Level:
        """Write colors of sixteen bits as eight; the low bytes count where no more than fourteen bits are used."""
        image = opened()
        if self.inverted or image.width * image.height > MOST_SIXTEEN:
            with self.mapped(image) as found:
                return found or self.converted(image)
        return self.write(iter([colors.sixteen(opened)]))

    def draft(self) -> None:
        """Write a JPEG at an eighth of its size: that takes a fraction of the time."""
        with self.opened() as image:
            image.draft(None, (-(-image.width // 8), -(-image.height // 8)))
            image.load()
            pixels = np.asarray(raster.flat(image))
        level = self.level("draft.raw", pixels)
        (self.folder / level.file).write_bytes(pixels.tobytes())
        say(level=asdict(replace(level, rows=level.height, draft=True)))

    @contextlib.contextmanager
    def mapped(self, image: Image.Image) -> Iterator[Level | None]:
        """Decode into a file; give it as a level if its pixels are such that they can stay as they are."""
        width, height, mode = *image.size, image.mode
        size = width * height * BYTES.get(mode, 4)
        with (self.folder / "native.raw").open("wb+") as file, contextlib.ExitStack() as stack:
            file.truncate(size)
            pixels = mmap.mmap(file.fileno(), size)
            level = Level("native.raw", width, height, 4 if mode == "RGB" else 1, mode in ("I;16", "I;16L"))
            try:  # not a public name of Pillow, but the one by which it maps files itself
                core = Image.core.map_buffer(  # type: ignore[attr-defined]
                    pixels, image.size, "raw", 0, (mode, size // height, 1)
                )
                image.im = core
            except (AttributeError, TypeError, ValueError):
                core = None
            else:
                if mode == "RGB":
                    stack.enter_context(reporting(pixels, level))
            image.load()
            stack.close()
            stays = core is not None and image.im is core and mode in ("RGB", "L", "I;16", "I;16L")
            if stays:
                level = replace(level, rows=height)
                say(level=asdict(level))
            yield level if stays else None

    def converted(self, image: Image.Image) -> Level:
        """Write the pixels of any other mode as RGB, gray, or 16 bits."""
        width, height = image.size
        step = max(1, BAND // (width * 4))

        def bands() -> Iterator[NDArray[Any]]:
            for y in range(0, height, step):
                yield np.asarray(raster.flat(image.crop((0, y, width, min(height, y + step)))))

        if raster.deep(image):
            return self.values(bands)
        return self.write(bands())

    def values(self, bands: Callable[[], Iterator[NDArray[Any]]]) -> Level:
        """Write numbers of any kind as 16 bits; like :func:`nbannotate.imaging.decoded_frame.stored`."""
        least, most, whole = np.inf, -np.inf, True
        for band in bands():
            whole = band.dtype.kind in "iu"
            finite = band[np.isfinite(band)] if not whole else band
            if finite.size:
                least, most = min(least, float(finite.min())), max(most, float(finite.max()))
        if most < least:
            least = most = 0.0
        if not (whole and most - least <= LEVELS):
            self.slope = (most - least) / LEVELS or 1.0
        self.offset = least
        if whole and least >= 0 and most <= LEVELS:
            self.offset = 0.0

        def steps() -> Iterator[NDArray[Any]]:
            for band in bands():
                numbers = np.where(np.isfinite(band), band, least).astype(np.float64)
                numbers -= self.offset
                numbers /= self.slope
                yield np.clip(np.rint(numbers), 0, LEVELS).astype("<u2")

        return self.write(steps())

    # ---- tiles, and what comes as one array

    def tiled(self, tiled: Tiled) -> None:
        """Write copies of a tiled file; its own pixels stay where they are."""
        exact = tiled.deep and tiled.width * tiled.height <= limits.most()  # the window of all values, not of means
        base = 0 if exact else len(tiled.levels) - 1
        page = tiled.levels[base]
        width, height = int(page.imagewidth), int(page.imagelength)
        whole = Level("", width, height, 1 if int(page.samplesperpixel) == 1 else 3, tiled.deep)
        self.inverted = tiled.inverted
        self.reduce(whole, lambda y0, y1: tiled.read(base, 0, y0, width, y1), int(page.tilelength))

    def still(self, still: Still) -> None:
        """Write a decoded frame."""
        facts = {n: getattr(still, n) for n in still.__struct_fields__ if n != "pixels"}
        self.slope, self.offset = still.slope, still.offset
        pixels = still.pixels
        level = self.write(iter([pixels]))
        say(still={**facts, "automatic": still.automatic(), "full": still.full()} if still.deep else {})
        self.reduce(level, lambda y0, y1: pixels[y0:y1], counted=True)

    # ---- files

    def level(self, name: str, pixels: NDArray[Any]) -> Level:
        """Return the level that an array is."""
        channels = 1 if pixels.ndim == 2 else pixels.shape[2]
        return Level(name, pixels.shape[1], pixels.shape[0], channels, pixels.dtype.itemsize == 2)

    def write(self, bands: Iterator[NDArray[Any]], name: str = "0.raw") -> Level:
        """Write bands of rows."""
        level, rows = None, 0
        with (self.folder / name).open("wb") as file:
            for band in bands:
                level = level or self.level(name, band)
                file.write(np.ascontiguousarray(band, level.dtype).data)
                rows += len(band)
        assert level is not None
        level = replace(level, height=rows, rows=rows)
        say(level=asdict(level))
        return level

    def reduce(self, level: Level, rows: Rows, multiple: int = 2, counted: bool = False) -> None:
        """Write copies, each half as large as the one before, and what is needed to find a window."""
        counts, k = np.zeros(65536, np.int64), 0
        while k == 0 or max(level.width, level.height) > SMALLEST:
            k += 1
            step = max(multiple, BAND // max(1, level.row) // multiple * multiple)
            spans = [(y, min(level.height, y + step)) for y in range(0, level.height, step)]

            def halves(rows: Rows = rows, spans: list[tuple[int, int]] = spans, k: int = k) -> Iterator[NDArray[Any]]:
                for y0, y1 in spans:
                    band = rows(y0, y1)
                    if k == 1 and band.dtype.itemsize == 2 and not counted:
                        counts[:] += np.bincount(band.ravel(), minlength=65536)
                    yield halved(band)

            level = self.write(halves(), f"{k}.raw")
            rows = self._reader(level)
            multiple = 2
            if k == 1 and level.deep and not counted:
                self.say_window(counts)

    def _reader(self, level: Level) -> Rows:
        return lambda y0, y1: level.read(self.folder, 0, y0, level.width, y1)

    def say_window(self, counts: NDArray[np.int64]) -> None:
        """Say which windows there are, from how often each value occurs."""
        windows = {"automatic": automatic_of(counts, self.slope, self.offset),
                   "full": full_of(counts, self.slope, self.offset)}  # fmt: skip
        say(still={"slope": self.slope, "offset": self.offset, "inverted": self.inverted, **windows})


def halved(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return pixels at half their size, by means of four."""
    if pixels.dtype.itemsize == 1:
        return np.asarray(Image.fromarray(pixels).reduce(2))
    h, w = pixels.shape
    if h % 2 or w % 2:
        pixels = np.pad(pixels, ((0, h % 2), (0, w % 2)), mode="edge")
    total = pixels[::2, ::2].astype(np.uint32)
    for part in (pixels[1::2, ::2], pixels[::2, 1::2], pixels[1::2, 1::2]):
        total += part
    return ((total + 2) >> 2).astype(np.uint16)


@contextlib.contextmanager
def reporting(pixels: mmap.mmap, level: Level) -> Iterator[None]:
    """Say again and again, while an image is decoded from the top, how many of its rows are there."""
    over = threading.Event()

    def report() -> None:
        rows = 0
        while not over.wait(REPORT_S):
            low, high = rows, level.height
            while low < high:  # the first row whose last pixel is not there
                middle = (low + high) // 2
                low, high = (middle + 1, high) if pixels[(middle + 1) * level.row - 1] else (low, middle)
            if low > rows:
                rows = low
                say(level=asdict(replace(level, rows=rows)))

    thread = threading.Thread(target=report, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)


def main() -> None:
    """Decode what the command line names."""
    source, frame, folder = sys.argv[1:]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(5)  # whoever draws comes first
    sandbox.limit(data=MEMORY, cpu_s=CPU_S)
    try:
        Decoding(Path(source), int(frame), Path(folder)).run()
    except NbannotateError as error:
        say(error=str(error))
    except MemoryError:
        say(error="The image cannot be decoded: it does not fit into memory.")
    except OSError as error:
        say(error=t("The image cannot be decoded: {why+}.", why=error.strerror or str(error)))
    else:
        say(end=True)


if __name__ == "__main__":
    main()
