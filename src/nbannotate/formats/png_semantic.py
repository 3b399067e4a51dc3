"""PNG masks of labels; see :mod:`nbannotate.formats.png_masks`."""

from __future__ import annotations

from nbannotate.formats.png_masks import PngMasks

FORMAT = PngMasks("png-semantic", objects=False)
