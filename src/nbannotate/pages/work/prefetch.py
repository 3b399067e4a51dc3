"""What comes next: its image is fetched while this one is worked on. Nothing is taken from the queue for it.

``tasks.peek`` says which image it would be. If it turns out to be another one, because somebody else took it, the
usual way fetches that.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from traitlets.log import get_logger as log

from nbannotate.canvas.picture import Picture
from nbannotate.errors import NbannotateError
from nbannotate.model import Task
from nbannotate.owner.client import Client
from nbannotate.pages.work import events

#: After so many seconds on a task one looks ahead: what is shown now comes first.
PAUSE_S = 0.3


class Ahead:
    """Looks one task ahead.

    Parameters
    ----------
    client
        Who acts, and where.
    tell
        Called with what the browser shows at once when the task is submitted.
    prepare
        Makes the bytes of a file ready to be shown.
    """

    def __init__(
        self,
        client: Client,
        tell: Callable[[events.Event], None],
        prepare: Callable[[bytes | Path], Picture] = Picture,
    ) -> None:
        self._client, self._tell, self._prepare = client, tell, prepare
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._task_id = 0
        self._image: tuple[int, Picture] | None = None

    def look(self, task: Task) -> None:
        """Find out soon what comes after a task, and have it ready."""
        with self._lock:
            self._stop()
            self._task_id = task.task_id
            self._timer = threading.Timer(PAUSE_S, self._fetch, (task,))
            self._timer.daemon = True
            self._timer.start()

    def image(self, asset_id: int) -> bytes | Path | Picture:
        """Return an asset's image: ready at once if it is the one that was expected, or else its file."""
        with self._lock:
            self._stop()
            known, self._image, self._task_id = self._image, None, 0
        if known is not None and known[0] == asset_id:
            return known[1]
        if known is not None:
            known[1].close()
        return self._client.source(asset_id)

    def stop(self) -> None:
        """Look no more."""
        with self._lock:
            self._stop()
            known, self._image, self._task_id = self._image, None, 0
        if known is not None:
            known[1].close()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fetch(self, task: Task) -> None:
        returns: Any = int | None
        try:
            asset_id: int | None = self._client.call(
                "tasks.peek", returns, campaign_id=task.campaign_id, step=task.step, but=task.task_id
            )
            if asset_id is None:
                return
            picture = self._prepare(self._client.source(asset_id))
            preview = base64.b64encode(picture.preview()).decode()
        except NbannotateError as error:  # the usual way finds the same, and says it then
            log().debug("Nothing is known ahead: %s", error)
            return
        with self._lock:
            late = self._task_id != task.task_id
            if not late:
                self._image, picture_before = (asset_id, picture), self._image
        if late:
            return picture.close()
        if picture_before is not None:
            picture_before[1].close()
        image = f"data:image/jpeg;base64,{preview}"
        self._tell(events.NextImage(task.task_id, image, picture.width, picture.height))
