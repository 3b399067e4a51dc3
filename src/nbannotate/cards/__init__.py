"""What a notebook shows of a thing: a card; one line in a terminal.

A thing that is shown derives from :class:`Shown`. What its card says is one function, registered with
``card_of.register``, beside the things: ``model/cards.py``, ``shapes/cards.py``, ``formats/_cards.py``,
``workspace/cards``. What a card looks like is here, and nowhere else.
"""

from nbannotate.cards.card import Card, Counts
from nbannotate.cards.parts import (
    Bar,
    Chips,
    Code,
    Drawing,
    Grid,
    Line,
    Lines,
    Pairs,
    Part,
    Picture,
    Steps,
    Strip,
    Words,
)
from nbannotate.cards.shown import Shown, card_of, line_of
from nbannotate.cards.text import count, counted, cut, ends, marked_down, one_line, quoted, short
from nbannotate.cards.tree import Tree, Twig

__all__ = [
    "Bar",
    "Card",
    "Chips",
    "Code",
    "Counts",
    "Drawing",
    "Grid",
    "Line",
    "Lines",
    "Pairs",
    "Part",
    "Picture",
    "Shown",
    "Steps",
    "Strip",
    "Tree",
    "Twig",
    "Words",
    "card_of",
    "count",
    "counted",
    "cut",
    "ends",
    "line_of",
    "marked_down",
    "one_line",
    "quoted",
    "short",
]
