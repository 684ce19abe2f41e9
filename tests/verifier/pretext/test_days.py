"""Days as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from verifier.pretext.days import ahead, dates, weekdays

ASKED = datetime(2025, 3, 14, 10, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    "text",
    [
        "16/03/2025",
        "16.03.",
        "16/3",
        "march 16th",
        "16th of march",
        "16 марта",
        "el 16 de marzo",
        "3月16日",
        "2025-03-16",
    ],
)
def test_one_day_in_many_ways(text: str) -> None:
    assert date(2025, 3, 16) in dates(text, ASKED)


@pytest.mark.parametrize("text", ["16:03", "version 3.16.2.1", "2019-03-16", "march 1600", "45/67"])
def test_numbers_that_are_no_day_ahead(text: str) -> None:
    assert not ahead(dates(text, ASKED), ASKED)


@pytest.mark.parametrize("text", ["on sunday", "этой воскресенья", "日曜に", "el domingo", "یکشنبه"])
def test_the_next_weekday(text: str) -> None:
    assert date(2025, 3, 16) in weekdays(text, ASKED)


def test_only_the_next_three_days_are_just_ahead() -> None:
    days = {date(2025, 3, d) for d in (13, 14, 17, 18)}
    assert ahead(days, ASKED) == {date(2025, 3, 14), date(2025, 3, 17)}
