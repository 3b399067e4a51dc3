"""Video files, through PyAV (the extra ``[video]``), which is imported when the first one comes.

A frame is named by its place in the order of presentation, counted from 0: the n-th smallest time stamp among the
packets of the first video stream. Reading one goes to the key frame before it and decodes until its time stamp, so that
it is that frame exactly, whatever the container says of durations or rates. Decoders of the files last read stay open
and keep the frames they passed, so that playing forward decodes each frame once.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbannotate.errors import ReadFailed
from nbannotate.imaging import limits
from nbannotate.imaging.decoded_frame import Facts
from nbannotate.imaging.decoder_errors import speaking
from nbannotate.texts import t

SUFFIXES = frozenset(
    {".avi", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", ".webm", ".wmv"}
)
OPEN = 3  # files whose decoders stay open
#: FFmpeg's names of the containers that are opened; none of them names other files.
CONTAINERS = "asf,avi,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mpeg,mpegts,mpegvideo,m4v,h264,hevc,ogg"
MOST_FRAMES = 1_000_000
KEPT_BYTES = 96 << 20  # of passed frames, for each of them


def is_video(path: Path) -> bool:
    """Return whether a file is taken for a video: by the suffix of its name."""
    return path.suffix.lower() in SUFFIXES


def _library() -> Any:
    try:
        import av
    except ImportError as error:
        raise ReadFailed(
            "This is a video file, which needs PyAV, and that is not installed: pip install 'nbannotate[video]'."
        ) from error
    av.logging.set_level(None)  # what it says of damaged packets comes as an exception, or shows in the frame
    return av


def _speaking() -> AbstractContextManager[None]:
    """Turn what PyAV raises into a sentence."""
    return speaking("video")


def _opened(av: Any, path: Path) -> Any:
    """Open a file, and nothing else: no address, no playlist, no other file that it names."""
    if not path.is_file():
        raise ReadFailed("The video cannot be read: it is no regular file.")
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    return av.open(f"file:{path.absolute()}", metadata_errors="replace", options=options)


def looked_at(path: Path) -> Facts:
    """Return what the header of a file says; no frame is decoded or counted."""
    av = _library()
    with _speaking(), _opened(av, path) as container:
        streams = container.streams.video
        if not streams:
            raise ReadFailed("The video cannot be read: the file holds no pictures, only sound or text.")
        limits.check(streams[0].width, streams[0].height)
        return Facts("video", streams[0].width, streams[0].height, max(1, streams[0].frames))


class Video:
    """An open file; one thread at a time.

    Parameters
    ----------
    path
        Of the file.

    Raises
    ------
    ReadFailed
        If it has no video, or none that can be decoded here.
    """

    def __init__(self, path: Path) -> None:
        av = _library()
        self.lock = threading.Lock()
        with _speaking():
            self._container = _opened(av, path)
            streams = self._container.streams.video
            if not streams:
                raise ReadFailed("The video cannot be read: the file holds no pictures, only sound or text.")
            self._stream = streams[0]
            limits.check(self._stream.width, self._stream.height)
            self._stream.thread_type = "AUTO"
            self._index()
        self._passed: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._frames: Iterator[Any] | None = None
        self._at = len(self.times)  # the frame that the decoder gives next

    def _index(self) -> None:
        """Read the time stamps of all packets; none is decoded."""
        stamps, keys = [], []
        for packet in self._container.demux(self._stream):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None or packet.is_discard:
                continue
            stamps.append(stamp)
            if len(stamps) > MOST_FRAMES:
                raise ReadFailed(f"The video cannot be read: it has more than {MOST_FRAMES:,} frames.")
            if packet.is_keyframe:
                keys.append(stamp)
        self._stamps = sorted(set(stamps))
        self._keys = sorted(keys)
        if not self._stamps or not self._keys:
            raise ReadFailed("The video cannot be read: it has no frames.")
        self._place = {stamp: n for n, stamp in enumerate(self._stamps)}
        base = float(self._stream.time_base)
        #: When each frame is shown, in seconds from the first.
        self.times = tuple(round((stamp - self._stamps[0]) * base, 6) for stamp in self._stamps)

    def metadata(self) -> dict[str, Any]:
        """Return what the file says of itself."""
        rate = self._stream.average_rate
        found = {"codec": self._stream.codec_context.name, "duration_s": self.times[-1]}
        return found | ({"frames_per_s": round(float(rate), 4)} if rate else {})

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Return a frame, ``(h, w, 3)`` of uint8, turned as people see it.

        Raises
        ------
        ReadFailed
            If there is no such frame, or it is damaged.
        """
        if not 0 <= number < len(self.times):
            raise ReadFailed(
                f"The video cannot be read: it has {len(self.times)} frames, there is no frame {number + 1}."
            )
        if number in self._passed:
            self._passed.move_to_end(number)
            return self._passed[number]
        with _speaking():
            key = bisect_right(self._keys, self._stamps[number]) - 1
            first = self._place[self._keys[max(0, key)]]
            if self._frames is None or not first <= self._at <= number:
                self._go_to(first)
            assert self._frames is not None
            for frame in self._frames:
                stamp = frame.pts if frame.pts is not None else frame.dts
                now = self._place.get(stamp, -1)
                self._at = now + 1
                if now >= number - 32:  # those just before are wanted when somebody steps back
                    self._keep(now, turned(frame))
                if now >= number:
                    break
            if number not in self._passed:
                self._frames = None
                raise ReadFailed(f"The video cannot be read: frame {number + 1} is damaged or missing.")
        return self._passed[number]

    def _go_to(self, first: int) -> None:
        self._container.seek(self._stamps[first], stream=self._stream, backward=True)
        self._frames = iter(self._container.decode(self._stream))

    def _keep(self, number: int, pixels: NDArray[np.uint8]) -> None:
        self._passed[number] = pixels
        self._passed.move_to_end(number)
        while len(self._passed) > max(2, KEPT_BYTES // pixels.nbytes):
            self._passed.popitem(last=False)

    def close(self) -> None:
        """Let go of the file."""
        self._frames = None
        self._passed.clear()
        self._container.close()


def turned(frame: Any) -> NDArray[np.uint8]:
    """Return a decoded frame as RGB, with the rotation that a telephone notes beside it."""
    pixels: NDArray[np.uint8] = frame.to_ndarray(format="rgb24")
    quarters = round((frame.rotation or 0) / 90) % 4  # counterclockwise
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels


_open: OrderedDict[tuple[int, ...], Video] = OrderedDict()
_lock = threading.Lock()


def _video(path: Path) -> Video:
    """Return an open video; a file that changed is opened again."""
    try:
        facts = path.stat()
    except OSError as error:
        raise ReadFailed(t("The video cannot be read: {why+}.", why=error.strerror or str(error))) from error
    key = facts.st_dev, facts.st_ino, facts.st_mtime_ns, facts.st_size
    with _lock:
        if key not in _open:
            _open[key] = Video(path)
        _open.move_to_end(key)
        while len(_open) > OPEN:
            _, old = _open.popitem(last=False)
            with old.lock:
                old.close()
        return _open[key]


def measure(path: Path) -> Facts:
    """Return what a file holds; its first frame is decoded, to see that this can be done and how it is turned.

    ``place`` is when each frame is shown, in seconds.
    """
    video = _video(path)
    with video.lock:
        height, width, _ = video.frame(0).shape
        return Facts("video", width, height, len(video.times), place=video.times, metadata=video.metadata())


def read(path: Path, frame: int = 0) -> NDArray[np.uint8]:
    """Return a frame, counted from 0: ``(h, w, 3)`` of uint8."""
    while True:
        video = _video(path)
        with video.lock:
            if video in _open.values():  # it was not closed in between
                return video.frame(frame)
