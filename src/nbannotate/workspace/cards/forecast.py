"""The card of a forecast."""

from __future__ import annotations

import datetime as dt

from nbannotate.cards import Card, Counts, Grid, card_of
from nbannotate.workspace.forecast import Forecast, is_missing

_HEAD = ("step", "open", "to be done", "people", "tasks a day", "ends about", "80 %", "one more: days sooner")


@card_of.register
def _(forecast: Forecast) -> Card:
    table = forecast.df()
    whole = table[table["step_name"].isna()].iloc[0]
    counts: Counts = ((int(whole["open"]), "open tasks"), (int(whole["people"]), "people"))
    notes = []
    if forecast.in_time is not None:
        notes.append(f"By the last day, {whole['due']:%Y-%m-%d}, with a probability of {forecast.in_time:.0%}.")
    if forecast.bottleneck is not None:
        notes.append(f"The bottleneck is {forecast.bottleneck}.")
    if forecast.added and forecast.before is not None and forecast.end is not None:
        days = (forecast.before - forecast.end).total_seconds() / 86400
        notes.append(f"{days:.1f} days sooner than without the people added, {_day(forecast.before)}.")
    if forecast.note:
        return Card("Forecast", forecast._campaign.name, counts=counts, notes=(f"{forecast.note}.",))
    rows = [
        (
            "all steps" if is_missing(row["step_name"]) else str(row["step_name"]),
            int(row["open"]), round(float(row["expected"])), int(row["people"]), _number(row["per_day"], 0),
            _day(row["end"]), f"{_day(row['earliest'])} to {_day(row['latest'])}", _number(row["sooner"], 1),
        )
        for row in table.to_dict("records")
    ]  # fmt: skip
    first = next(iter(table["step_name"].dropna()), "")
    typed = (f'forecast.what_if(add={{"{first}": 1}})', "forecast.figure()", "forecast.df()")
    return Card("Forecast", forecast._campaign.name, counts=counts, parts=(Grid(_HEAD, tuple(rows)),),
                notes=tuple(notes), next=typed)  # fmt: skip


def _number(value: float, digits: int) -> float | None:
    return None if value != value else round(value, digits or None)


def _day(value: dt.datetime) -> str:
    return "?" if is_missing(value) else f"{value:%Y-%m-%d}"
