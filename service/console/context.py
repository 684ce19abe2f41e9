"""Quotes in their place: what was said just before and after, with speaker and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.console.persons import Persons, Shown, clock
from verifier.assessment import ClaimAssessment
from verifier.case import Case, Signal

AROUND = 2
"""Turns before and after; enough to hear whether somebody quotes, jokes or means it."""
SHOWN = 6
"""Quotes of one claim that a page opens with; the others are in the answer's JSON."""
_WORDS = frozenset({"transcript", "chat", "screen_text"})


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the record. The quote is the part between `before` and `after`; '' where nothing is quoted."""

    ref: str
    time: str
    who: Shown
    kind: str
    before: str
    quote: str
    after: str
    language: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote among its neighbours."""

    ref: str
    stance: str
    weight: float
    turns: tuple[Turn, ...]


def passages(case: Case, claim: ClaimAssessment, persons: Persons) -> tuple[Passage, ...]:
    """The quotes on which a claim's verdict rests, weightiest first."""
    spoken = sorted((s for s in case.signals if s.kind in _WORDS and s.text), key=_when)
    at = {s.signal_id: n for n, s in enumerate(spoken)}
    others = {s.signal_id: s for s in case.signals}
    found = []
    for evidence in sorted(claim.evidence, key=lambda e: -e.weight):
        kind, _, name = evidence.ref.partition(":")
        if kind != "signal" or name not in others:
            continue
        place = at.get(name)
        near = [others[name]] if place is None else spoken[max(0, place - AROUND) : place + AROUND + 1]
        turns = tuple(_turn(s, evidence.quote if s.signal_id == name else None, persons) for s in near)
        found.append(Passage(evidence.ref, evidence.stance, evidence.weight, turns))
    return tuple(found[:SHOWN])


def _turn(signal: Signal, quote: str | None, persons: Persons) -> Turn:
    text = signal.text or f"{signal.category or signal.kind}, score {signal.score}, by {signal.source}"
    if signal.kind in ("hash_match", "classifier"):
        text = f"{signal.source}: {(signal.category or 'unnamed').replace('_', ' ')}, score {signal.score}" + (
            f" – {signal.text}" if signal.text else ""
        )
    before, found, after = text.partition(quote) if quote else (text, "", "")
    return Turn(
        ref=f"signal:{signal.signal_id}",
        time=clock(signal.observed_at),
        who=persons.participant(signal.participant_id),
        kind=signal.kind.replace("_", " "),
        before=before,
        quote=found,
        after=after,
        language=signal.language or "",
    )


def _when(signal: Signal) -> tuple[bool, datetime | str, str]:
    moment = signal.observed_at
    return (moment is None, moment.isoformat() if moment else "", signal.signal_id)
