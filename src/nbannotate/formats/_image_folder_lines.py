"""The metadata files of image folders: JSON a line, CSV, or Parquet; each line a mapping from columns to values."""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from nbannotate.errors import ReadFailed
from nbannotate.files import parsing
from nbannotate.files.source import Source
from nbannotate.formats import _tables
from nbannotate.formats._outcome import Problems

METADATA = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
#: The file of labels and tags as they are here.
HEAD = "nbannotate.json"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(\.\d+)?(?:[eE][-+]?\d{1,3})?")

Line = dict[str, Any]


def looks_right(source: Source, member: str) -> bool:
    """Return whether the first line of a metadata file has a column ``file_name``."""
    kind = posixpath.splitext(member)[1].lower()
    begin = next(source.pieces(member, 1 << 16), b"")
    if kind == ".parquet":
        return begin[:4] == b"PAR1" and "file_name" in _tables.columns_of(source, member)
    if kind == ".csv":
        return "file_name" in begin.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    if not begin:
        return source.has(HEAD)  # a data set without images
    return re.match(rb'(?:\xef\xbb\xbf)?\s*\{[^\n]*"file_name"\s*:', begin) is not None


def lines(source: Source, member: str, problems: Problems) -> Iterator[tuple[str, Line]]:
    """Yield the lines of a metadata file with their places; say which are none."""
    kind = posixpath.splitext(member)[1].lower()
    if kind == ".parquet":
        for number, text in _tables.texts(source, member):
            yield f"{member}, row {number}", msgspec.json.decode(text)
    elif kind == ".csv":
        yield from _of_csv(source, member, problems)
    else:
        with source.open(member) as file:
            for number, line in enumerate(file, 1):
                place = f"{member}:{number}"
                if not line.strip():
                    continue
                try:
                    found = parsing.parsed_json(line.removeprefix(b"\xef\xbb\xbf"), place)
                except ReadFailed:
                    problems.add("lines", "they are no JSON", place)
                    continue
                if isinstance(found, dict):
                    yield place, found
                else:
                    problems.add("lines", "they are no objects", place)


def _of_csv(source: Source, member: str, problems: Problems) -> Iterator[tuple[str, Line]]:
    with source.open(member) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        try:
            columns = next(reader, [])
            for fields in reader:
                place = f"{member}:{reader.line_num}"
                if fields and len(fields) != len(columns):
                    problems.add("lines", f"they have not {len(columns)} fields, as the first line", place)
                elif fields:
                    yield place, {k: _value(v) for k, v in zip(columns, fields, strict=True) if v}
        except UnicodeDecodeError:
            raise ReadFailed(f"{source.said(member)} is not in UTF-8, after line {reader.line_num}.") from None
        except csv.Error as error:
            raise ReadFailed(f"{source.said(member)}:{reader.line_num} is no CSV: {error}.") from None


def _value(text: str) -> Any:
    """Return a number where a text is one, as ``datasets`` does it."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    return int(text) if found[0].lstrip("-").isdecimal() else float(text)
