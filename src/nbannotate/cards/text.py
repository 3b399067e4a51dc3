"""Texts that people typed, as HTML, Markdown and a line take them."""

from __future__ import annotations

import datetime
import html
import json
import re
import reprlib

#: How long a text in a card is at most; what is longer is cut.
LONGEST = 400


def escaped(text: object, longest: int = LONGEST) -> str:
    """Return a text for HTML, its markup and quotes as they were typed; what is too long is cut."""
    return html.escape(cut(one_line(text), longest))


def marked_down(text: object, longest: int = LONGEST) -> str:
    """Return a text that Markdown and HTML leave as it is, in one line."""
    plain = cut(one_line(text), longest)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~$])", r"\\\1", plain)


def one_line(text: object) -> str:
    """Return a text without line breaks, and without characters that turn or hide what is beside them."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def cut(text: str, longest: int) -> str:
    """Return a text, cut with an ellipsis if it is too long."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def ends(text: str, longest: int) -> str:
    """Return a name, cut in its middle if it is too long: names of images differ at their ends."""
    plain = one_line(text)
    half = (longest - 1) // 2
    return plain if len(plain) <= longest else f"{plain[: longest - 1 - half]}…{plain[-half:]}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``"1 asset"``, ``"1,200 assets"``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def count(number: int, one: str, many: str = "") -> tuple[int, str]:
    """Return a number and its noun, as a card counts: ``(1, "asset")``, ``(2, "assets")``."""
    return number, one if number == 1 else many or one + "s"


def quoted(name: str) -> str:
    """Return a name as it is typed in Python."""
    return json.dumps(one_line(name), ensure_ascii=False)


class _Short(reprlib.Repr):
    """Values as a line has them: some items of a list, the beginning of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxtuple, self.maxlist, self.maxdict, self.maxset = 3, 4, 4, 4, 4
        self.maxstring, self.maxother, self.maxlong = 60, 160, 40

    def repr_str(self, x: str, level: int) -> str:
        """Return a text in quotes, cut at its end."""
        return repr(cut(x, self.maxstring))

    def repr_datetime(self, x: datetime.datetime, level: int) -> str:
        """Return a time without its seconds."""
        return f"{x:%Y-%m-%d %H:%M}"

    def repr_date(self, x: datetime.date, level: int) -> str:
        """Return a day."""
        return x.isoformat()

    def repr_instance(self, x: object, level: int) -> str:
        """Return what a thing says of itself, in one line."""
        return cut(one_line(repr(x)), self.maxother)


_SHORT = _Short()


def short(value: object) -> str:
    """Return the ``repr`` of a value, of long lists and texts the beginning, in one line."""
    return _SHORT.repr(value)
