"""A family as a picture: each thing below the one that it was made from, joined by a line."""

from __future__ import annotations

from msgspec import Struct

from nbannotate.cards.text import escaped

#: How high a line is, and how far to the right a child stands of its parent (pixels).
HIGH, FAR = 24, 18


class Twig(Struct, frozen=True):
    """One thing of a family.

    Parameters
    ----------
    name
        What it is called.
    more
        What is said of it beside.
    parent
        The place of what it was made from, which comes before it; None if from none.
    done
        Whether it changes no more: its dot is filled.
    """

    name: str
    more: str = ""
    parent: int | None = None
    done: bool = False


class Tree(Struct, frozen=True):
    """A family, parents before children, each child below its parent or below its siblings."""

    twigs: tuple[Twig, ...]
    most: int = 60

    def _depths(self) -> list[int]:
        depths: list[int] = []
        for twig in self.twigs:
            depths.append(0 if twig.parent is None else depths[twig.parent] + 1)
        return depths

    def html(self) -> str:
        """Return it as HTML."""
        depths, shown = self._depths()[: self.most], self.twigs[: self.most]
        paths, lines = [], []
        for place, (twig, depth) in enumerate(zip(shown, depths, strict=True)):
            x, y = 8 + depth * FAR, place * HIGH + HIGH // 2
            if twig.parent is not None:
                paths.append(f'<path d="M{x - FAR} {twig.parent * HIGH + HIGH // 2 + 5}V{y}H{x - 5}"/>')
            full = ' class="nbac-full"' if twig.done else ""
            paths.append(f'<path d="M{x - 4} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"{full}/>')
            more = f" <i>{escaped(twig.more, 160)}</i>" if twig.more else ""
            lines.append(f'<div style="padding-left:{x + 12}px"><b>{escaped(twig.name, 60)}</b>{more}</div>')
        size = f'style="width:{(max(depths, default=0) + 1) * FAR}px;height:{len(shown) * HIGH}px"'
        over = len(self.twigs) - len(shown)
        more = f'<div class="nbac-more">and {over:,} more</div>' if over else ""
        return f'<div class="nbac-tree"><svg {size} role="img">{"".join(paths)}</svg>{"".join(lines)}</div>{more}'

    def markdown(self) -> str:
        """Return it as Markdown: nothing, as of any picture."""
        return ""
