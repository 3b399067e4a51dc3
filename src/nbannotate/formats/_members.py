"""Names of files for images that are written beside their annotations."""

from __future__ import annotations

import posixpath

from nbannotate.files.names import parts


class Members:
    """Gives each image a path of its own in a folder: its name, as far as that leads nowhere else and is free.

    Parameters
    ----------
    folder
        Where the paths begin; empty for none.
    """

    def __init__(self, folder: str = "") -> None:
        self._folder, self._taken = folder, set[str]()

    def of(self, name: str) -> str:
        """Return the path of the image with a name."""
        usable = [part.strip().lstrip(".") or "_" for part in parts(name.replace("\0", "_"))]
        stem, suffix = posixpath.splitext("/".join([*([self._folder] if self._folder else ()), *usable]) or "image")
        path, n = stem + suffix, 1
        while path.casefold() in self._taken:  # one file on some systems
            n += 1
            path = f"{stem}_{n}{suffix}"
        self._taken.add(path.casefold())
        return path
