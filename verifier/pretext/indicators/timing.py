"""Weak: filed on the eve of an anniversary, a vote or a trial that the meeting has to do with, or in a burst."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from verifier.case import Case
from verifier.lexicon import lexicon, phrases
from verifier.normalise import fold
from verifier.pretext.days import AHEAD, ahead, dates, nearest, weekdays
from verifier.pretext.frames import sentences
from verifier.pretext.sketch import sketch
from verifier.pretext.topics import head_of, mentions, pattern, sample, tongues
from verifier.pretext.view import Example, IndicatorSpec, Sign, View

_REMEMBERING = ("commemoration", "dissent", "war_crimes", "minorities", "labour")
_CIVIC = (*_REMEMBERING, "elections", "religion", "corruption", "environment", "consumers", "litigation")
_SPOKEN_OF = 2
_AROUND = 40
"""Characters of talk around a word for a set day in which its date is told."""
_YEARS = re.compile(
    r"(?<!\d)\d{1,3}\s?(?:(?:years|años|anos|ans|jahre|anni|jaar|lat|лет|років|yıl|năm|साल|वर्ष|tahun|سال|عام|سنة)(?!\w)"
    r"|周年|週年|年(?!级|級|前)|주년|주기)|[二三四五六七八九十百]{1,4}(?:周年|週年|年(?!级|級|前))"
)
"""A number of years, as titles of anniversaries have it."""


def look(view: View) -> Sign | None:
    """Look for a set day just ahead (in the calendar, dated, named, counted in years) or a series of requests."""
    case, spoken = view.case, tongues(view.case)
    asked = case.request.submitted_at
    head = head_of(case)
    talk = [p.text for p in sample(view.passages)]
    starts = case.meeting.started_at or case.meeting.scheduled_start
    soon = starts is not None and abs(starts - asked) <= AHEAD
    near = [asked, *([starts] if soon and starts is not None else [])]
    if what := _remembered(head, talk, near):
        return Sign(0.55, f"The request comes on or just before a day that the meeting keeps ({what}).")
    civic = any(mentions(topic, head, spoken) for topic in _CIVIC)
    counted = pattern("years_on", spoken, "calendar").search(head) or _YEARS.search(fold(case.meeting.title))
    if soon and civic and counted:
        return Sign(0.55, "The request comes in the days of an anniversary that the meeting keeps.")
    about_a_day = mentions("set_day", head, spoken) or any(mentions(topic, head, spoken) for topic in _REMEMBERING)
    for text in (head, *_of_a_day(talk, spoken)) if about_a_day else ():
        if days := ahead(dates(text, asked), asked):
            return Sign(
                0.55, f"The request comes just before {_told(days)}, a set day that the meeting itself speaks of."
            )
    return _named_day(case, head, talk, civic=civic) or _burst(view)


def _remembered(head: str, talk: list[str], near: list[datetime]) -> str:
    """The day of the calendar that lies just ahead and that the meeting speaks of, or ''."""
    for entry in lexicon("calendar")["days"]:
        month, day = (int(part) for part in entry["day"].split("-"))
        if not any(ahead({nearest(month, day, at)}, at) for at in near):
            continue
        cues = phrases(tuple(map(str, entry["cues"])))
        if cues.search(head) or sum(1 for text in talk if cues.search(text)) >= _SPOKEN_OF:
            return str(entry["what"])
    return ""


def _named_day(case: Case, head: str, talk: list[str], *, civic: bool) -> Sign | None:
    """A date, weekday or 'tomorrow' named as the day of something: by its kind, or by a civic meeting."""
    asked, spoken = case.request.submitted_at, tongues(case)
    meets = case.meeting.started_at or case.meeting.scheduled_start or asked
    own_days = {meets.date() + timedelta(days=n) for n in (-1, 0, 1)}  # the meeting's own day, in any zone
    for part in sentences(f"{case.request.justification}\n{case.request.legal_basis.reference or ''}"):
        days = ahead(weekdays(part, asked) | dates(part, asked), asked)
        if days and mentions("set_day", part, frozenset()):
            return Sign(0.5, f"The request itself speaks of a set day just ahead ({_told(days)}).")
    days = ahead(weekdays(head, asked) - own_days, asked)
    if days and (civic or mentions("set_day", head, spoken)):
        return Sign(0.5, f"The request comes within days of a set day that the meeting speaks of ({_told(days)}).")
    own = fold(case.request.justification)
    texts = (head, own, *(_of_a_day(talk, spoken) if civic else ()))
    if any(mentions("tomorrow", t, spoken) and mentions("set_day", t, spoken) for t in texts) or (
        civic and mentions("tomorrow", head, spoken)
    ):
        return Sign(0.5, "The request comes on the eve of a set day that the meeting or the request speaks of.")
    return None


def _of_a_day(talk: list[str], spoken: frozenset[str]) -> list[str]:
    """The stretches of a meeting's talk around words for a set day."""
    cues = pattern("set_day", spoken)
    return [text[max(0, m.start() - _AROUND) : m.end() + _AROUND] for text in talk for m in cues.finditer(text)]


def _burst(view: View) -> Sign | None:
    """Several requests against one host in few days, as the record of exhibits or the request itself has it."""
    asked = view.case.request.submitted_at
    recent = {r.prior_request_id for r in view.case.history.evidence_reuse if asked - r.prior_submitted_at <= 2 * AHEAD}
    if len(recent) >= 2:
        return Sign(0.5, f"{len(recent)} other requests with the same exhibits came within days of this one.")
    lists = ("burst_requests", "burst_again", "burst_host")
    for part in sentences(view.case.request.justification):
        if all(mentions(name, part, frozenset()) for name in lists):
            return Sign(0.5, "The request is one of a series against the same host, by its own words.")
    return None


def _told(days: set[date]) -> str:
    return ", ".join(f"{day.day} {day:%B}" for day in sorted(days)[:2])


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
        Example(
            "a dated day in the request",
            sketch(request={"justification": "Please block it before 22 May, the day of the vote."}),
            True,
        ),
        Example(
            "one of a series",
            sketch(request={"justification": "This is our fourth request about this host since Monday."}),
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
