"""The parts of the dashboard that are text: tiles, the table of members, messages. All that people wrote is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nbannotate.charts.look import duration
from nbannotate.texts import t

if TYPE_CHECKING:
    from nbannotate.pages.manager.board import Board

COLUMNS = (
    ("annotated", "Annotated"),
    ("accepted", "Accepted"),
    ("reworked", "Sent back"),
    ("skipped", "Skipped"),
    ("in_progress", "In hand"),
    ("to_rework", "To rework"),
)


def tiles(board: Board) -> str:
    """Return the tiles: assets by fate, open issues, mean time; and a bar of the finished share."""
    total, done, skipped = board.total("total"), board.total("done"), board.total("skipped")
    percent = 100 * (done + skipped) / total if total else 0.0
    parts = [
        ("Assets", f"{total:,}", ""),
        ("Done", f"{done:,}", "good"),
        ("Remaining", f"{board.total('remaining'):,}", ""),
        ("Skipped", f"{skipped:,}", ""),
        ("Open issues", f"{board.open_issues:,}", "warn" if board.open_issues else ""),
        ("Mean time per task", duration(board.mean_s), ""),
    ]
    cells = "".join(
        f'<div class="nba-tile {mood}" role="listitem"><span>{name}</span><b>{value}</b></div>'
        for name, value, mood in parts
    )
    width_done = 100 * done / total if total else 0.0
    finished = t("{percent}% of the assets have left the workflow", percent=f"{percent:.0f}")
    return (
        f'<div class="nba-tiles" role="list">{cells}</div>'
        f'<div class="nba-share" role="progressbar" aria-label="{t("Finished")}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent:.0f}"><span class="done" style="width:{width_done:.2f}%"></span>'
        f'<span class="skipped" style="width:{percent - width_done:.2f}%"></span></div>'
        f'<p class="nba-share-text">{finished}</p>'
    )


def members_table(board: Board) -> str:
    """Return the table of members: work handed in, tasks in hand, times."""
    if board.members.empty:
        return '<p class="nba-none">Nobody has a task yet</p>'
    head = "".join(f'<th scope="col" class="n">{title}</th>' for _, title in COLUMNS)
    rows = []
    for row in board.members.to_dict("records"):
        login = str(row["member"])
        dot = f'<i class="nba-dot" style="background:{escape(board.look.members.get(login, "#9aa5b1"))}"></i>'
        cells = [str(row[name] or "·") for name, _ in COLUMNS]
        cells += [duration(row["worked_s"]), duration(row["mean_s"]), _when(row["last"])]
        counts = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        rows.append(f'<tr><th scope="row">{dot}{escape(login)}</th>{counts}</tr>')
    return (
        f'<div class="nba-scroll"><table class="nba-table"><thead><tr><th scope="col">{t("Member")}</th>{head}'
        f'<th scope="col" class="n">{t("Time worked")}</th><th scope="col" class="n">{t("Mean per task")}</th>'
        f'<th scope="col" class="n">{t("Last handed in (UTC)")}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _when(moment: Any) -> str:
    """Return a time for people, or a dash if it is missing."""
    return "–" if moment != moment else f"{moment:%Y-%m-%d %H:%M}"


def message(text: str, kind: str = "error") -> str:
    """Return a sentence in a box; ``kind`` is ``"error"`` or ``"hint"``."""
    return f'<div class="nba-message {kind}" role="{"alert" if kind == "error" else "status"}">{escape(text)}</div>'


def no_campaign() -> str:
    """Return what a workspace without campaigns shows."""
    appear = t("Progress, throughput and issues appear here as soon as a campaign is there. Write one in a notebook:")
    return (
        f'<div class="nba-empty"><h2>{t("No campaigns yet")}</h2><p>{appear}</p>'
        "<pre>c = version.create_campaign(&quot;July&quot;, recipe, workflow)\nc.launch()</pre></div>"
    )


def not_launched(name: str | None) -> str:
    """Return the hint that nothing is launched yet."""
    if name:
        return message(
            t("The campaign “{name}” is not launched yet; tasks appear after c.launch().", name=name), "hint"
        )
    return message(t("The campaigns are not launched yet; tasks appear after c.launch()."), "hint")
