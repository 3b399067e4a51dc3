"""A workspace in memory with real work in it: members, images, a campaign of two steps, done through the operations."""

import random
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import nbannotate.workspace as nbw
from nbannotate import model
from nbannotate.owner.client import Client

PASSWORD = "correct horse battery"
FLOW = model.Workflow(
    (
        model.Step("draw", kind="annotation", assignees=("ana", "ben")),
        model.Step("check", kind="review", assignees=("chloe",)),
    )
)
RECIPE = model.Recipe(labels=("cell", "debris"), tags=("blurred",))


def workspace(
    folder: Path, images: int = 12, path: str = ":memory:"
) -> tuple[nbw.Workspace, nbw.Campaign, dict[str, Client]]:
    """A workspace with a launched campaign; the clients of its three members by login."""
    for i in range(images):
        pixels = np.full((32, 48, 3), (5 * i) % 256, np.uint8)
        Image.fromarray(pixels).save(folder / f"image{i:02d}.png")
    ws = nbw.open(path)
    clients = {}
    for login, role in (("ana", "annotator"), ("ben", "annotator"), ("chloe", "reviewer")):
        ws.members.add(login, role=role, password=PASSWORD)
        session = ws.client.call("sessions.open", model.Session, login=login, password=PASSWORD)
        clients[login] = ws.client.acting(session.token)
    version = ws.create_dataset("smears").create_version("v1").add_images(str(folder / "*.png"))
    campaign = version.create_campaign("July", RECIPE, FLOW)
    campaign.launch()
    return ws, campaign, clients


def work(campaign: nbw.Campaign, clients: dict[str, Client], tasks: int = 30, seed: int = 0) -> list[dict[str, Any]]:
    """Do some tasks as people do: submit, send back with an issue, skip, accept; return a diary of it."""
    random_ = random.Random(seed)
    diary = []
    for _ in range(tasks):
        login = random_.choice(sorted(clients))
        step = 1 if login == "chloe" else 0
        client = clients[login]
        view = client.call("tasks.next", model.TaskView | None, campaign_id=campaign.campaign_id, step=step)  # type: ignore[arg-type]
        if view is None:
            continue
        task_id, seconds = view.task.task_id, 0.0
        base = {"task_id": task_id, "revision": view.revision, "seconds": seconds}
        roll = random_.random()
        if roll < 0.1 or (step == 1 and roll < 0.4):
            client.call("issues.create", model.Issue, task_id=task_id, text="<b>look</b> here")
            action = "skip" if roll < 0.1 else "rework"
            client.call(f"tasks.{action}", model.Closed, **base)
            outcome = "skipped" if roll < 0.1 else "rework"
        else:
            shape = model.Shape(kind="rectangle", points=((1.0, 1.0), (9.0, 9.0)), label="cell")
            annotation = view.annotation if step else model.Annotation(shapes=(shape,))
            client.call("tasks.submit", model.Closed, annotation=annotation, **base)
            outcome = "accepted" if step else "submitted"
        diary.append({"task_id": task_id, "asset": view.task.asset, "member": login, "step": step, "outcome": outcome})
    return diary
