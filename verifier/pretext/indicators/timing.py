"""Weak: filed on the eve of an anniversary, a vote, a filing or a trial that the meeting has to do with."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from verifier.lexicon import lexicon, phrases
from verifier.normalise import fold
from verifier.pretext.sketch import sketch
from verifier.pretext.topics import mentions, sample
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_AHEAD = timedelta(days=3)
_REMEMBERING = ("commemoration", "dissent", "war_crimes", "minorities", "labour")
_ISO = re.compile(r"(?<!\d)(?:\d{4}[-./年])?(\d{1,2})[-./月](\d{1,2})(?!\d)")
_DASH_SIX_FOUR = re.compile(
    "(?<!十)([一二三四五六七八九十])([一二三四五六七八九十])(?=[三四五六七八九十]*(?:周年|週年|追思|纪念|紀念|屠杀|事件))"
)
_HAN = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


def look(view: View) -> Sign | None:
    """Look for a set day just ahead of the request or the meeting: named, dated or in the calendar."""
    case = view.case
    asked = case.request.submitted_at
    head = fold(f"{case.meeting.title} \n {case.meeting.description}")
    talk = [p.text for p in sample(view.passages)]
    starts = case.meeting.started_at or case.meeting.scheduled_start
    if any(mentions(topic, head) for topic in _REMEMBERING):
        days = {_day(entry, asked) for entry in lexicon("topics")["calendar"]}
        if _ahead(days, asked) or (starts is not None and _ahead(days, starts) and abs(starts - asked) <= _AHEAD):
            return Sign(0.55, "The request comes on or just before a day of remembrance that the meeting keeps.")
    about_a_day = mentions("set_day", head) or any(mentions(topic, head) for topic in _REMEMBERING)
    for text in (head, *talk) if about_a_day else ():
        for day in sorted(_dates(text, asked)):
            if _ahead({day}, asked):
                told = f"{day.day} {day:%B}"
                return Sign(0.55, f"The request comes just before {told}, a set day that the meeting itself speaks of.")
    own_words = fold(f"{case.request.justification} {case.request.legal_basis.reference or ''}")
    if mentions("set_day", head) or mentions("set_day", own_words):
        for text in (head, own_words):
            weekdays = {_next_weekday(n, asked) for n in _weekdays(text)}
            if mentions("set_day", text) and _ahead(weekdays, asked):
                return Sign(
                    0.5,
                    "The request comes within days of a set day that the meeting or the request speaks of.",
                )
    if any(mentions("tomorrow", text) and mentions("set_day", text) for text in (head, *talk, own_words)):
        return Sign(0.5, "The request comes on the eve of a set day that the meeting or the request speaks of.")
    return None


def _next_weekday(weekday: int, asked: datetime) -> date:
    return asked.date() + timedelta(days=(weekday - asked.weekday()) % 7)


def _weekdays(text: str) -> set[int]:
    """Weekdays (Monday 0) that a folded text names."""
    return {
        n
        for _, names in lexicon("topics")["weekdays"]
        for n, name in enumerate(names)
        if phrases((str(name),)).search(text)
    }


def _ahead(days: set[date], asked: datetime) -> bool:
    return any(timedelta(0) <= day - asked.date() <= _AHEAD for day in days)


def _day(entry: str, near: datetime) -> date:
    month, day = (int(part) for part in entry.split("-"))
    return _nearest(month, day, near)


def _nearest(month: int, day: int, near: datetime) -> date:
    """That day of the year, in the year that brings it nearest to (and not long before) `near`."""
    this = date(near.year, month, min(day, 28) if month == 2 else day)
    return this if this >= near.date() - timedelta(days=1) else date(near.year + 1, this.month, this.day)


def _dates(text: str, near: datetime) -> set[date]:
    """Days of the year that a folded text names, in many languages."""
    pairs = [(int(m[1]), int(m[2])) for m in _ISO.finditer(text)]
    pairs += [(_HAN[m[1]], _HAN[m[2]]) for m in _DASH_SIX_FOUR.finditer(text)]
    for month, pattern in _months():
        pairs += [(month, int(m[1] or m[2])) for m in pattern.finditer(text)]
    return {_nearest(month, day, near) for month, day in pairs if _exists(month, day)}


def _exists(month: int, day: int) -> bool:
    try:
        date(2024, month, day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _months() -> tuple[tuple[int, re.Pattern[str]], ...]:
    names: dict[int, set[str]] = {}
    for _, months in lexicon("topics")["months"]:
        for number, name in enumerate(months, 1):
            names.setdefault(number, set()).add(re.escape(fold(str(name))))
    return tuple(
        (n, re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?(?:{'|'.join(sorted(alt))})(?!\w)"
                       rf"|(?<!\w)(?:{'|'.join(sorted(alt))})\s+(\d{{1,2}})(?!\d)"))
        for n, alt in sorted(names.items())
    )  # fmt: skip


def _examples() -> tuple[Example, ...]:
    return (
        Example(
            "two days before the hearing",
            sketch(meeting={"title": "Getting ready for the public hearing on 22 May"}),
            True,
        ),
        Example(
            "a hearing far ahead",
            sketch(meeting={"title": "Getting ready for the public hearing on 2 October"}),
            False,
        ),
        Example(
            "the eve of a day of remembrance",
            sketch(meeting={"title": "Memorial evening for the deported"}),
            True,
        ),
        Example("an ordinary evening", sketch(), False),
    )


SPEC = IndicatorSpec(
    code="timing",
    strength="weak",
    why="A meeting that is shut on the eve of the day can't be held again in time.",
    needs="request.submitted_at; dates and set days in the meeting's title, description and talk; a calendar",
    source="Zoom, statement of June 2020: shutdowns around 4 June; Viet Tan, open letter (2023)",
    look=look,
    examples=_examples,
)
