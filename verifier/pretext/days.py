"""Days of the year and weekdays as people write them, in many languages: 16/03, March 16th, 3月16日, on Monday."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from verifier.lexicon import lexicon, phrases
from verifier.normalise import fold

AHEAD = timedelta(days=3)
"""A day that is no further ahead is just ahead."""
_PAIR = re.compile(r"(?<![\d.:])(?:(\d{4})[-./年])?(\d{1,2})([-./月])(\d{1,2})(?:[-./日](\d{4}|\d{2}))?(?![\d:]|\.\d)")
_DASH_SIX_FOUR = re.compile(
    "(?<!十)([一二三四五六七八九十])([一二三四五六七八九十])(?=[三四五六七八九十]*(?:周年|週年|追思|纪念|紀念|屠杀|事件))"
)
_HAN = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


def ahead(days: set[date], asked: datetime) -> set[date]:
    """Those of the days that lie on or just after the day of asking."""
    return {day for day in days if timedelta(0) <= day - asked.date() <= AHEAD}


def weekdays(text: str, asked: datetime) -> set[date]:
    """The next day of each weekday that a folded text names."""
    return {asked.date() + timedelta(days=(n - asked.weekday()) % 7) for n, names in _weekdays() if names.search(text)}


def nearest(month: int, day: int, near: datetime) -> date:
    """That day of the year, in the year that brings it nearest to (and not long before) `near`."""
    this = date(near.year, month, min(day, 28) if month == 2 else day)
    return this if this >= near.date() - timedelta(days=1) else date(near.year + 1, this.month, this.day)


def dates(text: str, near: datetime) -> set[date]:
    """Days that a folded text names, in the year told or else in the one that brings them nearest."""
    found = {nearest(_HAN[m[1]], _HAN[m[2]], near) for m in _DASH_SIX_FOUR.finditer(text)}
    for m in _PAIR.finditer(text):
        one, other = int(m[2]), int(m[4])
        year = m[1] or (m[5] if m[5] and len(m[5]) == 4 else None)
        # 3/4 is two days; a first part above twelve, or a year in front, leaves one.
        orders = [(one, other)] if m[1] or m[3] == "月" else [(one, other), (other, one)]
        found |= {_day(year, month, day, near) for month, day in orders if _exists(month, day)}
    for month, named in _months():
        for m in named.finditer(text):
            if _exists(month, int(m[1] or m[2])):
                found.add(nearest(month, int(m[1] or m[2]), near))
    return found


def _day(year: str | None, month: int, day: int, near: datetime) -> date:
    return date(int(year), month, min(day, 28) if month == 2 else day) if year else nearest(month, day, near)


def _exists(month: int, day: int) -> bool:
    try:
        date(2024, month, day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _weekdays() -> tuple[tuple[int, re.Pattern[str]], ...]:
    lists = [names for _, names in lexicon("topics")["weekdays"]]
    return tuple((n, phrases(tuple(str(names[n]) for names in lists))) for n in range(7))


@lru_cache(maxsize=1)
def _months() -> tuple[tuple[int, re.Pattern[str]], ...]:
    names: dict[int, set[str]] = {}
    for _, months in lexicon("topics")["months"]:
        for number, name in enumerate(months, 1):
            names.setdefault(number, set()).add(re.escape(fold(str(name))))
    return tuple(
        (n, re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de |of )?(?:{'|'.join(sorted(alt))})(?!\w)"
                       rf"|(?<!\w)(?:{'|'.join(sorted(alt))})\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|\w)"))
        for n, alt in sorted(names.items())
    )  # fmt: skip
