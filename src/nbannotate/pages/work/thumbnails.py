"""Small images of the slices that somebody goes through: made in a thread, the one that is wanted most first."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from traitlets.log import get_logger as log

from nbannotate.canvas import Canvas
from nbannotate.canvas.picture import Picture
from nbannotate.errors import NbannotateError
from nbannotate.owner.client import Client
from nbannotate.pages.work import events

#: The longer side of what is shown while somebody goes through slices, in pixels.
LONGEST = 640
#: So many pixels are kept decoded, so that a slice on which somebody stops opens at once.
MOST_PIXELS = 16_000_000


class Frames:
    """Fetches slices ahead of a person.

    Parameters
    ----------
    client
        Who acts, and where.
    canvas
        Whose window, brightness and contrast the images get.
    tell
        Called with each image, in the thread.
    """

    def __init__(self, client: Client, canvas: Canvas, tell: Callable[[events.Event], None]) -> None:
        self._client, self._canvas, self._tell = client, canvas, tell
        self._change = threading.Condition()
        self._wanted: list[int] = []
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._ended = False

    def look(self) -> str:
        """Return a name of the levels that images get now; those with another one are out of date."""
        return f"{self._canvas.window}/{self._canvas.adjust}"

    def want(self, asset_ids: Sequence[int]) -> None:
        """Make these images, in this order; what was wanted before is not wanted any more."""
        with self._change:
            self._wanted = list(asset_ids)
            self._change.notify_all()
            if self._thread is None and self._wanted and not self._ended:
                self._thread = threading.Thread(target=self._run, name="nbannotate frames", daemon=True)
                self._thread.start()

    def take(self, asset_id: int) -> Picture | None:
        """Return the picture of an asset, if it is decoded already; whoever takes it has it alone."""
        with self._change:
            return self._pictures.pop(asset_id, None)

    def stop(self) -> None:
        """End the thread after the image that it is at."""
        with self._change:
            self._ended, self._wanted = True, []
            while self._pictures:
                self._pictures.popitem()[1].close()
            self._change.notify_all()

    def _run(self) -> None:
        while (asset_id := self._next()) is not None:
            try:
                self._make(asset_id)
            except NbannotateError as error:  # who stops there is told
                log().debug("A slice is not shown ahead: %s", error)
                self._tell(events.FrameMade(asset_id, "", self.look()))
            except Exception:  # noqa: BLE001  the next one is tried; who stops at this one is told
                log().warning("A slice could not be shown ahead.", exc_info=True)

    def _next(self) -> int | None:
        with self._change:
            self._change.wait_for(lambda: self._ended or self._wanted)
            return None if self._ended else self._wanted.pop(0)

    def _make(self, asset_id: int) -> None:
        with self._change:
            picture = self._pictures.pop(asset_id, None)
        if picture is None:
            picture = Picture(self._client.source(asset_id))
            picture.wait(60.0)  # a large one: until something of it can be shown
        look = self.look()
        self._canvas.level(picture)
        whole = (0.0, 0.0, float(picture.width), float(picture.height))
        part = picture.part(whole, min(1.0, LONGEST / max(picture.width, picture.height)))
        with self._change:
            self._pictures[asset_id] = picture
            while self._ended or sum(p.width * p.height for p in self._pictures.values()) > MOST_PIXELS:
                self._pictures.popitem(last=False)[1].close()
                if not self._pictures:
                    break
        image = f"data:{part.mime};base64,{base64.b64encode(part.data).decode()}"
        self._tell(events.FrameMade(asset_id, image, look, picture.width, picture.height))
