"""``python -m nbannotate.owner FILE``: become the owner of a workspace, or leave if there is one.

The first line on standard output says what came of it: ``{"ready": true}``, ``{"busy": true}``, or an error.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from nbannotate.errors import CannotWrite, NbannotateError, told
from nbannotate.operations.dispatch import Dispatcher, Request
from nbannotate.owner import logs
from nbannotate.owner.clock import TICK_S, Clock
from nbannotate.owner.hooks import Hooks, installed
from nbannotate.owner.place import STORE, Place
from nbannotate.owner.server import Owner
from nbannotate.owner.setup import first_member
from nbannotate.store import revision_counts
from nbannotate.store.disk_space import is_full, no_room_to_open
from nbannotate.store.opening import open_store

#: Seconds without a request after which an owner ends; the environment may say otherwise.
IDLE_S = 600.0

#: How long a thread that is busy in Python, with an import say, keeps the others waiting: a save takes turns with it
#: some twenty times. Python's own 5 ms make a tenth of a second of that.
SWITCH_S = 0.0005

#: How long to wait for an owner that is just ending.
LOCK_S = 5.0


def say(line: bytes) -> None:
    """Tell the process that started this one, and close the line to it."""
    os.write(1, line + b"\n")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)


def listen(place: Place) -> socket.socket:
    """Return a listening socket that only this user can reach; a stale one is removed (the lock is ours)."""
    *others, last = place.sockets()
    for path in others:
        with contextlib.suppress(OSError):  # a file system without sockets
            return _bound(path)
    return _bound(last)


def _bound(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(256)
    except BaseException:
        listening.close()
        raise
    return listening


def take_over(place: Place) -> FileLock:
    """Become the owner, also for programs of an older nbannotate, and take over what that left.

    Raises
    ------
    Timeout
        There is an owner.
    """
    place.make_folder()
    lock = FileLock(place.lock, timeout=LOCK_S, mode=0o600)
    lock.acquire()
    if place.before.lock.exists():
        try:
            with FileLock(place.before.lock, timeout=LOCK_S, mode=0o600):
                place.before.hand_over(place)
        except BaseException:
            lock.release()
            raise
    place.close_to_others()
    return lock


def _why_not(place: Place, error: NbannotateError | OSError) -> NbannotateError:
    """Return what is told if this process cannot begin."""
    if is_full(error) or (error.__cause__ is not None and is_full(error.__cause__)):
        return no_room_to_open(place.shown)
    return error if isinstance(error, NbannotateError) else CannotWrite(f"{place.shown} cannot be used: {error}")


def main(path: str) -> int:
    """Own a workspace until it is unused; return the exit code."""
    sys.setswitchinterval(SWITCH_S)
    os.umask(0o077)  # whatever is written here is this user's: the log of commits holds hashes of passwords
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    if logs.is_wanted():
        logging.getLogger().handlers[0].setFormatter(logs.JsonLines())
    place = Place(os.environ.pop(STORE, path))
    try:
        lock = take_over(place)
    except Timeout:
        say(json.dumps({"busy": True}).encode())
        return 0
    except NbannotateError as error:
        say(told(error))
        return 1
    except OSError as error:
        say(told(CannotWrite(f"The folder {place.database.parent} cannot be written: {error}")))
        return 1
    try:
        engine = open_store(place.given, place.spool)
    except (NbannotateError, OSError) as error:
        say(told(_why_not(place, error)))
        return 1
    hooks = Hooks(installed())
    try:
        first_member(engine)
        with listen(place) as listening:
            contact = place.announce(Path(listening.getsockname()))
            serve(listening, Dispatcher(engine, contact.token, hooks.publish), contact.token)
    except (NbannotateError, OSError) as error:
        say(told(_why_not(place, error)))
        return 1
    finally:
        engine.close()
        lock.release()  # the next owner need not wait for slow hooks
        hooks.close()
    return 0


def serve(listening: socket.socket, dispatcher: Dispatcher, token: str) -> None:
    """Answer on a socket until unused, with the clock running."""

    def tick() -> bool:
        dispatcher.handle(Request("clock.tick", b"{}", token, uuid.uuid4().hex))
        return revision_counts.count(dispatcher.engine)

    clock = Clock(tick, float(os.environ.get("NBANNOTATE_TICK_S", TICK_S)))

    def ready() -> None:
        say(json.dumps({"ready": True}).encode())
        clock.start()

    try:
        Owner(dispatcher, float(os.environ.get("NBANNOTATE_OWNER_IDLE", IDLE_S))).serve(listening, ready)
    finally:
        clock.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
