"""Stores that fsspec knows: S3, Google's, Azure's; their libraries are imported when the first such URL comes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from nbannotate.remote.stores import PIECE_S, Changed, Info, Received

PIECE = 8 << 20  # bytes of a range
AT_ONCE = 10_000  # objects of a part of a listing
LISTED = 1_000  # of an answer of S3


class Bucket:
    """A store that fsspec knows, with the credentials of its library: environment, configuration, machine."""

    def __init__(self, scheme: str) -> None:
        fsspec: Any = importlib.import_module("fsspec")
        options: dict[str, Any] = {"use_listings_cache": False}
        if scheme == "s3":
            options["config_kwargs"] = {"connect_timeout": 10, "read_timeout": PIECE_S, "retries": {"max_attempts": 3}}
        self._fs = fsspec.filesystem(scheme, **options)
        self._scheme = scheme

    def info(self, url: str) -> Info:
        """Return what is known of an object."""
        said = self._fs.info(_key(url), **({"refresh": True} if self._scheme == "s3" else {}))
        if said.get("type") == "directory":
            raise FileNotFoundError
        return Info(int(said.get("size") or 0), _tag(said))

    def begin(self, url: str, size: int) -> bytes:
        """Return the first bytes of an object."""
        return bytes(self._fs.cat_file(_key(url), start=0, end=size))

    def download(self, url: str, info: Info, out: Path, received: Received) -> None:
        """Write an object into a file, in ranges."""
        key = _key(url)
        with out.open("wb") as file:
            while file.tell() < info.size:
                piece = self._fs.cat_file(key, start=file.tell(), end=min(info.size, file.tell() + PIECE))
                if not piece:
                    raise Changed
                file.write(piece)
                received(file.tell())
        if info.size > PIECE and self.info(url).tag != info.tag:
            raise Changed

    def listing(self, url: str, after: str) -> tuple[list[tuple[str, int]], str]:
        """Return URL and size of some of what lies below a URL, and where the next part goes on."""
        if self._scheme != "s3":
            return self._found(url), ""
        bucket, _, prefix = _key(url).partition("/")
        found: list[tuple[str, int]] = []
        while len(found) < AT_ONCE:
            options = {"ContinuationToken": after} if after else {}
            said = self._fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=LISTED, **options)
            found += [(f"s3://{bucket}/{o['Key']}", int(o["Size"])) for o in said.get("Contents", ())]
            after = said.get("NextContinuationToken") or ""
            if not after:
                break
        return found, after

    def _found(self, url: str) -> list[tuple[str, int]]:
        folder = _key(url).rpartition("/")[0]
        said = self._fs.find(folder, detail=True)
        return [
            (made, int(o.get("size") or 0))
            for name, o in sorted(said.items())
            if (made := f"{self._scheme}://{name.lstrip('/')}").startswith(url)
        ]


def _key(url: str) -> str:
    return url.partition("://")[2]


def _tag(said: dict[str, Any]) -> str:
    for name in ("ETag", "etag", "md5Hash", "content_md5", "generation"):
        if said.get(name):
            return str(said[name])
    when = next((said[n] for n in ("LastModified", "last_modified", "updated", "mtime") if said.get(n)), "")
    return f"{when} {said.get('size')}"
