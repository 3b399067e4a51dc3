"""Times as people write them, in the zone that they mean."""

import datetime as dt
import zoneinfo

import numpy as np
import pandas as pd
import pytest

from nbannotate.errors import InvalidInput
from nbannotate.model.times import Period, period, zone


def test_a_plain_day_as_end_is_included_whole():
    for day in ("2026-07-05", dt.date(2026, 7, 5), np.datetime64("2026-07-05"), pd.Timestamp("2026-07-05").date()):
        assert period(None, day).end == dt.datetime(2026, 7, 6)
    assert period(None, "2026-07-05T00:00").end == dt.datetime(2026, 7, 5)
    assert period(None, dt.date.max).end == dt.datetime.max
    assert period(None, None) == Period()


def test_times_of_other_zones_are_turned_into_utc():
    assert period("2026-07-05T10:00+02:00", None).start == dt.datetime(2026, 7, 5, 8)


def test_what_is_written_without_a_zone_means_the_one_that_is_given():
    assert period("2026-07-05", "2026-07-05", "Europe/Zurich") == Period(
        dt.datetime(2026, 7, 4, 22), dt.datetime(2026, 7, 5, 22)
    )
    assert period("2026-01-05T00:00", None, zoneinfo.ZoneInfo("Europe/Zurich")).start == dt.datetime(2026, 1, 4, 23)
    assert period("2026-07-05T10:00+02:00", None, "Asia/Tokyo").start == dt.datetime(2026, 7, 5, 8)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Europe/Zuerich", "did you mean 'Europe/Zurich'"),
        ("zurich", "did you mean 'Europe/Zurich'"),
        (5, "tz is the name of a zone"),
    ],
)
def test_a_zone_that_is_none_is_said_with_the_one_that_was_meant(name, words):
    with pytest.raises(InvalidInput, match=words):
        zone(name)


def test_zones_are_names_or_what_has_one():
    assert zone(None) is None
    assert zone("Asia/Tokyo") == zone(zoneinfo.ZoneInfo("Asia/Tokyo")) == zone(np.str_("Asia/Tokyo")) == "Asia/Tokyo"
    assert zone(dt.UTC) == "UTC"
