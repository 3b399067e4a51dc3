"""Damage to data sets, by chance but always the same for a seed: in bytes, values, elements, cells, files and zips."""

from __future__ import annotations

import copy
import io
import json
import posixpath
import re
import struct
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

#: What stands in JSON where something else is expected.
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 7, 255, 2**31, 2**63, 2**64, 10**30, -(10**400), 0.5, -0.0, 1e308, 1e-320,
    float("nan"), float("inf"), -float("inf"), "", "x", "0", "1e999", "nan", "\0", "\ud83d", "é", "a/b", "../../x",
    "/etc/passwd", "C:\\x", "file:///etc/passwd", "x" * 5000, [], {}, [[]], [None], [1, 2], [[1, 2], [3, 4]],
    "[" * 3000 + "]" * 3000, '"\\ud83d"',
    [[1, 2], [3]], {"a": 1}, {"id": 1}, {"x": float("nan")}, ["x"], [{}],
]  # fmt: skip
#: The same in texts, cells and attributes.
WORDS = [
    "", " ", "0", "-1", "1", "7", "255", "99999999999999999999", "1e308", "1e999", "-1e-400", "nan", "inf", "1_0", "٣",
    "x", "\0", "\ud83d", "é", "../../x", "/etc/passwd", "&a;", "<", ">", "</x>", '"', "'", ",", ";", "\t", "\n", "\r",
    "[", "]", "{", "}", ":", "*a", "!!python/object:os.system", "[[1, 2]]", "1,1;2,2", "true", "null", "x" * 5000, "#",
    "[" * 3000 + "]" * 3000,
]  # fmt: skip
WORD = re.compile(r"[^\s,;:<>\"'=\[\]{}]+")

Members = dict[str, bytes]


def mutated(members: Members, random: Random) -> Members:
    """Return a data set in which one to three things are wrong."""
    found = dict(members)
    for _ in range(random.choice((1, 1, 2, 3))):
        if not found:
            break
        if random.random() < 0.12:
            random.choice(FILES)(found, random)
            continue
        names = sorted(found)
        texts = [name for name in names if kind_of(name) != "image"]
        name = random.choice(texts if texts and random.random() < 0.85 else names)
        change = _bytes if random.random() < 0.3 else BY_KIND.get(kind_of(name), _words)
        found[name] = change(found[name], random)
    return found


def kind_of(name: str) -> str:
    """Return what a member holds, by its suffix."""
    suffix = posixpath.splitext(name)[1].lower().lstrip(".")
    return "image" if suffix in ("png", "jpg", "jpeg") else suffix


# --- bytes and texts -------------------------------------------------------------------------------------------------


def _span(data: bytes | str, random: Random) -> tuple[int, int]:
    begin = random.randint(0, len(data))
    return begin, min(len(data), begin + random.choice((1, 1, 2, 8, 40, 400)))


def _bytes(data: bytes, random: Random) -> bytes:
    """Flip a bit, cut, leave out, double or overwrite a piece."""
    begin, end = _span(data, random)
    way = random.randrange(6)
    if way == 0 and data:
        at = random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]
    if way == 1:
        return data[:begin]
    if way == 2:
        return data[:begin] + data[end:]
    if way == 3:
        return data[:end] + data[begin:end] * random.choice((1, 1, 3)) + data[end:]
    if way == 4:
        return data[:begin] + random.randbytes(random.choice((1, 2, 9))) + data[end:]
    mark = random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"\0", b"\xc3", b"<?xml version='1.0'?>"))
    return mark + data


def _words(data: bytes, random: Random) -> bytes:
    """Put another word into a text, or change its lines."""
    text = data.decode("utf-8", "surrogateescape")
    lines = text.splitlines(keepends=True)
    way = random.randrange(6)
    if way == 0 and lines:
        del lines[random.randrange(len(lines))]
    elif way == 1 and lines:
        lines.insert(random.randrange(len(lines)), random.choice(lines))
    elif way == 2 and lines:
        lines.insert(random.randrange(len(lines)), random.choice(WORDS) + "\n")
    else:
        found = list(WORD.finditer(text))
        begin, end = random.choice(found).span() if found else (0, 0)
        return (text[:begin] + random.choice(WORDS) + text[end:]).encode("utf-8", "surrogatepass")
    return "".join(lines).encode("utf-8", "surrogatepass")


# --- JSON ------------------------------------------------------------------------------------------------------------


def _json(data: bytes, random: Random) -> bytes:
    """Put another value where one is, take one away, double one, swap two, or wrap one in many levels."""
    try:
        lines = data.splitlines() if b"\n{" in data else [data]  # JSON lines
        at = random.randrange(len(lines))
        value = json.loads(lines[at])
    except (ValueError, IndexError, RecursionError):
        return _words(data, random)
    places = list[tuple[Any, Any]]()
    root = [value]
    below: list[Any] = [root]
    while below:
        its = below.pop()
        keys = list(its) if isinstance(its, dict) else range(len(its))
        places += [(its, key) for key in keys]
        below += [its[key] for key in keys if isinstance(its[key], dict | list)]
    # what is near the top matters to more, and is rare among so many numbers
    its, key = random.choice(places[:60] if random.random() < 0.3 else places)
    way = random.randrange(8)
    if way == 0:
        del its[key]
    elif way == 1 and isinstance(its, list):
        its.insert(random.randint(0, len(its)), copy.deepcopy(its[key]))
    elif way == 2:
        other, there = random.choice(places)
        its[key] = copy.deepcopy(other[there])
    elif way == 3:
        deep: Any = its[key]
        for _ in range(random.choice((1, 2, 120, 3000))):
            deep = [deep] if random.random() < 0.5 else {"a": deep}
        its[key] = deep
    elif way == 4 and isinstance(its, dict):
        its[random.choice(["", "x", "id", "points", "é", "\ud800"])] = its.pop(key)
    else:
        its[key] = random.choice(VALUES)
    text = _dumped(root[0]) if root else "null"
    lines[at] = text.encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def _dumped(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "[" * 5000 + "]" * 5000


# --- XML -------------------------------------------------------------------------------------------------------------


def _xml(data: bytes, random: Random) -> bytes:
    """Change attributes, texts and elements."""
    try:
        root = ET.fromstring(data)
    except ET.ParseError:
        return _words(data, random)
    every = [(parent, child) for parent in root.iter() for child in parent]
    if not every:
        return _bytes(data, random)
    parent, element = random.choice(every)
    way = random.randrange(8)
    if way in (0, 1) and element.attrib:
        name = random.choice(sorted(element.attrib))
        if way == 0:
            del element.attrib[name]
        else:
            element.set(name, random.choice(WORDS))
    elif way == 2:
        parent.remove(element)
    elif way == 3:
        parent.insert(random.randint(0, len(parent)), copy.deepcopy(element))
    elif way == 4:
        element.tag = random.choice([random.choice(every)[1].tag, "x"])
    elif way == 5:
        element.append(copy.deepcopy(random.choice(every)[1]))
    elif way == 6:
        wrapped = element
        for _ in range(random.choice((1, 120))):
            outer = ET.Element("x")
            outer.append(wrapped)
            wrapped = outer
        parent.append(wrapped)
    else:
        element.text = random.choice(WORDS)
    made = ET.tostring(root, encoding="unicode")
    if random.random() < 0.05:
        made = f"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{made}"
    return made.encode("utf-8", "surrogatepass")


# --- tables and images -----------------------------------------------------------------------------------------------


def _cells(data: bytes, random: Random) -> bytes:
    """Put another value into a cell of CSV, or take one away or add one."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    at = 0 if random.random() < 0.25 else random.randrange(len(lines))
    cells = lines[at].split(",")
    where = random.randrange(len(cells))
    way = random.randrange(4)
    if way == 0:
        del cells[where]
    elif way == 1:
        cells.insert(where, random.choice(WORDS))
    else:
        cells[where] = random.choice(WORDS)
    lines[at] = ",".join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _image(data: bytes, random: Random) -> bytes:
    """Let a PNG say another size, kind or depth, with a checksum that is right."""
    if not data.startswith(b"\x89PNG") or len(data) < 33 or random.random() < 0.4:
        return _bytes(data, random)
    header = bytearray(data[16:29])
    way = random.randrange(3)
    if way == 0:
        sizes = (0, 1, 7, 40, 60_000, 2**31 - 1, 2**32 - 1)
        header[0:8] = struct.pack(">II", random.choice(sizes), random.choice(sizes))
    elif way == 1:
        header[8] = random.choice((0, 1, 2, 4, 8, 16, 77))
    else:
        header[9] = random.choice((0, 2, 3, 4, 6, 9))
    chunk = b"IHDR" + bytes(header)
    return data[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]


# --- files and zips --------------------------------------------------------------------------------------------------


def _remove(members: Members, random: Random) -> None:
    del members[random.choice(sorted(members))]


def _rename(members: Members, random: Random) -> None:
    name = random.choice(sorted(members))
    folder, base = posixpath.split(name)
    stem, suffix = posixpath.splitext(base)
    others = [f"x/{name}", base, f"{folder}/x{suffix}", f"{stem}.txt", f"{name}.json", f"{folder}/{stem}é \n{suffix}"]
    other = random.choice(others).lstrip("/")
    if not any(m.startswith(f"{other}/") or other.startswith(f"{m}/") for m in members):
        members[other] = members.pop(name)


def _swap(members: Members, random: Random) -> None:
    one, other = random.choice(sorted(members)), random.choice(sorted(members))
    members[one], members[other] = members[other], members[one]


def _double(members: Members, random: Random) -> None:
    name = random.choice(sorted(members))
    if not any(m.startswith("copy/") for m in members):
        members[random.choice((f"copy/{name}", f"{posixpath.splitext(name)[0]}.PNG", f"{name}.bak"))] = members[name]


def _empty(members: Members, random: Random) -> None:
    members[random.choice(sorted(members))] = b""


FILES: list[Callable[[Members, Random], None]] = [_remove, _rename, _swap, _double, _empty]
BY_KIND: dict[str, Callable[[bytes, Random], bytes]] = {
    "json": _json, "jsonl": _json, "xml": _xml, "csv": _cells, "image": _image, "parquet": _bytes,
}  # fmt: skip


def packed(members: Members, random: Random) -> bytes:
    """Return a zip of members, of which names, entries or bytes may be wrong."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two entries of one name
        for name, data in members.items():
            other = name
            if random.random() < 0.02:
                other = random.choice((f"../{name}", f"/{name}", f"C:/{name}", name.upper(), f"{name}/", "\\" + name))
            archive.writestr(other, data)
            if random.random() < 0.02:
                archive.writestr(name, random.choice((data, b"x")))
    data = file.getvalue()
    return _bytes(data, random) if random.random() < 0.3 else data
