"""What a card is made of; each part says itself in HTML, everything that people typed escaped."""

from __future__ import annotations

import re
from typing import Protocol

from msgspec import Struct

from nbannotate.cards.text import ends, escaped, marked_down, one_line

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class Part(Protocol):
    """A part of a card."""

    def html(self) -> str:
        """Return it as HTML."""
        ...

    def markdown(self) -> str:
        """Return it as Markdown: items of a list, or a table; empty for pictures."""
        ...


class Words(Struct, frozen=True):
    """A sentence or two."""

    text: str

    def html(self) -> str:
        """Return it as HTML."""
        return f'<div class="nbac-words">{escaped(self.text)}</div>'

    def markdown(self) -> str:
        """Return it as Markdown."""
        return f"- {marked_down(self.text)}" if self.text else ""


class Code(Struct, frozen=True):
    """A text to be copied as it stands."""

    text: str

    def html(self) -> str:
        """Return it as HTML."""
        return f'<div class="nbac-words"><code>{escaped(self.text, 2000)}</code></div>'

    def markdown(self) -> str:
        """Return it as Markdown."""
        return f"- {marked_down(self.text)}"


class Chips(Struct, frozen=True):
    """Names with a color or none, each with what is said of it beside; a word before them says what they are."""

    what: str
    names: tuple[tuple[str, str | None, str], ...]
    most: int = 24

    def html(self) -> str:
        """Return it as HTML."""
        chips = " ".join(
            f'<span class="nbac-chip">{swatch(color)}{escaped(name, 60)}'
            + (f" <i>{escaped(more, 120)}</i>" if more else "")
            + "</span>"
            for name, color, more in self.names[: self.most]
        )
        over = len(self.names) - self.most
        chips += f'<span class="nbac-more">and {over:,} more</span>' if over > 0 else ""
        what = f'<span class="nbac-what">{escaped(self.what)}</span> ' if self.what else ""
        return f'<div class="nbac-chips">{what}{chips}</div>'

    def markdown(self) -> str:
        """Return it as Markdown."""
        names = ", ".join(marked_down(name, 60) for name, _, _ in self.names[: self.most])
        return f"- {self.what or 'names'}: {names}" if names else ""


class Pairs(Struct, frozen=True):
    """Names and what they are, one below the other."""

    pairs: tuple[tuple[str, str], ...]

    def html(self) -> str:
        """Return it as HTML."""
        rows = "".join(f"<tr><th>{escaped(n)}</th><td>{escaped(v)}</td></tr>" for n, v in self.pairs)
        return f'<table class="nbac-pairs"><tbody>{rows}</tbody></table>' if rows else ""

    def markdown(self) -> str:
        """Return it as Markdown."""
        return "\n".join(f"- {marked_down(n)}: {marked_down(v)}" for n, v in self.pairs)


class Grid(Struct, frozen=True):
    """A table; numbers stand at the right.

    Parameters
    ----------
    head
        The names of the columns.
    rows
        Numbers (written with separators), texts, or None for nothing.
    more
        How many rows there are that are not shown.
    longest
        How many characters of a text are shown.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[int | float | str | None, ...], ...]
    more: int = 0
    longest: int = 120

    def html(self) -> str:
        """Return it as HTML."""
        if not self.rows:
            return ""
        numbers = [all(isinstance(r[i], int | float | None) for r in self.rows) for i in range(len(self.head))]
        of = [' class="nbac-n"' if n else "" for n in numbers]
        head = "".join(f"<th{c}>{escaped(h, 60)}</th>" for h, c in zip(self.head, of, strict=True))
        rows = "".join(
            "<tr>"
            + "".join(f"<td{c}>{escaped(_cell(v), self.longest)}</td>" for v, c in zip(row, of, strict=True))
            + "</tr>"
            for row in self.rows
        )
        more = f'<div class="nbac-more">and {self.more:,} more</div>' if self.more else ""
        return f'<table class="nbac-grid"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}'

    def markdown(self) -> str:
        """Return it as Markdown."""
        if not self.rows:
            return ""
        lines = [self.head, ("---",) * len(self.head), *self.rows]
        cells = [[marked_down(_cell(v), self.longest) if v != "---" else v for v in line] for line in lines]
        more = [f"and {self.more:,} more", ""] if self.more else []
        return "\n".join(["", *(f"| {' | '.join(line)} |" for line in cells), "", *more])


class Bar(Struct, frozen=True):
    """Parts of a whole, beside each other: number, noun, and the word of a state that gives the color."""

    pieces: tuple[tuple[int, str, str], ...]

    def html(self) -> str:
        """Return it as HTML."""
        whole = sum(n for n, _, _ in self.pieces)
        if not whole:
            return ""
        said = ", ".join(f"{n:,} {what}" for n, what, _ in self.pieces if n)
        bars = "".join(
            f'<i class="nbac-is-{_word(state)}" style="flex-grow:{n}"></i>' for n, _, state in self.pieces if n
        )
        key = " ".join(
            f'<span><i class="nbac-dot nbac-is-{_word(state)}"></i>{n:,} {escaped(what)}</span>'
            for n, what, state in self.pieces
            if n
        )
        bar = f'<div class="nbac-bar" role="img" aria-label="{escaped(said)}">{bars}</div>'
        return f'{bar}<div class="nbac-key">{key}</div>'

    def markdown(self) -> str:
        """Return it as Markdown."""
        said = ", ".join(f"{n:,} {marked_down(what)}" for n, what, _ in self.pieces if n)
        return f"- {said}" if said else ""


class Steps(Struct, frozen=True):
    """Steps one after the other: name, kind, and what is said of each."""

    steps: tuple[tuple[str, str, str], ...]

    def html(self) -> str:
        """Return it as HTML."""
        made = [
            f'<span class="nbac-step"><b>{escaped(name, 60)}</b> <span>{escaped(kind)}</span>'
            + (f"<br>{escaped(more, 160)}" if more else "")
            + "</span>"
            for name, kind, more in self.steps
        ]
        return f'<div class="nbac-steps">{" <span>→</span> ".join(made)}</div>' if made else ""

    def markdown(self) -> str:
        """Return it as Markdown."""
        return "- steps: " + " → ".join(
            f"{marked_down(n, 60)} ({kind}: {marked_down(m, 160)})" for n, kind, m in self.steps
        )


class Lines(Struct, frozen=True):
    """Sentences one below the other, each with a word before it, which may be that of a state."""

    lines: tuple[tuple[str, str], ...]
    most: int = 12

    def html(self) -> str:
        """Return it as HTML."""
        lines = "".join(
            f'<li><span class="nbac-is-{_word(sign)}">{escaped(sign, 20)}</span> {escaped(text)}</li>'
            for sign, text in self.lines[: self.most]
        )
        over = len(self.lines) - self.most
        lines += f"<li>and {over:,} more</li>" if over > 0 else ""
        return f'<ul class="nbac-lines">{lines}</ul>' if lines else ""

    def markdown(self) -> str:
        """Return it as Markdown."""
        return "\n".join(f"- {marked_down(sign)}: {marked_down(text)}" for sign, text in self.lines[: self.most])


# Pictures --------------------------------------------------------------------------------------------------------


class Line(Struct, frozen=True):
    """A path of a drawing.

    Parameters
    ----------
    path
        Of SVG, in the pixels of the drawing.
    color
        ``#rrggbb``.
    filled
        Whether its inside is tinted.
    dot
        Whether it is a place: painted as a dot.
    """

    path: str
    color: str
    filled: bool = False
    dot: bool = False


class Drawing(Struct, frozen=True):
    """Shapes as lines, over a picture or alone; ``said`` is for who does not see it."""

    width: int
    height: int
    lines: tuple[Line, ...] = ()
    said: str = ""

    def svg(self) -> str:
        """Return it as SVG that fills what it is put into."""
        paths = "".join(
            f'<path d="{line.path}" stroke="{hue(line.color)}"'
            + (f' fill="{hue(line.color)}"' if line.filled else "")
            + (' class="nbac-dots"' if line.dot else "")
            + "/>"
            for line in self.lines
        )
        size = f'viewBox="0 0 {max(1, self.width)} {max(1, self.height)}" preserveAspectRatio="none"'
        return f'<svg {size} role="img" aria-label="{escaped(self.said, 160)}">{paths}</svg>'


class Picture(Struct, frozen=True):
    """An image with what is drawn on it, and its name below.

    Parameters
    ----------
    caption
        Its name.
    uri
        ``data:image/jpeg;base64,…``; empty if there is none, and ``missing`` says why.
    width, height
        Of what is shown, in pixels of the page.
    more
        A few words after the name.
    """

    caption: str
    uri: str
    width: int
    height: int
    drawing: Drawing | None = None
    missing: str = ""
    more: str = ""

    def html(self) -> str:
        """Return it as HTML."""
        name = escaped(self.caption, 120)
        if self.uri.startswith("data:image/jpeg;base64,"):
            inside = (
                f'<img src="{escaped(self.uri, 200_000)}" alt="{name}" width="{self.width}" height="{self.height}">'
            )
        elif self.missing:
            inside = f"<span>{escaped(self.missing, 80)}</span>"
        else:
            inside = ""
        inside += self.drawing.svg() if self.drawing is not None and self.drawing.lines else ""
        more = f" <i>{escaped(self.more, 60)}</i>" if self.more else ""
        size = f'style="width:{self.width}px;height:{self.height}px"'
        short = escaped(ends(self.caption, max(8, self.width // 7)))
        below = f"<figcaption>{short}{more}</figcaption>" if name or more else ""
        return f'<figure title="{name}"><div class="nbac-image" {size}>{inside}</div>{below}</figure>'


class Strip(Struct, frozen=True):
    """A few pictures beside each other, and how many more there are."""

    pictures: tuple[Picture, ...]
    more: int = 0

    def html(self) -> str:
        """Return it as HTML."""
        if not self.pictures:
            return ""
        more = f'<span class="nbac-more">and {self.more:,} more</span>' if self.more > 0 else ""
        return f'<div class="nbac-strip">{"".join(p.html() for p in self.pictures)}{more}</div>'

    def markdown(self) -> str:
        """Return it as Markdown."""
        return ""


def swatch(color: str | None) -> str:
    """Return a dot of a color, or nothing."""
    return f'<i class="nbac-dot" style="background:{hue(color)}"></i>' if color else ""


def hue(color: str | None) -> str:
    """Return a color as CSS takes it; what is none is gray."""
    return color if color is not None and _COLOR.fullmatch(color) else "#888888"


def _cell(value: float | str | None) -> str:
    if value is None:
        return ""
    return one_line(value) if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def _word(state: str) -> str:
    return re.sub(r"[^a-z]+", "-", state.lower()).strip("-")
