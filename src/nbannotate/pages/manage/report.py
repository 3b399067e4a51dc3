"""A report: all that the dashboard shows of a choice, as one HTML file that opens offline and can be printed."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import plotly.graph_objects as go

from nbannotate import frontend, imaging
from nbannotate.charts.look import GRAY, GRID
from nbannotate.files import output
from nbannotate.model.suggestions import one_of
from nbannotate.model.values import plain
from nbannotate.pages.manage import dashboard_parts, plotly_js
from nbannotate.pages.manage.cells import Cells
from nbannotate.pages.manage.dashboard_parts import Head, Part
from nbannotate.pages.manage.filters import Choice
from nbannotate.stats.filters import utc_now
from nbannotate.stats.reading import Reading
from nbannotate.stats.scope import HasSql, Scope, resolve
from nbannotate.texts import t, to_json
from nbannotate.texts.tables import ENGLISH, Texts, languages, texts_of

if TYPE_CHECKING:
    import os

    import pandas as pd

HERE = Path(__file__).parent
#: Nothing is fetched, whatever stands in the file.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def report(scope: Scope, path: str | os.PathLike[str], *, language: str = ENGLISH, **filters: Any) -> None:
    """Write the statistics of a scope as one HTML file, with all charts of the dashboard.

    Parameters
    ----------
    scope
        A workspace, a dataset, a version or a campaign.
    path
        Where; a file that is there is replaced, and ``"-"`` is standard output.
    language
        In which language it is, as the pages are: ``"en"``, ``"fr"``, ``"ja"`` …
    **filters
        Those of statistics: ``step``, ``member``, ``label``, ``start``, ``end``, ``tz``, ``by``, ``add``.

    Raises
    ------
    InvalidInput
        A filter is wrong, or there is no such language.
    NotAllowed, CannotWrite
        The member may not see statistics, or the file cannot be written.
    """
    write(resolve(scope).workspace, Choice.narrowed(scope, **filters), path, language)


def write(workspace: HasSql, choice: Choice, path: str | os.PathLike[str], language: str = ENGLISH) -> None:
    """Write a report; what belongs to the workspace is not replaced."""
    language = plain(language)
    one_of("language", language, languages())

    def images() -> list[str]:
        paths = workspace.sql("select distinct path from assets")["path"]
        return [str(imaging.frame_of(str(p)).path) for p in paths]

    database = getattr(workspace, "path", ":memory:")
    with output.protecting(None if database == ":memory:" else database, images):
        output.replace(path, html(workspace, choice, language).encode())


def html(workspace: HasSql, choice: Choice, language: str = ENGLISH) -> str:
    """Return a report; in English if there is no such language."""
    say = texts_of(language)
    reading = Reading(workspace)
    head = dashboard_parts.head(reading, choice)
    scope = head.choice.place(reading)
    every = () if head.is_empty else dashboard_parts.parts()
    read: dict[str, pd.DataFrame] = {}
    sections, figures = [], {}
    for tab in head.tabs if every else ():
        cards = []
        for part in (part for part in every if part.on.tab == tab):
            shown = part.shown(scope, head.choice, head.look, read)
            if isinstance(shown, go.Figure):
                said = msgspec.to_builtins(dashboard_parts.said_in(shown), enc_hook=to_json)
                figures[part.name] = json.loads(cast("str", shown.to_json())) | {"said": said}
            cards.append(_card(part, head, shown, say))
        sections.append(f'<section id="{tab}"><h2 class="nbr-tab">{escape(say(tab.capitalize()))}</h2>'
                        f'<div class="nba-grid">{"".join(cards)}</div></section>')  # fmt: skip
    links = "".join(f'<a href="#{tab}">{escape(say(tab.capitalize()))}</a>' for tab in head.tabs) if every else ""
    said = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in _said(head, say))
    heading = f"{escape(say(t('Statistics')))} · {escape(head.name)}"
    words = None if say.language == ENGLISH else say.sent
    return (
        f'<!doctype html><html lang="{say.language}" dir="{say.direction}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title>"
        f"<style>{_file('statistics/statistics.css')}\n{_file('report.css')}</style></head>"
        f'<body class="nba-manager" data-theme="light"><header><h1>{heading}</h1>'
        f'<dl class="nbr-said">{said}</dl></header>{_tiles(head, say)}<nav class="nbr-links">{links}</nav>'
        f"<main>{''.join(sections) or _none(say(t('No campaigns yet')))}</main>"
        f'<script type="application/json" id="words">{_in_script(words)}</script>'
        f'<script type="application/json" id="figures">{_in_script(figures)}</script>'
        f'<script type="application/json" id="gray">{_in_script([GRAY, GRID])}</script>'
        f"<script>{_library()}</script>"
        f"<script>{frontend.module('report')}</script></body></html>"
    )


def _file(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def _library() -> str:
    """Return plotly.js so that it ends no script element before its end."""
    return plotly_js.FILE.read_text("utf-8").replace("</script", "<\\/script")


def _in_script(value: object) -> str:
    """Return JSON that stands in HTML as it is."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _none(text: str) -> str:
    return f'<p class="nba-none">{escape(text)}</p>'


def _said(head: Head, say: Texts) -> list[tuple[str, str]]:
    """Return what the report is about and what was filtered, each with its name."""
    choice = head.choice
    filters = choice.filters()
    start, end = filters["start"], filters["end"]
    kinds = {"campaign": t("Campaign"), "version": t("Version"), "dataset": t("Dataset"), "workspace": t("Of")}
    added = ", ".join(t("{name}: {why+}", name=step, why=many) for step, many in choice.added.items())
    return [
        (say(kinds[choice.kind]), head.name if choice.number else say(head.name)),
        (say(t("From")), str(start) if start else say(t("the beginning"))),
        (say(t("To")), str(end) if end else say(t("now"))),
        (say(t("Step")), choice.step or say(t("all"))),
        (say(t("Member")), choice.member or say(t("all"))),
        (say(t("Label")), choice.label or say(t("all"))),
        (say(t("Charts by")), say(choice.by)),
        (say(t("People added")), added or say(t("nobody"))),
        (say(t("Time zone")), choice.tz or "UTC"),
        (say(t("Written")), f"{utc_now():%Y-%m-%d %H:%M} UTC"),
    ]


def _tiles(head: Head, say: Texts) -> str:
    tiles = "".join(
        f'<div class="nba-tile {tile.mood}"><span>{escape(say.said(tile.name))}</span>'
        f"<b>{escape(say.said(tile.value))}</b></div>"
        for tile in head.tiles
    )
    return f'<div class="nba-tiles">{tiles}</div>'


def _card(part: Part, head: Head, shown: go.Figure | Cells | str, say: Texts) -> str:
    """Return a card; a figure is drawn into it by the script."""
    match shown:
        case str():
            inside = f'<p class="nba-message">{escape(say.said(shown))}</p>'
        case Cells():
            inside = _table(shown, say)
        case _:
            height = int(shown.layout.height or 300)
            inside = f'<div class="nba-plot" id="{escape(part.name)}" style="min-height:{height}px"></div>'
    title = escape(say.said(part.title(head.choice)))
    without = head.choice.not_taken(part.table.takes)
    chips = "".join(f'<span class="nba-chip">{escape(say(f"all {name}s"))}</span>' for name in without)
    wide = " wide" if part.on.wide or part.chart is None else ""
    return f'<article class="nba-card{wide}"><div class="nba-card-head"><h3>{title}</h3>{chips}</div>{inside}</article>'


def _table(table: Cells, say: Texts) -> str:
    if not table.rows:
        return _none(say(t("Nothing yet")))
    number = [' class="n"' if heading.is_number else "" for heading in table.headings]
    top = "".join(
        f'<th scope="col" title="{escape(say.said(h.what))}"{n}>{escape(say.said(h.title))}</th>'
        for h, n in zip(table.headings, number, strict=True)
    )
    says = [say.said if heading.is_said else str for heading in table.headings]
    rows = "".join(
        f"<tr>{''.join(f'<td{n}>{escape(its(v))}</td>' for v, n, its in zip(row, number, says, strict=True))}</tr>"
        for row in table.rows
    )
    first = say(t("The first {n} of {total} rows"), n=f"{len(table.rows):,}", total=f"{table.total:,}")
    return (
        f'<div class="nba-scroll"><table class="nba-table"><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>'
        f"</div>{_none(first) if table.total > len(table.rows) else ''}"
    )
