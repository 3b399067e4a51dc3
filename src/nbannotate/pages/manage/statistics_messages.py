"""What travels between the dashboard and its browser: what is asked for, what is told, and what it shows."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from nbannotate.pages.manage.cells import Cells
from nbannotate.pages.manage.filters import Period
from nbannotate.pages.manage.messages import Event, Request
from nbannotate.pages.work.messages import Name, Text
from nbannotate.stats.periods import By
from nbannotate.stats.table import Tab
from nbannotate.texts import Message, to_json


class Ready(Request, frozen=True, tag="ready"):
    """A page is there: send all cards."""


class Choose(Request, frozen=True, tag="choose"):
    """Choose something, by name; see :meth:`nbannotate.pages.manage.dashboard.Dashboard.choose`."""

    choice: Annotated[dict[Name, Name], Meta(max_length=20)]


class Go(Request, frozen=True, tag="go"):
    """Show what an address says."""

    address: Text


class Look(Request, frozen=True, tag="beat"):
    """Look whether there is anything new."""


class Refresh(Request, frozen=True, tag="refresh"):
    """Read everything anew."""


class AskLibrary(Request, frozen=True, tag="library"):
    """Send plotly.js."""


class AskTable(Request, frozen=True, tag="csv"):
    """Send the table of a card as packed CSV."""

    card: Name


class AskBehind(Request, frozen=True, tag="behind"):
    """Say what is behind a bar of a card, which its ``customdata`` names."""

    card: Name
    point: Annotated[tuple[str | int | float | tuple[str, ...] | None, ...], Meta(max_length=50)]


class AskReport(Request, frozen=True, tag="report"):
    """Send all that is chosen as one packed HTML file in the language of the page."""

    language: Name = "en"


class Behind(Struct, frozen=True):
    """The rows behind a bar: what the card is called, how many there are, and the assets by campaign."""

    title: Message
    rows: int
    campaigns: dict[int, list[int]]


class CardSent(Event, frozen=True, tag="card"):
    """What a card shows of which choice: a content as JSON; None if it is what it was."""

    card: str
    key: str
    content: str | None


class LibrarySent(Event, frozen=True, tag="library"):
    """plotly.js, packed, goes along."""

    version: str


class Content(Struct, frozen=True, tag_field="kind"):
    """What a card shows."""


class FigureShown(Content, frozen=True, tag="figure"):
    """A figure of Plotly, and by its English what is said in it in the language of who looks, and is no name."""

    figure: Raw
    said: dict[str, Message]


class TableShown(Content, frozen=True, tag="table"):
    """A table."""

    table: Cells


class WhyNot(Content, frozen=True, tag="error"):
    """Why there is nothing."""

    error: Message


class HowFar(Content, frozen=True, tag="reading"):
    """How much of what takes long is read, from 0 to 1."""

    done: float


def text(content: Content) -> str:
    """Return a content as JSON."""
    return msgspec.json.encode(content, enc_hook=to_json).decode()


class ChoiceView(Struct, frozen=True):
    """What is chosen (:class:`~nbannotate.pages.manage.filters.Choice`); ``added`` people by step, ``add`` as JSON."""

    tab: Tab
    scope: str
    period: Period
    start: str
    end: str
    step: str
    member: str
    label: str
    by: By
    tz: str
    add: str
    added: dict[str, int]


class Offer(Struct, frozen=True):
    """Something that may be chosen.

    Parameters
    ----------
    value, text
        What is chosen, and what stands there.
    group
        Under which heading.
    """

    value: str
    text: str
    group: str = ""


class Tile(Struct, frozen=True):
    """A number that stands alone.

    Parameters
    ----------
    name, value
        What it is, and what it is now.
    mood
        Whether that is good.
    """

    name: str
    value: str
    mood: Literal["", "good", "warn"] = ""


class CardView(Struct, frozen=True):
    """A card.

    Parameters
    ----------
    keys
        How many values name a bar.
    file
        What its files are called.
    table
        Whether it is a table.
    without
        Filters that are chosen, and that it does not depend on.
    """

    name: str
    tab: Tab
    title: Message
    wide: bool
    keys: int
    file: str
    table: bool
    without: list[str]


class View(Struct, frozen=True):
    """What stands above the cards, and which cards there are.

    Parameters
    ----------
    key
        What all tabs of the choice have in common.
    name
        What the scope is called.
    scopes, steps, members, labels, tabs, periods, by
        What may be chosen.
    done, skipped
        Of all assets, in percent.
    hint
        What is to be done before there is anything to see; or empty.
    empty
        Whether there is nothing at all.
    """

    choice: ChoiceView
    key: str
    name: str
    scopes: tuple[Offer, ...]
    steps: tuple[str, ...]
    members: tuple[str, ...]
    labels: tuple[str, ...]
    tabs: tuple[Tab, ...]
    periods: tuple[Period, ...]
    by: tuple[By, ...]
    tiles: tuple[Tile, ...]
    done: float
    skipped: float
    hint: Message
    empty: bool
    cards: list[CardView]


#: What a card may show, for the types of the front end.
CONTENTS: tuple[type[Content], ...] = (FigureShown, TableShown, WhyNot, HowFar)

#: All that the browser asks for, with what it is answered.
ACTIONS: dict[type[Request], type[Struct] | None] = {
    Ready: None,
    Choose: None,
    Go: None,
    Look: None,
    Refresh: None,
    AskLibrary: None,
    AskTable: None,
    AskBehind: Behind,
    AskReport: None,
}
