"""Eight jobs with supervision 0.31.2: a library of detections and metrics, not a tool for people who annotate."""

# %% given
from pathlib import Path

import pandas as pd
import supervision as sv
from supervision.metrics import MeanAveragePrecision

predicted = pd.read_csv("predicted.csv")

# %% load
paths = [str(path) for path in sv.list_files_with_extensions(Path("images").resolve(), ["jpg", "png"])]

# %% predict
classes = ["cell", "platelet"]
found = {}
for path in paths:
    boxes = predicted[predicted["image"] == Path(path).name]
    found[path] = sv.Detections(
        xyxy=sv.xywh_to_xyxy(boxes[["x", "y", "width", "height"]].to_numpy(float)),
        confidence=boxes["confidence"].to_numpy(float),
        class_id=boxes["label"].map(classes.index).to_numpy(int),
    )
model = sv.DetectionDataset(classes, paths, found)

# %% filter
doubtful = [path for path, its in found.items() if ((its.class_id == 0) & (its.confidence < 0.6)).any()]

# %% launch
# Not what it is for.

# %% follow
# Not what it is for.

# %% fetch
# Not what it is for; it reads what other tools exported.

# %% export
model.as_coco(annotations_path="predicted.json")

# %% evaluate
# Of its own.
answers = sv.DetectionDataset.from_coco("images", "answers.json")
pairs = [(found[path], its) for path, _, its in answers]
measured = MeanAveragePrecision().update([p for p, _ in pairs], [t for _, t in pairs]).compute()
print(measured)
