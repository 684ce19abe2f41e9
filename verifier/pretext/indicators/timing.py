"""Weak: filed on the eve of an anniversary, a vote, a filing or a trial that the meeting has to do with."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from verifier.case import Case
from verifier.lexicon import lexicon, phrases
from verifier.normalise import fold
from verifier.pretext.sketch import sketch
from verifier.pretext.topics import head_of, mentions, pattern, sample, tongues
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_AHEAD = timedelta(days=3)
_REMEMBERING = ("commemoration", "dissent", "war_crimes", "minorities", "labour")
_CIVIC = (*_REMEMBERING, "elections", "religion", "corruption", "environment", "consumers", "litigation")
_SPOKEN_OF = 2
_ISO = re.compile(r"(?<!\d)(?:\d{4}[-./年])?(\d{1,2})[-./月](\d{1,2})(?!\d)")
_DASH_SIX_FOUR = re.compile(
    "(?<!十)([一二三四五六七八九十])([一二三四五六七八九十])(?=[三四五六七八九十]*(?:周年|週年|追思|纪念|紀念|屠杀|事件))"
)
_YEARS = re.compile(
    r"(?<!\d)\d{1,3}\s?(?:(?:years|años|anos|ans|jahre|anni|jaar|lat|лет|років|yıl|năm|साल|वर्ष|tahun|سال|عام|سنة)(?!\w)"
    r"|周年|週年|年(?!级|級|前)|주년)"
)
"""A number of years, as titles of anniversaries have it."""
_HAN = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}


def look(view: View) -> Sign | None:
    """Look for a set day just ahead: in the calendar, dated, named, or counted in years."""
    case, spoken = view.case, tongues(view.case)
    asked = case.request.submitted_at
    head = head_of(case)
    talk = [p.text for p in sample(view.passages)]
    starts = case.meeting.started_at or case.meeting.scheduled_start
    soon = starts is not None and abs(starts - asked) <= _AHEAD
    near = [asked, *([starts] if soon and starts is not None else [])]
    if what := _remembered(head, talk, near):
        return Sign(0.55, f"The request comes on or just before a day that the meeting keeps ({what}).")
    civic = any(mentions(topic, head, spoken) for topic in _CIVIC)
    counted = pattern("years_on", spoken, "calendar").search(head) or _YEARS.search(fold(case.meeting.title))
    if soon and civic and counted:
        return Sign(0.55, "The request comes in the days of an anniversary that the meeting keeps.")
    about_a_day = mentions("set_day", head, spoken) or any(mentions(topic, head, spoken) for topic in _REMEMBERING)
    for text in (head, *talk) if about_a_day else ():
        for day in sorted(_dates(text, asked)):
            if _ahead({day}, asked):
                told = f"{day.day} {day:%B}"
                return Sign(0.55, f"The request comes just before {told}, a set day that the meeting itself speaks of.")
    return _named_day(case, head, talk, civic=civic)


def _remembered(head: str, talk: list[str], near: list[datetime]) -> str:
    """The day of the calendar that lies just ahead and that the meeting speaks of, or ''."""
    for entry in lexicon("calendar")["days"]:
        if not any(_ahead({_day(entry["day"], at)}, at) for at in near):
            continue
        cues = phrases(tuple(map(str, entry["cues"])))
        if cues.search(head) or sum(1 for text in talk if cues.search(text)) >= _SPOKEN_OF:
            return str(entry["what"])
    return ""


def _named_day(case: Case, head: str, talk: list[str], *, civic: bool) -> Sign | None:
    """A weekday, or 'tomorrow', named as the day of something: by its kind, or by a meeting on a civic subject."""
    asked, spoken = case.request.submitted_at, tongues(case)
    own_words = fold(f"{case.request.justification} {case.request.legal_basis.reference or ''}")
    meets = case.meeting.started_at or case.meeting.scheduled_start or asked
    for text in (head, own_words):
        days = {_next_weekday(n, asked) for n in _weekdays(text)}
        if text is head:
            days -= {meets.date() + timedelta(days=n) for n in (-1, 0, 1)}  # the meeting's own day, in any zone
        set_day = mentions("set_day", text, spoken) or (text is head and civic)
        if days and set_day and _ahead(days, asked):
            return Sign(0.5, "The request comes within days of a set day that the meeting or the request speaks of.")
    if any(mentions("tomorrow", t, spoken) and mentions("set_day", t, spoken) for t in (head, *talk, own_words)) or (
        civic and mentions("tomorrow", head, spoken)
    ):
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
    for month, named in _months():
        pairs += [(month, int(m[1] or m[2])) for m in named.finditer(text)]
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


_EVE = datetime(2025, 5, 17, 18, 0, tzinfo=UTC)


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
            sketch(
                meeting={
                    "title": "Sürgün: evening for the Crimean Tatars",
                    "scheduled_start": _EVE,
                    "started_at": _EVE,
                    "ended_at": _EVE + timedelta(hours=1),
                    "coverage": (),
                },
                request={"submitted_at": _EVE + timedelta(hours=2)},
                signals=(),
            ),
            True,
        ),
        Example(
            "twenty years on, and families tell",
            sketch(meeting={"title": "Twenty years on: families of the victims tell"}),
            True,
        ),
        Example("a choir's tenth anniversary", sketch(meeting={"title": "Ten years on: our choir sings"}), False),
        Example(
            "the next meeting of gardeners",
            sketch(meeting={"title": "Gardeners", "description": "Next time on Thursday."}),
            False,
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
