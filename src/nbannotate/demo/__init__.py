"""The demo: real images, pre-annotations that are really computed, three members, a campaign of two steps, launched.

Nothing is downloaded. A folder holds all that the demo makes, so that it goes on where it was when it is started again
on the same folder.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
from filelock import FileLock, Timeout

from nbannotate.demo.images import make_images, metadata, predict
from nbannotate.errors import CannotWrite, InvalidInput, OwnerUnavailable
from nbannotate.model import Attribute, Label, Recipe, Role, Step, Tag, Workflow
from nbannotate.owner.place import Place
from nbannotate.workspace import open as open_workspace

FILE = "demo.duckdb"
CAMPAIGN = "First campaign"
MEMBERS: dict[str, Role] = {"mara": "manager", "ana": "annotator", "chloe": "reviewer"}

RECIPE = Recipe(
    labels=(
        Label("coin", kinds=("polygon", "rectangle"), color="#e69f00"),
        Label("nucleus", kinds=("polygon",), color="#0072b2"),
        Label("galaxy", kinds=("rectangle",), color="#cc79a7"),
        Label("cell", kinds=("polygon",), color="#009e73"),
        Label("optic disc", kinds=("polygon",), color="#56b4e9"),
        Label("crater", kinds=("rectangle", "polygon"), color="#d55e00"),
    ),
    tags=(Tag("blurred"), Tag("crowded", (Attribute("some are hidden", "boolean"), Attribute("note")))),
    metadata="edit",
)
WORKFLOW = Workflow(
    (
        Step("draw", kind="annotation", assignees=("ana",), attribution="queue"),
        Step("check", kind="review", assignees=("chloe",), attribution="queue"),
    )
)
INSTRUCTIONS = """\
# Round things, small and large

A program has already outlined what it found. **Correct it**: move what is off, delete what is wrong, add what is
missing.

| picture | label | draw |
|---|---|---|
| coins | `coin` | a polygon along the rim |
| tissue | `nucleus` | a polygon around each blue nucleus that is sharp |
| deep sky | `galaxy` | a rectangle around every object larger than about 15 pixels |
| microscope | `cell` | a polygon around the bright body, without its dark ring |
| retina | `optic disc` | a polygon around the bright disc where the vessels meet |
| moon | `crater` | a rectangle around each crater whose rim you see |

- Nothing of that to be seen? Say **nothing to label**; do not submit an empty picture.
- Not sure? Raise an **issue** on the place; the reviewer answers there.
- Press `?` for all keys.
"""
README = """\
Crops of the images that [scikit-image](https://scikit-image.org) ships: coins, tissue, deep sky, a cell, a retina, and
the moon.
"""


ISSUE = "This coin has no outline yet."


class Login(msgspec.Struct, frozen=True):
    """A member of the demo, with the password to log in."""

    login: str
    password: str
    role: str


class Demo(NamedTuple):
    """A demo that is ready: its workspace file, who may log in, and whether it was there before."""

    path: Path
    logins: tuple[Login, ...]
    again: bool


def build(folder: Path, say: Callable[[str], None], untouched: bool = False) -> Demo:
    """Make the demo in a folder, or find the one that is there.

    Parameters
    ----------
    folder
        Empty or not there yet, or the folder of an earlier demo.
    say
        Called with a sentence at each stage.
    untouched
        Leave all work to the user; otherwise a few tasks are submitted and reviewed already.

    Raises
    ------
    InvalidInput
        If something else is in the folder, or scikit-image is missing.
    CannotWrite
        If the folder cannot be made.
    """
    folder = folder.expanduser().absolute()
    path, logins_file = folder / FILE, folder / "logins.json"
    if path.exists() and logins_file.exists():
        say(f"Going on with the demo in {folder}.")
        return Demo(path, msgspec.json.decode(logins_file.read_bytes(), type=tuple[Login, ...]), again=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InvalidInput(f"{folder} holds other files, or a demo that was not finished; name an empty folder.")
    except OSError as error:
        raise CannotWrite(f"The folder {folder} cannot be used: {error.strerror}.") from None
    images = folder / "images"
    crops = make_images(images)
    say(f"{len(crops)} images cut out of those that scikit-image ships.")
    found = predict(images, crops, RECIPE.labels, folder / "predictions.json")
    say(f"{found.annotations} coins, nuclei, galaxies and others found by thresholding: the pre-annotations.")
    with contextlib.closing(open_workspace(path)) as ws:
        logins = []
        for login, role in MEMBERS.items():
            added = ws.members.add(login, role=role, password=secrets.token_urlsafe(6))
            logins.append(Login(login, added.password, role))
        version = ws.create_dataset("round things", readme=README).create_version("v1")
        version.add_images(str(images / "*"), metadata=metadata(crops))
        version.read("coco", folder / "predictions.json")
        campaign = version.create_campaign(CAMPAIGN, RECIPE, WORKFLOW, instructions=INSTRUCTIONS, existing="prefill")
        plan = campaign.launch()
        first = plan.steps[0]
        say(f"The campaign {CAMPAIGN!r} is launched: {first.tasks} tasks wait at the step {first.name!r}.")
        if not untouched:
            begin(path, {v.login: v.password for v in logins})
            say("Ana has submitted five images, Chloe accepted two and sent one back: there is something to see.")
    logins_file.touch(mode=0o600)
    logins_file.write_bytes(msgspec.json.format(msgspec.json.encode(logins)))
    return Demo(path, tuple(logins), again=False)


def begin(path: Path, passwords: dict[str, str]) -> None:
    """Do a little of the work as the annotator and the reviewer."""
    with (
        contextlib.closing(open_workspace(path, "ana", passwords["ana"])) as ana,
        contextlib.closing(open_workspace(path, "chloe", passwords["chloe"])) as chloe,
    ):
        for task in itertools.islice(ana.work.all(CAMPAIGN), 5):
            task.submit()
        for task in itertools.islice(chloe.work.all(CAMPAIGN), 2):
            task.accept()
        (returned,) = itertools.islice(chloe.work.all(CAMPAIGN), 1)
        height = returned.size[1]
        returned.raise_issue(ISSUE, zone=(0.0, height * 0.64, 168.0, height * 0.97))
        returned.rework()


def end_owner(path: Path, patience_s: float = 20.0) -> None:
    """End the process that owns a workspace, if one runs, and wait until it is gone.

    Whoever still uses the workspace starts another.

    Raises
    ------
    OwnerUnavailable
        If it does not end in time.
    """
    place = Place(path)
    contact = place.contact()
    if not place.folder.is_dir():
        return
    try:
        with FileLock(place.lock, timeout=0):
            return  # nobody holds the lock: there is no owner
    except Timeout:
        if contact is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(contact.pid, signal.SIGTERM)
    try:
        with FileLock(place.lock, timeout=patience_s):
            return
    except Timeout:
        raise OwnerUnavailable(f"The process that owns {path} did not end in {patience_s:.0f} seconds.") from None
