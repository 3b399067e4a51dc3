"""The address of a PostgreSQL database: which texts are one, and what of it may be shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEMES = ("postgresql://", "postgres://")
_PARAMETERS = ("host", "port", "user", "dbname")


def is_address(place: object) -> bool:
    """Return whether what people open is a database of PostgreSQL, and no file."""
    return isinstance(place, str) and place.startswith(_SCHEMES)


def shown(url: str) -> str:
    """Return an address as people may see it: user, host, port and database, nothing else.

    Examples
    --------
    >>> shown("postgresql://ann:secret@db.example.org:5433/labels?sslmode=require&password=x")
    'postgresql://ann@db.example.org:5433/labels'
    >>> shown("postgresql:///labels?host=/var/run/postgresql&user=ann")
    'postgresql://ann@/labels?host=/var/run/postgresql'
    """
    parts = urlsplit(url)
    given = {k: v for k, v in parse_qsl(parts.query) if k in _PARAMETERS}
    user, _, place = parts.netloc.rpartition("@")
    name = unquote(user.partition(":")[0]) or given.get("user", "")
    host = place or ("" if given.get("host", "/").startswith("/") else given["host"])
    if not place and host and "port" in given:
        host += f":{given['port']}"
    folder = f"?host={given['host']}" if not place and given.get("host", "").startswith("/") else ""
    database = given.get("dbname") or parts.path.lstrip("/")
    return f"postgresql://{name + '@' if name else ''}{host}/{database}{folder}"


def without_secrets(text: str, url: str) -> str:
    """Return what a server or a library said, without the address and its password."""
    password = unquote(urlsplit(url).netloc.rpartition("@")[0].partition(":")[2])
    secrets = {url, password, *(v for k, v in parse_qsl(urlsplit(url).query) if k in ("password", "sslpassword"))}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "…")
    return re.sub(r"(password\s*=\s*)\S+", r"\1…", text)
