"""Label Studio's run lengths of what a brush painted.

A result of the type ``brushlabels`` has, as ``"format": "rle"``, a list of bytes. They are a stream of bits, the
highest first: 32 bits with the number of words, 5 with the bits of a word less one, four times 4 with the bits of a
length less one. Then records: a bit that says whether the record is a run of one word (1) or words one by one (0), two
bits that pick one of the four lengths, the number of words less one in so many bits, and the word or the words. The
words are the bytes of an RGBA image, row by row; the mask is where it is at least half as opaque as anywhere.

The encoding is ``@thi.ng/rle-pack``, which Label Studio's editor uses; its documentation says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from nbannotate.errors import InvalidInput
from nbannotate.shapes.rle import Region

#: Of an image that was painted on; a wrong file can ask for any number.
MOST_PIXELS = 1 << 28
LENGTHS = (3, 4, 8, 16)  # bits
WORD = 8

Run = tuple[int, int, int]


def decode(given: Sequence[int], width: int, height: int) -> Region | None:
    """Return the pixels in the smallest box around them; None if there are none.

    Parameters
    ----------
    given
        The bytes, as the file has them.
    width, height
        Of the image, in pixels.

    Raises
    ------
    InvalidInput
        They are no such bytes, or those of an image of another size.
    """
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise InvalidInput(f"an image of {width} × {height} pixels cannot be painted on")
    try:
        runs = list(_runs(bytes(given), 4 * width * height))
    except (TypeError, ValueError) as error:
        raise error if isinstance(error, InvalidInput) else InvalidInput("they are no bytes from 0 to 255") from None
    opaque = max((value for _, _, value in runs), default=0)
    runs = [run for run in runs if 2 * run[2] > opaque]
    if not runs:
        return None
    top, bottom = runs[0][0] // width, (runs[-1][1] - 1) // width + 1
    pixels = np.zeros((bottom - top) * width, dtype=bool)
    for begin, end, _ in runs:
        pixels[begin - top * width : end - top * width] = True
    return Region(0, top, pixels.reshape(bottom - top, width)).trimmed()


def encode(region: Region, width: int, height: int) -> list[int]:
    """Return the bytes for some pixels of an image of that size, opaque white on nothing.

    Raises
    ------
    InvalidInput
        The image is too large to be painted on.
    """
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise InvalidInput(f"an image of {width} × {height} pixels cannot be painted on")
    words = 4 * width * height
    bits = [f"{words:032b}", f"{WORD - 1:05b}", *(f"{n - 1:04b}" for n in LENGTHS)]
    done = 0
    for begin, end in _painted(region, width, height):
        bits += _records(4 * begin - done, 0)
        bits += _records(4 * (end - begin), 255)
        done = 4 * end
    bits += _records(words - done, 0)
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _runs(data: bytes, words: int) -> Iterable[Run]:
    """Yield what is not transparent: the first pixel, the one after the last, and the opacity."""
    stream = _Bits(data)
    if (said := stream.take(32)) != words:
        raise InvalidInput(f"they are of {said // 4} pixels, the image has {words // 4}")
    word = stream.take(5) + 1
    lengths = [stream.take(4) + 1 for _ in range(4)]
    done = 0
    while done < words:
        one = stream.take(1)
        until = done + 1 + stream.take(lengths[stream.take(2)])
        if until > words:
            raise InvalidInput("they go on after the last pixel")
        if one:
            value = stream.take(word)
            if value and until // 4 > done // 4:
                yield done // 4, until // 4, value
            done = until
            continue
        while done < until:
            value = stream.take(word)
            if value and done % 4 == 3:
                yield done // 4, done // 4 + 1, value
            done += 1


class _Bits:
    """A stream of bits, the highest of a byte first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._last = data, 0, 8 * len(data)

    def take(self, n: int) -> int:
        """Return the number that the next ``n`` bits are."""
        first, end = self._at, self._at + n
        if end > self._last:
            raise InvalidInput("they break off")
        self._at = end
        chunk = int.from_bytes(self._data[first >> 3 : (end + 7) >> 3], "big")
        return (chunk >> (-end % 8)) & ((1 << n) - 1)


def _painted(region: Region, width: int, height: int) -> list[tuple[int, int]]:
    """Return the runs of pixels, row by row over the whole image: the first, and the one after the last."""
    x0, y0, x1, y1 = region.box
    box = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    rows = np.pad(region.within(box), ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(rows, axis=1)
    (row, first), (_, last) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    begin, end = (box[1] + row) * width + box[0] + first, (box[1] + row) * width + box[0] + last
    return list(zip(begin.tolist(), end.tolist(), strict=True))


def _records(words: int, value: int) -> Iterable[str]:
    """Return the records of a run of one byte."""
    longest = 1 << LENGTHS[-1]
    while words > 0:
        n = min(words, longest)
        which = next(i for i, size in enumerate(LENGTHS) if n <= 1 << size)
        yield f"1{which:02b}{n - 1:0{LENGTHS[which]}b}{value:0{WORD}b}"
        words -= n
