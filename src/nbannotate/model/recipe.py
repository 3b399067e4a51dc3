"""The recipe: which labels and tags the annotators of a campaign use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import force_setattr, replace

from nbannotate.cards import short
from nbannotate.errors import InvalidInput
from nbannotate.model.attribute import Attribute, as_attributes, as_tuple, check_name, check_unique, named
from nbannotate.model.suggestions import check_kind, one_of
from nbannotate.model.value import Value
from nbannotate.model.values import as_name, check_flag, is_stored, settle

#: Colours for labels that name none: the Okabe-Ito palette, then each time the one that is farthest from those before
#: it in OKLab, for eyes that see all colours and, counted double, for the three kinds of colour-blind ones.
PALETTE = (
    "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442", "#870f69", "#9600ff", "#2d5a1e",
    "#78ffff", "#ffb4c3", "#4b00d2", "#875a5a", "#8778f0", "#00e178", "#c31ea5", "#96b487", "#b4001e", "#b4d2ff",
    "#e1f0c3", "#5a3c87", "#f01ee1", "#ff78e1", "#96ff87", "#ff3c78", "#87874b", "#7800a5", "#b4d200", "#694bc3",
    "#d20069", "#5a8787", "#00a5b4", "#a55a00", "#0f6978", "#0000f0", "#785a96", "#3cc30f", "#ff875a", "#783c4b",
)  # fmt: skip

MetadataPolicy = Literal["show", "edit"]
FlawPolicy = Literal["keep", "refuse", "repair"]
FLAW_POLICIES: tuple[FlawPolicy, ...] = ("keep", "refuse", "repair")


class Skeleton(Value, frozen=True, forbid_unknown_fields=True):
    """The points of a skeleton, by name and in order, and which of them are joined.

    Parameters
    ----------
    points
        Their names, in the order in which they are placed.
    edges
        Pairs of names.
    """

    points: tuple[str, ...]
    edges: tuple[tuple[str, str], ...] = ()

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            points: Iterable[str],
            edges: Iterable[Sequence[str]] = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        force_setattr(self, "points", as_tuple("Skeleton", "points", self.points))
        edges = as_tuple("Skeleton", "edges", self.edges)
        force_setattr(self, "edges", tuple(tuple(v) if isinstance(v, list | tuple) else (v,) for v in edges))
        for name in self.points:
            check_name("Skeleton.points: a point", name)
        check_unique("Skeleton.points: the point", self.points)
        if not self.points:
            raise InvalidInput("Skeleton.points is empty; name at least one point.")
        for edge in self.edges:
            if len(edge) != 2 or edge[0] == edge[1] or not set(edge) <= set(self.points):
                raise InvalidInput(f"Skeleton.edges takes pairs of names of its points, not {edge!r}.")

    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Return the edges as places in ``points``, counted from 0."""
        at = {name: i for i, name in enumerate(self.points)}
        return tuple((at[a], at[b]) for a, b in self.edges)


class Label(Value, frozen=True, forbid_unknown_fields=True):
    """The class of a shape.

    Parameters
    ----------
    name
        How it is called; unique in its recipe.
    kinds
        The names of the shape kinds that it allows; empty allows every kind.
    color
        ``#rrggbb``; a recipe gives a colour to a label that names none.
    attributes
        :class:`Attribute` values, or names of texts. Empty: any attributes are kept as they are.
    skeleton
        The points and edges of the skeletons with this label, or None: it has none.
    """

    name: str
    kinds: tuple[str, ...] = ()
    color: str | None = None
    attributes: tuple[Attribute, ...] = ()
    skeleton: Skeleton | None = None

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            name: str,
            kinds: Iterable[str] = ...,
            color: str | None = ...,
            attributes: Iterable[Attribute | str] = ...,
            skeleton: Skeleton | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        force_setattr(self, "name", as_name(self.name))
        check_name("Label.name", self.name)
        force_setattr(self, "kinds", as_tuple("Label", "kinds", self.kinds))
        for kind in () if is_stored() else self.kinds:
            check_kind(f"Label.kinds of {self.name!r}", kind)
        if self.skeleton is not None and not isinstance(self.skeleton, Skeleton):
            raise InvalidInput(f"Label.skeleton of {self.name!r} takes a Skeleton, not {self.skeleton!r}.")
        if self.color is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(self.color)):
            raise InvalidInput(f"Label.color of {self.name!r} must look like '#7b1fa2', not {self.color!r}.")
        force_setattr(self, "attributes", as_attributes("Label", self.name, self.attributes))


class Tag(Value, frozen=True, forbid_unknown_fields=True):
    """A label for the whole asset.

    Parameters
    ----------
    name
        How it is called; unique in its recipe.
    attributes
        :class:`Attribute` values, or names of texts, that are asked for where the tag is given.
    """

    name: str
    attributes: tuple[Attribute, ...] = ()

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            name: str,
            attributes: Iterable[Attribute | str] = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        force_setattr(self, "name", as_name(self.name))
        check_name("Recipe.tags: a tag", self.name)
        force_setattr(self, "attributes", as_attributes("Tag", self.name, self.attributes))


class Recipe(Value, frozen=True, forbid_unknown_fields=True):
    """The labels and tags that annotators of a campaign may use.

    Parameters
    ----------
    labels
        :class:`Label` values, or names. The first nine are chosen with the keys 1 to 9.
    tags
        :class:`Tag` values, or names: labels for the whole asset.
    max_shapes, max_tags
        At most so many on one asset; None for any number.
    open_labels
        Whether annotators may add labels while they work.
    several_labels
        Whether a shape may have several labels: one first, which gives the color, and others beside it.
    flaws
        What becomes of shapes that cross themselves, are partly out of the image or are smaller than ``min_size`` when
        they are submitted: ``"keep"`` them, as people are shown them all the same; ``"refuse"``; or ``"repair"`` what
        can be without guessing and refuse the rest. A draft is always kept as it was drawn.
    min_size
        How many pixels a shape must measure: the shorter side of the box around it, of a line the longer one. Points
        have no size. None for any.
    metadata
        Whether those who have an asset to work on may change its metadata (``"edit"``) or only see it (``"show"``).
    """

    labels: tuple[Label, ...]
    tags: tuple[Tag, ...] = ()
    max_shapes: int | None = None
    max_tags: int | None = None
    open_labels: bool = False
    metadata: MetadataPolicy = "show"
    several_labels: bool = False
    flaws: FlawPolicy = "keep"
    min_size: float | None = None

    if TYPE_CHECKING:  # what is taken; the fields say what it becomes

        def __init__(
            self,
            labels: Iterable[Label | str],
            tags: Iterable[Tag | str] = ...,
            max_shapes: int | None = ...,
            max_tags: int | None = ...,
            open_labels: bool = ...,
            metadata: MetadataPolicy = ...,
            several_labels: bool = ...,
            flaws: FlawPolicy = ...,
            min_size: float | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        settle(self)
        one_of("Recipe.metadata", self.metadata, ("show", "edit"))
        one_of("Recipe.flaws", self.flaws, FLAW_POLICIES)
        if self.min_size is not None:
            size: Any = self.min_size
            if isinstance(size, bool) or not isinstance(size, int | float) or not 0 < size < float("inf"):
                raise InvalidInput(f"Recipe.min_size must be a number of pixels above 0, not {size!r}.")
            force_setattr(self, "min_size", float(size))
        labels = [named(Label, v) for v in as_tuple("Recipe", "labels", self.labels)]
        for value in labels:
            if not isinstance(value, Label):
                raise InvalidInput(f"Recipe.labels takes nb.Label values or names, not {value!r}.")
        check_unique("Recipe.labels: the label", (v.name for v in labels))
        for flag in ("open_labels", "several_labels"):
            check_flag(f"Recipe.{flag}", getattr(self, flag))
        tags = tuple(named(Tag, v) for v in as_tuple("Recipe", "tags", self.tags))
        for tag in tags:
            if not isinstance(tag, Tag):
                raise InvalidInput(f"Recipe.tags takes nb.Tag values or names, not {tag!r}.")
        check_unique("Recipe.tags: the tag", (v.name for v in tags))
        if not labels and not tags and not self.open_labels:
            raise InvalidInput("Recipe.labels is empty and there are no tags; give at least one label or tag.")
        for name in ("max_shapes", "max_tags"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InvalidInput(f"Recipe.{name} must be a whole number above 0, not {value!r}.")
        free = [c for c in PALETTE if c not in {v.color for v in labels}] or list(PALETTE)
        colored = []
        for value in labels:
            if value.color is None:
                value = replace(value, color=free[0])
                free = [*free[1:], free[0]]
            colored.append(value)
        force_setattr(self, "labels", tuple(colored))
        force_setattr(self, "tags", tags)

    def __repr__(self) -> str:
        given = {"labels": [v.name for v in self.labels], "tags": [v.name for v in self.tags]}
        others = [
            f"{f}={getattr(self, f)!r}" for f in self.__struct_fields__[2:] if getattr(self, f) not in (None, False)
        ]
        usual = ("metadata='show'", "flaws='keep'")
        named = [f"{name}={short(names)}" for name, names in given.items() if names]
        return f"Recipe({', '.join([*named, *(v for v in others if v not in usual)])})"

    def label(self, name: str) -> Label | None:
        """Return the label of that name, or None."""
        return next((v for v in self.labels if v.name == name), None)

    def attributes_of(self, names: Iterable[str]) -> tuple[tuple[Attribute, ...], bool]:
        """Return what shapes with these labels are asked for, and whether they may have any other attribute, too.

        Of attributes of the same name that of the first label counts. A label that declares none takes any.
        """
        found: dict[str, Attribute] = {}
        labels = [self.label(name) for name in names]
        for label in labels:
            for attribute in label.attributes if label is not None else ():
                found.setdefault(attribute.name, attribute)
        return tuple(found.values()), any(v is None or not v.attributes for v in labels)

    @property
    def tag_names(self) -> tuple[str, ...]:
        """The names of the tags, in their order."""
        return tuple(v.name for v in self.tags)

    def tag(self, name: str) -> Tag | None:
        """Return the tag of that name, or None."""
        return next((v for v in self.tags if v.name == name), None)
