"""What an element of CVAT says: its label, its attributes, its figure, and what is kept beside."""

from __future__ import annotations

from typing import Any

from nbannotate.formats import _usable
from nbannotate.formats._cvat_figures import FIGURES, OF_GEOMETRY, PART, Figure, shape_of
from nbannotate.formats._cvat_labels import Labels, value_of
from nbannotate.formats._outcome import Problems
from nbannotate.model import Label, Shape, Tag

#: Attributes that are true or false here, whatever a file says of their type.
FLAGS = frozenset({"occluded", "truncated", "difficult", "crowd"})
OF_SHAPE = OF_GEOMETRY | {"label", "source", "occluded", "z_order", "group_id", "frame", "keyframe", "outside"}

Extra = dict[str, Any]


class Elements:
    """Reads the elements of files with some labels.

    Parameters
    ----------
    labels
        What the files say of them.
    problems
        Where it is said what cannot be taken.
    """

    def __init__(self, labels: Labels, problems: Problems) -> None:
        self.labels, self.problems = labels, problems
        every: dict[str, Label | Tag] = {**labels.labels, **labels.tags}
        self._types = {name: {a.name: a.type for a in its.attributes} for name, its in every.items()}

    def shape(self, its: Figure, size: tuple[int, int], fields: dict[str, Any], extra: Extra) -> Shape:
        """Return the shape of a figure; InvalidInput if it is none."""
        label = self.labels.labels.get(fields["label"])
        known: Extra = {}
        made = shape_of(its, size, fields, label.skeleton if label is not None else None, known)
        extra.update(known)
        return made

    def strange(self, element: Any, where: str) -> bool:
        """Return whether an element is no figure that is taken; count those that are figures."""
        if element.tag == "cuboid":
            self.problems.note("cuboids", "there is no such kind of shape", where)
        elif element.tag not in FIGURES:
            self.problems.note("elements", f"<{element.tag:.40}> is no figure that is known", where)
        return element.tag not in FIGURES

    def label(self, element: Any, where: str) -> str | None:
        """Return the label of a figure, a tag or a track; None if it is none that is taken."""
        if element.tag not in ("tag", "track") and self.strange(element, where):
            return None
        return _usable.label(element.get("label"), plural(element.tag), self.problems, where)

    def fields(self, element: Any, label: str, where: str) -> tuple[dict[str, Any], Extra]:
        """Return the fields of a shape that are not its geometry, and what is kept beside."""
        attributes = self.attributes(element, label, where)
        if element.get("occluded") == "1" and element.tag != "skeleton":
            attributes["occluded"] = True
        extra: Extra = {}
        for name, usual in (("z_order", "0"), ("source", "manual")):
            if element.get(name, usual) != usual:
                extra[name] = element.get(name)
        if more := rest(element, OF_SHAPE):
            extra["fields"] = more
        if inner := self._inner(element):
            extra["inner"] = inner
        return {"label": label, "attributes": attributes, "group": group_of(element.get("group_id"))}, extra

    def _inner(self, element: Any) -> dict[str, Any]:
        """Return what is said of single points of a skeleton beside their places."""
        found = {}
        for one in element.iterfind("points"):
            its: dict[str, Any] = rest(one, PART, {"source": "manual"})
            if one.get("source", "manual") != "manual":
                its["source"] = one.get("source")
            if values := [[v.get("name") or "", v.text or ""] for v in one.iterfind("attribute")]:
                its["attributes"] = values
            if its:
                found[(one.get("label") or "").strip()] = its
        return found

    def attributes(self, element: Any, label: str, where: str) -> dict[str, Any]:
        """Return the attributes of an element, with the types that its label says."""
        found: dict[str, Any] = {}
        types = self._types.get(label, {})
        for one in element.iterfind("attribute"):
            name = _usable.name(one.get("name"))
            if name is None:
                self.problems.add("attributes", "their name has 1 to 200 characters", where)
                continue
            found[name] = value_of(one.text or "", types.get(name, "boolean" if name in FLAGS else "text"))
        return found


def rest(element: Any, known: frozenset[str], usual: dict[str, str] | None = None) -> dict[str, str]:
    """Return the attributes of an element that have no word here, without those that are as usual."""
    return {k: v for k, v in element.attrib.items() if k not in known and (usual or {}).get(k) != v}


def group_of(text: str | None) -> str | None:
    """Return a group; 0 is none."""
    its = (text or "").strip()[: _usable.LONGEST_NAME]
    return its if its not in ("", "0") else None


def plural(tag: str) -> str:
    """Return how elements with a tag are called."""
    return {"box": "boxes", "points": "points"}.get(tag, f"{tag}s")
