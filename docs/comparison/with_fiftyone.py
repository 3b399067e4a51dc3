"""Eight jobs with fiftyone 1.22.1; people work in CVAT, which it drives."""

# %% given
import fiftyone as fo
import pandas as pd
from fiftyone import ViewField as F

predicted = pd.read_csv("predicted.csv")

# %% load
dataset = fo.Dataset.from_images_dir("images", name="cells", persistent=True)

# %% predict
# Boxes are parts of the image, so its size is needed.
dataset.compute_metadata()
for sample in dataset.iter_samples(autosave=True):
    width, height = sample.metadata.width, sample.metadata.height
    boxes = [
        fo.Detection(
            label=b.label,
            confidence=b.confidence,
            bounding_box=[b.x / width, b.y / height, b.width / width, b.height / height],
        )
        for b in predicted[predicted["image"] == sample.filename].itertuples()
    ]
    sample["predictions"] = fo.Detections(detections=boxes)

# %% filter
doubtful = dataset.match_labels(filter=(F("label") == "cell") & (F("confidence") < 0.6), fields="predictions")

# %% launch
# In a CVAT server (or in Label Studio, Labelbox); the app of fiftyone edits labels, too, image by image, without tasks.
# Who reviews is said in CVAT: `job_reviewers` is for servers before version 2.
dataset.clone_sample_field("predictions", "answers")
doubtful.annotate("july", backend="cvat", label_field="answers", segment_size=50, job_assignees=["ana", "ben"])

# %% follow
# By job, as CVAT has them.
dataset.load_annotation_results("july").print_status()

# %% fetch
# One row a box; in parts of the image.
dataset.load_annotations("july")
columns = ["filepath", "answers.detections.label", "answers.detections.bounding_box"]
answers = pd.DataFrame(dict(zip(columns, doubtful.values(columns), strict=True))).explode(columns[1:])

# %% export
doubtful.export(dataset_type=fo.types.COCODetectionDataset, labels_path="answers.json", label_field="answers")

# %% evaluate
# Of its own, and more than this: each box is marked, and the app shows the matches.
results = doubtful.evaluate_detections("predictions", gt_field="answers", compute_mAP=True)
results.print_report()
print(results.mAP())
