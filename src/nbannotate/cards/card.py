"""A card: what is said of a thing, and how HTML says it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from msgspec import Struct

from nbannotate.cards.parts import Part
from nbannotate.cards.text import escaped, marked_down, one_line

#: An HTML card is never larger (bytes), unless it says so.
LARGEST = 60_000


#: What is counted: a number, or a short text, and its noun.
Counts = tuple[tuple[int | str, str], ...]


class Card(Struct, frozen=True):
    """What is said of a thing.

    Parameters
    ----------
    kind
        What it is, in a word or two.
    name
        How it is called.
    state
        Where it stands, in a word: shown as a badge.
    counts
        What is counted: number (or a short text) and noun.
    parts
        What follows, in order.
    notes
        Sentences at the end, for example of what could not be got.
    next
        What to type next, a line of Python each.
    largest
        Its HTML is never larger (bytes): parts are left out from the end until it fits.
    """

    kind: str
    name: str = ""
    state: str = ""
    counts: Counts = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    largest: int = LARGEST

    def said(self) -> str:
        """Return what is counted as a line: ``"3 assets, 1 campaign"``."""
        return ", ".join(f"{_number(n)} {one_line(what)}".strip() for n, what in self.counts)

    def markdown(self) -> str:
        """Return the card as Markdown, without pictures; all texts escaped."""
        state = f" · {marked_down(self.state)}" if self.state else ""
        head = f"**{marked_down(self.name or self.kind)}**{state}"
        said = [f"- {marked_down(self.said())}"] if self.counts else []
        parts = [made for part in self.parts if (made := part.markdown())]
        return "\n".join([head, "", *said, *parts, *(f"- {marked_down(note)}" for note in self.notes)])

    def html(self) -> str:
        """Return the card as HTML: no script, nothing from elsewhere, all texts escaped."""
        inside, size = [], 0
        left_out = False
        for part in self.parts:
            made = part.html()
            if size + len(made.encode()) > self.largest - 8_000:
                left_out = True
                continue
            size += len(made.encode())
            inside.append(made)
        notes = [*self.notes, *(["More than a card holds is left out."] if left_out else [])]
        head = f'<span class="nbac-kind">{escaped(self.kind)}</span> ' if self.kind else ""
        if self.name:
            head += f'<b class="nbac-name">{escaped(self.name, 120)}</b>'
        if self.state:
            word = re.sub(r"[^a-z]+", "-", self.state.lower()).strip("-")
            head += f' <span class="nbac-state nbac-is-{word}">{escaped(self.state, 60)}</span>'
        html = [f'<div class="nbac"><style>{style()}</style><div class="nbac-head">{head}</div>']
        if self.counts:
            counts = " ".join(f"<span><b>{escaped(_number(n))}</b> {escaped(what)}</span>" for n, what in self.counts)
            html.append(f'<div class="nbac-counts">{counts}</div>')
        html += inside
        html += [f'<div class="nbac-note">{escaped(note)}</div>' for note in notes[:8]]
        if self.next:
            lines = " ".join(f"<code>{escaped(line)}</code>" for line in self.next)
            html.append(f'<div class="nbac-next"><span>Next</span> {lines}</div>')
        return "".join([*html, "</div>"])


def _number(value: int | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


@cache
def style() -> str:
    """Return the style of cards, without what only its readers need."""
    text = Path(__file__).with_name("card.css").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", " ".join(text.split()))
