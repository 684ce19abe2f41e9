"""Times as people write them, and whether they can lie inside a meeting."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.pretext.clock import Stamp, moments, outside, stamps

START = datetime(2025, 5, 20, 18, 0, tzinfo=UTC)
END = START + timedelta(minutes=60)
SLACK = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("text", "clock", "day", "offset"),
    [
        ("[18:41:10]", time(18, 41, 10), None, None),
        ("6:41 PM", time(18, 41), None, None),
        ("12:05 a.m.", time(0, 5), None, None),
        ("2025-06-04T02:09:58Z", time(2, 9, 58), date(2025, 6, 4), 0),
        ("04.06.2025 02:09 UTC", time(2, 9), date(2025, 6, 4), 0),
        ("22:10 UTC+2", time(22, 10), None, 120),
        ("23:40 GMT+5:30", time(23, 40), None, 330),
        ("20:41 CEST", time(20, 41), None, 120),
        ("23:41 IST", time(23, 41), None, None),  # of Ireland, Israel or India
        ("03/04/2025 10:00", time(10, 0), None, None),  # of March or April
        ("10:30 est arrivé", time(10, 30), None, None),  # French, no zone
    ],
)
def test_a_time_as_written(text, clock, day, offset):
    assert list(stamps(text)) == [Stamp(clock, day, offset)]


@pytest.mark.parametrize("text", ["", "1:2:3", "25:10", "18:75", "13:30 pm", "v1.18:41.2"])
def test_what_is_no_time(text):
    assert list(stamps(text)) == []


@pytest.mark.parametrize(
    ("text", "is_outside"),
    [
        ("20.05.2025 18:30 UTC", False),
        ("20.05.2025 21:30 UTC", True),
        ("20.05.2025 20:30 CEST", False),
        ("19.05.2025 18:30 UTC", True),
        ("18:30 UTC", False),
        ("21:30 UTC", True),
        ("21:30", False),  # somewhere it was
        ("18:05 and 18:55", False),
        ("18:05 and 20:55", True),  # in no zone are they an hour apart
        ("23:50 and 00:20", False),  # past midnight
        ("00:03:10 and 00:58:00", False),  # counted from the beginning
    ],
)
def test_whether_times_can_lie_in_a_meeting(text, is_outside):
    assert outside(list(stamps(text)), START, END, SLACK) is is_outside


@given(st.integers(0, 3600), st.integers(-24, 28))
def test_a_true_time_is_never_outside_whatever_zone_names_it(second, halves):
    """In any zone of full or half hours, told or not, with or without its day."""
    offset = 30 * halves
    local = START + timedelta(seconds=second, minutes=offset)
    for day in (local.date(), None):
        for zone in (offset, None):
            stamp = Stamp(local.time(), day, zone)
            assert not outside([stamp], START, END, SLACK)
            if day is None or zone is not None:
                assert START + timedelta(seconds=second) in moments(stamp, START, END)
