"""Eight jobs with nbannotate, as the tests run them; who works are members of the workspace."""

# %% given
import pandas as pd
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import nbannotate as nb

predicted = pd.read_csv("predicted.csv")

# %% load
ws = nb.open("work.duckdb")
images = ws.create_dataset("cells").create_version("v1").add_images("images")

# %% predict
images.add_annotations(predicted, source="model")

# %% filter
doubtful = nb.Filter.label("cell", confidence=(None, 0.6))

# %% launch
# Two annotators share the images equally, and every one goes to the reviewer, who accepts it or sends it back.
draw = nb.Step("draw", "annotation", ["ana", "ben"], attribution="equal")
flow = nb.Workflow([draw, nb.Step("check", "review", ["chloe"])])
july = images.create_campaign("July", nb.Recipe(["cell", "platelet"]), flow, filter=doubtful)
july.launch()

# %% follow
progress = july.jobs.df()

# %% fetch
answers = images.shapes.df(origin="answer")

# %% export
images.write("coco", "answers.json", state="done")

# %% evaluate
# By pycocotools: nbannotate has no measure of its own.
truth = COCO("answers.json")
ids = {image["file_name"]: image["id"] for image in truth.dataset["images"]}
kinds = {label["name"]: label["id"] for label in truth.dataset["categories"]}
results = [
    {
        "image_id": ids[b.image],
        "category_id": kinds[b.label],
        "bbox": [b.x, b.y, b.width, b.height],
        "score": b.confidence,
    }
    for b in predicted.itertuples()
    if b.image in ids
]
measured = COCOeval(truth, truth.loadRes(results), "bbox")
measured.evaluate()
measured.accumulate()
measured.summarize()
