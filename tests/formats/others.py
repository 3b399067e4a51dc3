"""What other programs read of what we write: run by the Python of an environment that has them, and printed as JSON.

``python others.py datasets FOLDER`` or ``python others.py label-studio FOLDER``; see ``test_others.py``.
"""

import json
import pathlib
import sys
import tempfile
import xml.etree.ElementTree as ET


def datasets(folder):
    """Return the rows of an image folder by split, with the sizes of the images in place of their pixels."""
    from datasets import load_dataset

    with tempfile.TemporaryDirectory() as cache:
        found = load_dataset("imagefolder", data_dir=folder, cache_dir=cache)
        return {split: [row | {"image": row["image"].size} for row in rows] for split, rows in found.items()}


def label_studio(folder):
    """Return what the converter of Label Studio makes of tasks: COCO, YOLO, boxes of VOC; pixels of brushes."""
    from label_studio_sdk.converter import Converter, brush

    config = pathlib.Path(folder, "label_config.xml").read_text()
    with tempfile.TemporaryDirectory() as place:
        out = pathlib.Path(place)
        for name in ("COCO", "YOLO", "VOC", "YOLO_OBB"):
            converter = Converter(config, out, download_resources=False)
            converter.convert(f"{folder}/tasks.json", str(out / name), name, is_dir=False)
        tasks = json.loads(pathlib.Path(folder, "tasks.json").read_text())
        brushes = [r["value"]["rle"] for t in tasks for r in t["annotations"][0]["result"] if "rle" in r["value"]]
        return {
            "pixels": [int((brush.decode_rle(rle)[3::4] > 0).sum()) for rle in brushes],
            "coco": json.loads((out / "COCO" / "result.json").read_text()),
            "yolo": {p.name: p.read_text() for p in sorted((out / "YOLO" / "labels").iterdir())},
            "yolo-obb": {p.name: p.read_text() for p in sorted((out / "YOLO_OBB" / "labels").iterdir())},
            "classes": (out / "YOLO" / "classes.txt").read_text().split(),
            "voc": [
                [(o.findtext("name"), [float(v.text) for v in o.find("bndbox")]) for o in ET.parse(p).iter("object")]
                for p in sorted((out / "VOC" / "Annotations").iterdir())
            ],
        }


if __name__ == "__main__":
    json.dump({"datasets": datasets, "label-studio": label_studio}[sys.argv[1]](sys.argv[2]), sys.stdout, default=str)
