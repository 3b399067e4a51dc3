"""Eight jobs with label-studio-sdk 2.1.2 and a server of Label Studio; its key is in LABEL_STUDIO_API_KEY."""

# %% given
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
from label_studio_sdk import LabelStudio, PredictionRequest
from label_studio_sdk.label_interface import LabelInterface
from label_studio_sdk.label_interface.create import labels
from label_studio_sdk.projects.assignments import BulkTaskAssigneesRequestRequestSelectedItemsIncluded as Chosen
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

predicted = pd.read_csv("predicted.csv")

# %% load
# The folder is one of the server, which has to be set up to serve it.
ls = LabelStudio(base_url="http://localhost:8080")
config = LabelInterface.create({"image": "Image", "label": labels(["cell", "platelet"], tag_type="RectangleLabels")})
project = ls.projects.create(title="cells", label_config=config)
storage = ls.import_storage.local.create(project=project.id, path="/data/images", use_blob_urls=True)
ls.import_storage.local.sync(id=storage.id)

# %% predict
# Boxes are percentages of the image, so its size is needed.
ids = {Path(task.data["image"]).name: task.id for task in ls.tasks.list(project=project.id)}
requests = []
for name, boxes in predicted.groupby("image"):
    width, height = Image.open(Path("images") / name).size
    result = [
        {
            "from_name": "label",
            "to_name": "image",
            "type": "rectanglelabels",
            "original_width": width,
            "original_height": height,
            "score": b.confidence,
            "value": {
                "x": 100 * b.x / width,
                "y": 100 * b.y / height,
                "width": 100 * b.width / width,
                "height": 100 * b.height / height,
                "rectanglelabels": [b.label],
            },
        }
        for b in boxes.itertuples()
    ]
    requests.append(PredictionRequest(task=ids[name], result=result, model_version="model"))
ls.projects.import_predictions(id=project.id, request=requests)

# %% filter
# The data manager filters by the score of a whole prediction, not by that of a box: pandas does.
doubtful = [ids[name] for name in predicted.query("label == 'cell' and confidence < 0.6")["image"].unique()]

# %% launch
# Assigning and review are in the Enterprise edition; in the open one everybody takes the next task of the project.
users = {user.email: user.id for user in ls.users.list()}
for email, kind, tasks in (
    ("ana@example.org", "AN", doubtful[::2]),
    ("ben@example.org", "AN", doubtful[1::2]),
    ("chloe@example.org", "RE", doubtful),
):
    ls.projects.assignments.bulk_assign(
        id=project.id, type=kind, users=[users[email]], selected_items=Chosen(all_=False, included=tasks)
    )

# %% follow
done = [task for task in ls.tasks.list(project=project.id, fields="all") if task.is_labeled]
progress = pd.Series([said["completed_by"] for task in done for said in task.annotations]).value_counts()

# %% fetch
# One row a box; in percentages.
exported = ls.projects.exports.as_json(project.id)
answers = pd.json_normalize(exported, record_path=["annotations", "result"], meta=["id", "data"])

# %% export
Path("answers.zip").write_bytes(ls.projects.exports.as_binary(project.id, export_type="COCO"))

# %% evaluate
# By pycocotools; the agreement of a model with people is in the Enterprise edition.
with ZipFile("answers.zip") as archive:
    truth = COCO(archive.extract("result.json"))
images = {Path(image["file_name"]).name: image["id"] for image in truth.dataset["images"]}
categories = {label["name"]: label["id"] for label in truth.dataset["categories"]}
results = [
    {
        "image_id": images[b.image],
        "category_id": categories[b.label],
        "bbox": [b.x, b.y, b.width, b.height],
        "score": b.confidence,
    }
    for b in predicted.itertuples()
    if ids[b.image] in doubtful
]
measured = COCOeval(truth, truth.loadRes(results), "bbox")
measured.params.imgIds = [images[name] for name, task in ids.items() if task in doubtful]
measured.evaluate()
measured.accumulate()
measured.summarize()
