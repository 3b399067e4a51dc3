"""Eight jobs with cvat-sdk 2.80.0 and a CVAT server, whose users ana, ben and chloe are."""

# %% given
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
from cvat_sdk import make_client, models
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

predicted = pd.read_csv("predicted.csv")

# %% load
# The files are uploaded, and cut into jobs of so many images.
client = make_client("http://localhost:8080", credentials=("root", "password"))
spec = {"name": "cells", "labels": [{"name": "cell"}, {"name": "platelet"}], "segment_size": 50}
task = client.tasks.create_from_data(spec, sorted(Path("images").iterdir()))

# %% predict
frames = {frame.name: number for number, frame in enumerate(task.get_frames_info())}
labels = {label.name: label.id for label in task.get_labels()}
shapes = [
    models.LabeledShapeRequest(
        type="rectangle",
        frame=frames[b.image],
        label_id=labels[b.label],
        points=[b.x, b.y, b.x + b.width, b.y + b.height],
        score=b.confidence,
        source="auto",
    )
    for b in predicted.itertuples()
]
task.set_annotations(models.LabeledDataRequest(shapes=shapes))

# %% filter
# The server filters tasks and jobs, not images by their shapes: pandas does, and the other images are taken out.
doubtful = set(predicted.query("label == 'cell' and confidence < 0.6")["image"])
task.remove_frames_by_ids([number for name, number in frames.items() if name not in doubtful])

# %% launch
# Jobs are dealt by hand. The second loop runs again when annotators completed jobs: it gives those to the reviewer.
users = {user.username: user.id for user in client.users.list()}
for number, job in enumerate(task.get_jobs()):
    job.update({"assignee": users[("ana", "ben")[number % 2]]})
for job in task.get_jobs():
    if (job.stage, job.state) == ("annotation", "completed"):
        job.update({"assignee": users["chloe"], "stage": "validation", "state": "new"})

# %% follow
# By job: an image has no state.
progress = pd.DataFrame(
    [
        {"member": job.assignee.username, "stage": job.stage, "state": job.state, "images": job.frame_count}
        for job in task.get_jobs()
    ]
)

# %% fetch
names = {number: name for name, number in frames.items()}
kinds = {number: name for name, number in labels.items()}
answers = pd.DataFrame(
    [
        {"image": names[shape.frame], "label": kinds[shape.label_id], "box": shape.points}
        for shape in task.get_annotations().shapes
        if names[shape.frame] in doubtful
    ]
)

# %% export
task.export_dataset("COCO 1.0", "answers.zip", include_images=False)

# %% evaluate
# By pycocotools. CVAT's own quality reports compare people with a ground truth job, not a model with people.
with ZipFile("answers.zip") as archive:
    truth = COCO(archive.extract("annotations/instances_default.json"))
ids = {image["file_name"]: image["id"] for image in truth.dataset["images"]}
categories = {label["name"]: label["id"] for label in truth.dataset["categories"]}
results = [
    {
        "image_id": ids[b.image],
        "category_id": categories[b.label],
        "bbox": [b.x, b.y, b.width, b.height],
        "score": b.confidence,
    }
    for b in predicted.itertuples()
    if b.image in doubtful
]
measured = COCOeval(truth, truth.loadRes(results), "bbox")
measured.params.imgIds = [ids[name] for name in doubtful]
measured.evaluate()
measured.accumulate()
measured.summarize()
