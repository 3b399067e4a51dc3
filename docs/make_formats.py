"""Write ``docs/formats.md``: what each format can hold, from the formats themselves.

Run it after a format is added or changed; a test compares.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from nbannotate import formats, shapes
from nbannotate.formats import FIELDS, Format

PAGE = Path(__file__).with_name("formats.md")

HEAD = """# Formats

<!-- Written by make_formats.py from the formats themselves; a test holds it true. -->

`version.read("data")` takes a file, a folder or a zip, and recognises its format; if several fit, the error says which,
and `version.read("coco", "data")` decides. What is wrong in it is an error with its place, and nothing is changed;
`on_error="skip"` takes the rest, and `reading.skipped` is a table of what was not taken. Images that come along become
assets: by reference from a folder, copied beside the workspace from a zip; `images="none"` takes none.

`version.write("yolo", "out", dry_run=True).losses` tells what a format cannot hold; without `lossy=True` a write that
would lose something is refused. `images="copy"` takes the images along, a name that ends in `.zip` is packed.

What a file calls things (ids, order, further fields of images, annotations and labels, licences) is kept with the
version, and written again in the same format.
"""

OTHERS = """## What other programs read

Tests let other programs read what is written here, and compare object with object:

| Program | Reads | Tested |
|---|---|---|
| pycocotools 2.0 | COCO: boxes, outlines, masks, key points | in CI |
| supervision 0.31 | COCO, YOLO, Pascal VOC | in CI |
| labelformat 0.1 | COCO and YOLO: boxes, outlines; Pascal VOC: boxes, pixels of classes; CVAT: boxes | in CI |
| datasets 5.2 (Hugging Face) | image folder: images, splits, `objects` | in CI, in an environment of its own |
| label-studio-sdk 2.1 | Label Studio: makes COCO, YOLO, YOLO OBB, Pascal VOC of it | in CI, as datasets |
| datumaro 1.13 | COCO, Pascal VOC, YOLO, CVAT, with what follows | by hand |

`make others` makes that environment (`.venv/others`, 550 MB): both programs need Arrow or another OpenCV than the
rest of the tests. Where it is not there, their tests are skipped. labelformat takes masks of COCO only where their
runs are not packed, turned boxes of CVAT without their angle, and pixels of Pascal VOC as they are numbered.

datumaro was asked in an environment of its own:

- COCO: all boxes, outlines (as a polygon and its box) and masks, once the file is `annotations/instances_….json` and
  the images, in folders of their splits or not, are in `images`. As they are written here, it finds no images.
- Pascal VOC: all boxes, where the version has splits, as it looks for `ImageSets`. It takes numbers as they stand: a
  box is a pixel farther right and down. What is in `trainval.txt` is there once more. Polygons are their boxes;
  pixels are refused (*undeclared color*).
- YOLO: all boxes of images that lie in the folder of their split; one in a folder below that ends it. It imports no
  outlines and no rotated boxes from a folder.
- CVAT: boxes, polygons and masks to the pixel, and rotated boxes, if the images come along and are in no split: it
  passes over images with a subset of their own.
"""


def text() -> str:
    """Return the text of the page."""
    found = sorted(formats.available().values(), key=lambda f: f.name)
    parts = [HEAD, "## What each holds\n", _table(found), "", "Some attributes have a place of their own:\n"]
    parts += [f"- {f.title}: {_named(f.holds.attributes)}" for f in found if f.holds.attributes]
    parts += ["", OTHERS, "## Each of them\n"]
    for format_ in found:
        parts += [f"### {format_.title}\n", f'`"{format_.name}"`. {_makes(format_)}\n', _text(format_), ""]
    return "\n".join(parts).rstrip() + "\n"


def _table(found: list[Format]) -> str:
    """Return the table: a line for each kind of shape and each field, a column for each format."""
    lines = ["| |" + "|".join(f" `{f.name}` " for f in found) + "|", "|---|" + "|".join(":-:" for _ in found) + "|"]
    for name, kind in shapes.kinds().items():
        lines.append(_line(kind.title, [name in f.holds.kinds for f in found]))
    for word, title in FIELDS.items():
        lines.append(_line(title[0].upper() + title[1:], [word in f.holds.fields for f in found]))
    return "\n".join(lines)


def _line(title: str, its: list[bool]) -> str:
    return f"| {title} |" + "|".join(" ● " if one else " " for one in its) + "|"


def _named(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _makes(format_: Format) -> str:
    return f"One file (`{format_.makes}`), or a folder." if format_.makes else "A folder, or a zip."


def _text(format_: Format) -> str:
    """Return how a format is read and written, as its module says."""
    text = inspect.getdoc(inspect.getmodule(type(format_))) or ""
    return text.replace("``", "`").replace(":class:", "").replace(":func:", "").replace(":data:", "")


def main() -> int:
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")
    print(f"{len(formats.available())} formats in {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
