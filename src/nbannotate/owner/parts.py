"""What comes with files, in one request: the arguments, then one Parquet file after the other."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbannotate.errors import InvalidInput
from nbannotate.model.values import encode

#: Says how many bytes each part has: the arguments, then the tables.
HEADER = "Nbannotate-Parts"

#: The most bytes that the tables of one query may have together.
LARGEST_TABLES = 256 << 20


def arguments(sql: str, parameters: Any, tables: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the arguments of ``sql.query``.

    Parameters
    ----------
    sql
        The query.
    parameters
        A list, or a mapping of names, of plain values.
    tables
        Parquet files, by their names in the query.

    Raises
    ------
    InvalidInput
        The tables are too large.
    """
    check_size(sum(map(len, tables.values())))
    pairs = parameters.items() if isinstance(parameters, dict) else enumerate(parameters, 1)
    types = {str(name): kind for name, value in pairs if (kind := _kind(value))}
    return {"query": sql, "parameters": parameters, "types": types, "tables": list(tables)}


def _kind(value: Any) -> str:
    """Return the class of a value, or of what is in a list, that JSON has no word for; else an empty text."""
    known = ("datetime", "date", "time", "timedelta", "Decimal")
    items = [v for v in value if v is not None] if isinstance(value, list | tuple) else [value]
    kinds = {type(item).__name__ for item in items}
    return kinds.pop() if len(kinds) == 1 and kinds <= set(known) else ""


def pieces(file: Path) -> Iterator[bytes]:
    """Go through a file."""
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            yield piece


def check_size(size: int) -> None:
    """Raise InvalidInput if the tables of a query are too large."""
    if size > LARGEST_TABLES:
        raise InvalidInput(
            f"The tables that go along with a query have {size >> 20:,} MiB; {LARGEST_TABLES >> 20} MiB is the most. "
            "Send only the columns and rows that the query needs, or ask for the rows and join them here."
        )


def packed(sql: str, parameters: Any, tables: Mapping[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """Return the body of a request, and its header."""
    parts = [encode(arguments(sql, parameters, tables)), *tables.values()]
    return b"".join(parts), {HEADER: ",".join(str(len(part)) for part in parts)} if tables else {}


async def unpacked(
    said: str, stream: AsyncIterator[bytes], folder: Path, largest: int, check: Callable[[int], None] = check_size
) -> tuple[bytes, list[Path]]:
    """Return the arguments of a request, and its tables as files in a folder; none is left there if it fails.

    Parameters
    ----------
    said
        What the header says.
    stream
        The body.
    folder
        Where the tables are put.
    largest
        The most bytes that the arguments may have.
    check
        Is told how many bytes the tables have.

    Raises
    ------
    InvalidInput
        The request is too large, or is not as the header says.
    """
    sizes = [int(size) if size.isdecimal() and len(size) < 16 else -1 for size in said.split(",")]
    if min(sizes) < 0 or sizes[0] > largest:
        raise InvalidInput(f"A request may have {largest >> 20} MiB at most, and says how long its parts are.")
    check(sum(sizes[1:]))
    files = [folder / f"{secrets.token_hex(8)}.parquet" for _ in sizes[1:]]
    try:
        body = await _write(sizes, files, stream)
    except BaseException:
        remove(files)
        raise
    return body, files


async def _write(sizes: list[int], files: list[Path], stream: AsyncIterator[bytes]) -> bytes:
    """Write the parts of a body where they belong; return the first one."""
    body = bytearray()
    left = list(sizes)
    for file in files:
        file.touch(mode=0o600)
    part = 0
    async for chunk in stream:
        while chunk:
            while part < len(left) and not left[part]:
                part += 1
            if part == len(left):
                raise InvalidInput("The request is longer than it says.")
            now, chunk = chunk[: left[part]], chunk[left[part] :]
            left[part] -= len(now)
            if part == 0:
                body += now
            else:
                with files[part - 1].open("ab") as out:
                    out.write(now)
    if any(left):
        raise InvalidInput("The request is shorter than it says.")
    return bytes(body)


def remove(files: list[Path]) -> None:
    """Remove files, whatever became of them."""
    for file in files:
        file.unlink(missing_ok=True)
