"""URLs of images: what is taken, and what never comes into the workspace: passwords, signatures, other protocols."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from nbannotate.errors import InvalidInput

#: The protocols that are fetched, with the extra that each needs; that of Python itself is an empty text.
SCHEMES = {"s3": "s3", "gs": "gs", "az": "azure", "abfs": "azure", "https": "", "http": ""}
#: Names the URLs that may be fetched, and no others: beginnings of them, with spaces between.
SETTING = "NBANNOTATE_IMAGE_URLS"
LONGEST = 2_000

_ANY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?:::[^/]*)?://")
_FRAME = re.compile(r"(?s)(.+)#frame=([1-9][0-9]{0,5})")
#: Parts of a query that are secrets, or prove that somebody had one.
_SECRET = re.compile(
    r"(?i)x-(amz|goog|ms)-.*|sig|signature|sv|se|sp|awsaccesskeyid|googleaccessid|(access|auth|id|security)?[_-]?token"
    r"|(api|access|secret)?[_-]?key([_-]?id)?|password|passwd|pwd|secret|credentials?|policy|key-pair-id|expires"
)
_WILD = re.compile(r"[*?\[]")


class Url(Struct, frozen=True):
    """The URL of a file, and which of its frames is meant: None if it is the only one, otherwise counted from 1."""

    url: str
    frame: int | None = None


def is_url(path: str) -> bool:
    """Return whether the path of an asset is a URL."""
    return _ANY.match(path) is not None


def of_path(path: str) -> Url:
    """Return what the path of an asset means that is a URL."""
    found = _FRAME.fullmatch(path)
    return Url(found[1], int(found[2])) if found else Url(path)


def suffix(url: str) -> str:
    """Return the suffix of the name of a file at a URL, in lower case."""
    name = (urlsplit(url).path if is_web(url) else url).rpartition("/")[2]
    return os.path.splitext(name)[1].lower()[:32]  # noqa: PTH122  no path of this machine


def is_web(url: str) -> bool:
    """Return whether a URL is one of the web, which has no folders that could be listed."""
    return url.partition(":")[0].lower() in ("http", "https")


def is_pattern(url: str) -> bool:
    """Return whether a URL has wildcards."""
    return not is_web(url) and _WILD.search(url) is not None


def checked(url: str) -> str:
    """Return a URL with its scheme and host in lower case.

    Raises
    ------
    InvalidInput
        It is none that images are fetched from, or has a secret in it; the message does not repeat that.
    """
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    host, slash, path = rest.partition("/")
    seen = f"{scheme[:40]}://{host.rpartition('@')[2].partition('?')[0][:100]}/…"
    if scheme not in SCHEMES:
        raise InvalidInput(
            f"Images are taken from {', '.join(f'{s}://' for s in SCHEMES)} and from paths, not from {scheme[:40]!r}."
        )
    if len(url) > LONGEST or any(not c.isprintable() for c in url):
        raise InvalidInput(f"The URL {seen} is longer than {LONGEST:,} characters, or has some that cannot be printed.")
    if "@" in host:
        raise InvalidInput(
            f"The URL {seen} has a name or a password before its host, which would be stored and shown. Leave "
            "them out, and configure credentials for the process that owns the workspace; see docs/images.md."
        )
    if _secrets(path if is_web(url) else "") or (not is_web(url) and _secrets(path)):
        raise InvalidInput(
            f"The URL {seen} has a signature or a key in it, which would be stored and shown, and runs out. Give the "
            "URL without it, and configure credentials for the process that owns the workspace; see docs/images.md."
        )
    if not host or (not is_web(url) and ":" in host):
        raise InvalidInput(f"The URL {seen} names no {'host' if is_web(url) else 'bucket'}.")
    if is_web(url):
        try:
            parts = urlsplit(f"{scheme}://{host}")
            usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            usable = False
        if not usable:
            raise InvalidInput(f"The URL {seen} names no host.")
        host = host.lower()
    return f"{scheme}://{host}{slash}{path}"


def _secrets(path: str) -> bool:
    query = path.partition("?")[2].partition("#")[0]
    return any(_SECRET.fullmatch(name) for name, _ in parse_qsl(query.replace(";", "&"), keep_blank_values=True))


def prefixes() -> tuple[str, ...]:
    """Return the beginnings of URLs that may be fetched; none if the setting does not say."""
    return tuple(one.rstrip("/") for one in re.split(r"[\s,]+", os.environ.get(SETTING, "")) if one)


def is_named(url: str, beginnings: Sequence[str]) -> bool:
    """Return whether a URL is below one of some others."""
    return any(url == one or url.startswith((f"{one}/", f"{one}?")) for one in beginnings) and not _climbs(url)


def _climbs(url: str) -> bool:
    return any(part.lower() in ("..", ".%2e", "%2e.", "%2e%2e") for part in re.split(r"[/\\]|%2f|%5c", url, flags=re.I))


def check_allowed(url: str) -> None:
    """Raise InvalidInput if a setting says that a URL is not fetched."""
    named = prefixes()
    if named and not is_named(url, named):
        raise InvalidInput(
            f"Images are not fetched from that part of {url.partition('://')[2].partition('/')[0]} here; the setting "
            f"{SETTING} of whoever runs the workspace says from where they are."
        )


def beginning(url: str) -> str:
    """Return what stands before the first wildcard of a pattern, and is listed."""
    found = _WILD.search(url)
    return url if found is None else url[: found.start()]


def matching(pattern: str) -> re.Pattern[str]:
    """Return what a pattern means: ``*`` stays in its folder, ``**`` does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    made = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("(?s)" + "".join(made.get(p) or _classes(p) for p in parts))


def _classes(text: str) -> str:
    """Return a text of a pattern as a regular expression: sets of characters in brackets, the rest as it is."""
    pieces = re.split(r"(\[[^\]/]+\])", text)
    return "".join(
        fnmatch.translate(p).removeprefix("(?s:").removesuffix(r")\Z").removesuffix(r")\z")
        if p.startswith("[") and p.endswith("]") and len(p) > 2
        else re.escape(p)
        for p in pieces
    )
