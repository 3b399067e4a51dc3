"""The pixels of an image, as a model takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbannotate import imaging
from nbannotate.owner.client import Client


def pixels(client: Client, asset_id: int) -> NDArray[Any]:
    """Return an image as an array, whoever may see it.

    Returns
    -------
    NDArray
        ``(height, width, 3)`` of uint8 in the order R, G, B, or ``(height, width)`` where it is gray: of the type that
        it is stored in (uint8, uint16), of CT and MR the values (float32, Hounsfield units for CT).

    Raises
    ------
    ReadFailed
        The file is gone, or it is no image that can be read.
    """
    source = client.source(asset_id)
    if isinstance(source, bytes):
        still = imaging.read(source)
    else:
        frame = imaging.frame_of(str(source))
        still = imaging.read(frame.path, frame.number)
    return still.pixels if (still.slope, still.offset) == (1.0, 0.0) else np.asarray(still.values)
