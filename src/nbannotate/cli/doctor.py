"""``nbannotate doctor``: what is in the way of a workspace and its site, and what is unsafe, each with what to do."""

from __future__ import annotations

import argparse
import datetime
import http.client
import os
import platform
import shutil
import ssl
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from packaging.requirements import Requirement

from nbannotate.cli import doctor_database
from nbannotate.cli.commands import Commands, check_exists, opened, say, takes_workspace
from nbannotate.cli.findings import Finding, Level
from nbannotate.cli.findings import size as _size
from nbannotate.errors import FetchFailed, InvalidInput, NbannotateError, Refused
from nbannotate.model import WorkspaceInfo
from nbannotate.owner.place import Place

#: File systems of other machines: neither locks nor sockets reach them.
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "fuse.s3fs"}
#: Bytes that a workspace needs beside itself: a copy before an upgrade, a checkpoint.
LEAST_ROOM = 1 << 30
#: What one kernel takes, about; of a page that shows large images, more.
KERNEL_BYTES = 100 << 20
#: So much may the clock go back unnoticed.
CLOCK_S = 60.0
PATIENCE_S = 10.0


def add_commands(commands: Commands) -> None:
    """Add the command."""
    doctor = commands.add(
        "doctor", run_doctor, "look what is in the way of a workspace, and what is unsafe", "It changes nothing."
    )
    takes_workspace(doctor)
    doctor.add_argument("--url", help="the address of its site, to look at the proxy in front, too")


def run_doctor(options: argparse.Namespace) -> None:
    """Print what is found; a problem is an error."""
    check_exists(options.workspace)
    place = Place(options.workspace)
    found = [finding for look in (LOOKS if place.is_file else OF_DATABASE) for finding in look(place)]
    if options.url:
        found += of_site(options.url)
    for level, topic, said in found:
        say(f"{level:<8} {topic:<12} {said}")
    if problems := sum(level == "problem" for level, *_ in found):
        raise Refused(f"{problems} {'problem' if problems == 1 else 'problems'}; see above.")


def of_versions(place: Place) -> Iterator[Finding]:
    """Look whether every package that is needed is there, in a version that fits."""
    yield Finding("ok", "versions", ", ".join([
        f"nbannotate {metadata.version('nbannotate')}", f"Python {platform.python_version()}",
        *(f"{name} {metadata.version(name)}" for name in ("duckdb", "voila", "ipywidgets")),
    ]))  # fmt: skip
    for text in metadata.requires("nbannotate") or ():
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            there = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            yield Finding("problem", "versions", f"{needed.name} is not installed; install it: pip install '{needed}'.")
            continue
        if not needed.specifier.contains(there, prereleases=True):
            yield Finding("problem", "versions", f"{needed.name} {there} is too old: pip install '{needed}'.")


def of_files(place: Place) -> Iterator[Finding]:
    """Look who may read the workspace, and where it lies."""
    folder = place.database.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("problem", "files", f"The folder {folder} cannot be written; a workspace writes beside its file.")
    beside = [place.database, place.folder, place.contact_file, place.log, *folder.glob(f"{place.database.name}.wal*")]
    open_ = [file for file in beside if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    if open_:
        names = ", ".join(file.name for file in open_)
        yield Finding("problem", "files", f"Others on this machine may read {names}: chmod go= there, in {folder}.")
    kind = _file_system(folder)
    if kind in NETWORK:
        yield Finding(
            "problem", "files", f"{folder} is on a network file system ({kind}); put the workspace on a local disk."
        )
    if not open_ and kind not in NETWORK:
        yield Finding("ok", "files", f"{place.database} is this user's alone, on a local disk.")
    try:
        place.sockets()
    except NbannotateError as error:
        yield Finding("problem", "files", str(error))


def of_room(place: Place) -> Iterator[Finding]:
    """Look how much room there is."""
    size = place.database.stat().st_size
    needed = max(LEAST_ROOM, size)
    for what, folder in (
        ("beside the workspace", place.database.parent),
        ("for temporary files", Path(tempfile.gettempdir())),
    ):
        free = shutil.disk_usage(folder).free
        level: Level = "ok" if free > needed else "problem" if free < LEAST_ROOM // 10 else "warning"
        advice = "" if level == "ok" else f"; {_size(needed)} are needed for a checkpoint, an upgrade or a large query"
        yield Finding(level, "room", f"{_size(free)} are free {what} ({folder}){advice}.")


def of_memory(place: Place) -> Iterator[Finding]:
    """Look how many people's kernels fit into the memory."""
    free = psutil.virtual_memory().available
    fit = free // KERNEL_BYTES
    level: Level = "ok" if fit >= 10 else "warning"
    yield Finding(level, "memory", f"{_size(free)} are free: about {fit:,} pages more ({_size(KERNEL_BYTES)} each).")


def of_owner(place: Place) -> Iterator[Finding]:
    """Look whether the owner process answers, and is the one of this program."""
    from nbannotate.store.migrations import SCHEMA_VERSION

    try:
        with opened(place.given) as ws:
            info = ws.client.call("workspace.info", WorkspaceInfo)
            last = ws.sql("select max(created) as moment from events").moment[0]
            contact = place.contact()
    except NbannotateError as error:
        yield Finding("problem", "owner", f"The workspace does not open: {error}")
        return
    if info.schema_version != SCHEMA_VERSION and contact is not None:
        yield Finding(
            "problem", "owner",
            f"The owner process {contact.pid} is of another nbannotate (schema {info.schema_version}, here "
            f"{SCHEMA_VERSION}); end it, and the next call starts one of this: kill {contact.pid}.",
        )  # fmt: skip
    else:
        yield Finding("ok", "owner", f"It answers; schema {info.schema_version}.")
    if place.log.exists() and place.log.stat().st_size:
        yield Finding("warning", "owner", f"It said: {place.log.read_text().splitlines()[-1][:200]} ({place.log})")
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    ahead = (last.to_pydatetime() - now).total_seconds() if last == last and last is not None else 0.0
    if ahead > CLOCK_S:
        yield Finding(
            "problem", "clock",
            f"The clock is {ahead:,.0f} s behind what happened last here ({last:%Y-%m-%d %H:%M:%S} UTC); set it.",
        )  # fmt: skip
    else:
        yield Finding("ok", "clock", f"It is {now:%Y-%m-%d %H:%M:%S} UTC, after all that happened here.")


def of_members(place: Place) -> Iterator[Finding]:
    """Look for accounts that nobody can use, or too many can."""
    try:
        with opened(place.given) as ws:
            people = [m for m in ws.members if m.active]
    except NbannotateError:
        return  # said by of_owner
    owners = [m.login for m in people if m.role == "owner"]
    yield Finding(
        "ok" if len(owners) < 3 else "warning",
        "members",
        f"{len(people):,} active; owners, who may do all: {', '.join(owners)}.",
    )


def of_images(place: Place) -> Iterator[Finding]:
    """Look whether images that lie elsewhere can be fetched, by fetching one of each protocol, the smallest."""
    query = """
        select split_part(path, '://', 1) as protocol, count(*) as images, arg_min(asset_id, bytes) as asset_id
        from assets where strpos(path, '://') > 0 group by 1 order by 1
    """
    try:
        with opened(place.given) as ws:
            for row in ws.sql(query).to_dict("records"):
                what = f"{row['images']:,} images lie at {row['protocol']}://"
                try:
                    ws.client.image(int(row["asset_id"]))
                except FetchFailed as error:
                    yield Finding("problem", "images", f"{what}. {error} Its process is {_contact(place)}.")
                else:
                    yield Finding("ok", "images", f"{what}; one of them was fetched.")
    except NbannotateError:
        return  # said by of_owner


def _contact(place: Place) -> int:
    contact = place.contact()
    return 0 if contact is None else contact.pid


#: What is looked at, in this order.
LOOKS: tuple[Callable[[Place], Iterator[Finding]], ...] = (
    of_versions, of_files, of_room, of_memory, of_owner, of_members, of_images,
)  # fmt: skip


#: And of a workspace in PostgreSQL.
OF_DATABASE: tuple[Callable[[Place], Iterator[Finding]], ...] = (
    of_versions, doctor_database.of_server, of_memory, of_owner, of_members, of_images,
)  # fmt: skip


def of_site(url: str) -> Iterator[Finding]:
    """Look at a site through whatever stands in front of it: whether pages, their cookies and websockets pass."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"--url takes the address of the site, as https://annotate.example.com/, not {url!r}.")
    base = parts.path.rstrip("/")
    try:
        status, *_ = _ask(url, f"{base}/healthz")
        if status != 200:
            yield Finding(
                "problem", "site", f"{base}/healthz answers {status}, not 200; is this the address of nbannotate?"
            )
            return
        yield Finding("ok", "site", f"{url} works.")
        _, headers, _ = _ask(url, f"{base}/login")
        cookies = headers.get_all("Set-Cookie") or []
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme == "http" and not local:
            yield Finding("problem", "site", "Passwords travel in the clear: put a proxy with TLS in front.")
        elif parts.scheme == "https" and not all("secure" in cookie.lower() for cookie in cookies):
            yield Finding(
                "problem", "site",
                "Cookies are not marked Secure: serve with --trust-proxy ADDRESS (or --host NAME, if the proxy is on "
                "this machine), and let the proxy set X-Forwarded-Proto.",
            )  # fmt: skip
        if "default-src 'none'" not in (headers.get("Content-Security-Policy") or ""):
            yield Finding("problem", "site", "The proxy changes the Content-Security-Policy; let the site's pass.")
        *_, said = _ask(url, f"{base}/healthz", websocket=True)
        if b'"websocket": true' in said:
            yield Finding("ok", "site", "Websockets pass.")
        else:
            sentence = "Websockets do not pass: let the proxy send Upgrade and Connection on, by HTTP/1.1."
            yield Finding("problem", "site", sentence)
    except (OSError, http.client.HTTPException) as error:
        yield Finding("problem", "site", f"{url} does not answer: {error}")


def _ask(url: str, path: str, *, websocket: bool = False) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Return the status, the headers and the body of an answer."""
    parts = urlsplit(url)
    headers = {}
    if websocket:
        headers = {
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "bmJhbm5vdGF0ZS1kb2N0b3I=", "Origin": f"{parts.scheme}://{parts.netloc}",
        }  # fmt: skip
    assert parts.hostname is not None
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=PATIENCE_S, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def _file_system(folder: Path) -> str:
    """Return the kind of file system that a folder is on; empty where the system does not say."""
    if sys.platform != "linux":
        return ""
    best, kind = "", ""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, its, *_ = line.split(" ")
        where = where.replace("\\040", " ")
        if folder.is_relative_to(where) and len(where) >= len(best):
            best, kind = where, its
    return kind
