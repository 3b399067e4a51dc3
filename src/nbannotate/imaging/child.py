"""The process that looks at files for the owner of the database: ``python -m nbannotate.imaging.child SOCKET``.

It gets open files, never names: it can reach no other file of its own accord than those that any process of the user
can, has no secret in its environment, and ends when it computes too long, needs too much memory, or is not asked for a
while. See :mod:`nbannotate.imaging.isolated`.
"""

from __future__ import annotations

import os
import resource
import select
import socket
import sys
from pathlib import Path

import msgspec

from nbannotate.errors import NbannotateError
from nbannotate.imaging import files, sandbox

IDLE_S = 120.0
SPACE = 4 << 30  # bytes of address space
CPU_S = 60  # of computing for one request


class Look(msgspec.Struct, frozen=True):
    """Say what a file holds.

    Parameters
    ----------
    suffix
        Of its name: a video is told by it.
    frames
        Of which frames the size is wanted, counted from 1; none if the file holds one image.
    take
        Write the only frame to the second file that comes with the request, as a file of its own.
    """

    suffix: str
    frames: tuple[int, ...] = ()
    take: bool = False


class Seen(msgspec.Struct, frozen=True):
    """What was found.

    Parameters
    ----------
    reason
        Why it is no image, or empty.
    kind
        Which format it is.
    frames
        How many it holds.
    sizes
        Width and height of the frames that were asked for, or of the only one.
    """

    reason: str = ""
    kind: str = ""
    frames: int = 0
    sizes: tuple[tuple[int, int], ...] = ()


def seen(look: Look, source: int, out: int | None) -> Seen:
    """Look at an open file."""
    path, name = Path(f"/dev/fd/{source}"), f"image{look.suffix}"
    try:
        if look.take and out is not None:
            body = files.extracted(files.Frame(path, look.frames[0]), name)
            with os.fdopen(os.dup(out), "wb") as file:
                file.write(body)
            return Seen()
        facts = files.measure(path, whole=False, name=name)
        wrong = [n for n in look.frames if n > facts.frames] if facts.format != "video" else []
        if wrong:
            return Seen(f"The image cannot be read: it has {facts.frames} frames, there is no frame {wrong[0]}.")
        sizes = tuple(facts.size(n) for n in look.frames) if facts.sizes else (facts.size(),)
        return Seen("", facts.format, facts.frames, sizes)
    except NbannotateError as error:
        return Seen(str(error) or type(error).__name__)
    except MemoryError:
        return Seen("The image cannot be read: it does not fit into memory.")


def serve(asked: socket.socket) -> None:
    """Answer until nobody asks any more."""
    decoder = msgspec.json.Decoder(list[Look])
    while select.select([asked], [], [], IDLE_S)[0]:
        body, given, _, _ = socket.recv_fds(asked, 1 << 20, 253)
        while body and not body.endswith(b"\n"):
            body += asked.recv(1 << 20)
        if not body:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        sandbox.limit(cpu_s=int(used.ru_utime + used.ru_stime) + CPU_S, files=512)
        looks, rest = decoder.decode(body), list(given)
        answers = []
        for look in looks:
            source = rest.pop(0)
            answers.append(seen(look, source, rest.pop(0) if look.take else None))
        for handle in given:
            os.close(handle)
        asked.sendall(msgspec.json.encode(answers) + b"\n")


def main() -> None:
    """Serve the socket that the command line names by its number."""
    sandbox.limit(space=SPACE, files=512)
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)


if __name__ == "__main__":
    main()
