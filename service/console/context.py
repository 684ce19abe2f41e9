"""Quotes in their place: what was said just before and after, with speaker and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.console.persons import Persons, Shown, clock
from verifier.assessment import ClaimAssessment, EvidenceRef
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
    """Quotes that stand close together, among their neighbours."""

    stance: str
    turns: tuple[Turn, ...]


def passages(case: Case, claim: ClaimAssessment, persons: Persons) -> tuple[Passage, ...]:
    """The quotes on which a claim's verdict rests: what speaks for it first, then in the order of time.

    Quotes of one stance whose neighbourhoods touch are one passage, so that nothing is read twice.
    """
    spoken = sorted((s for s in case.signals if s.kind in _WORDS and s.text), key=_when)
    at = {s.signal_id: n for n, s in enumerate(spoken)}
    others = {s.signal_id: s for s in case.signals}
    weighty = sorted((e for e in claim.evidence if e.ref.startswith("signal:")), key=lambda e: -e.weight)[:SHOWN]
    quotes = {e.ref.removeprefix("signal:"): e for e in weighty}
    found: list[Passage] = []
    for stance in ("supports", "refutes", "neutral"):
        names = [name for name, e in quotes.items() if e.stance == stance and name in others]
        for run in _runs(sorted(at[name] for name in names if name in at)):
            near = spoken[max(0, run[0] - AROUND) : run[-1] + AROUND + 1]
            found.append(Passage(stance, tuple(_turn(s, _quote(quotes, s, stance), persons) for s in near)))
        unspoken = [others[name] for name in names if name not in at]
        if unspoken:
            found.append(Passage(stance, tuple(_turn(s, _quote(quotes, s, stance), persons) for s in unspoken)))
    return tuple(found)


def _runs(places: list[int]) -> list[list[int]]:
    """Places whose neighbourhoods touch, together."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place - runs[-1][-1] <= 2 * AROUND:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _quote(quotes: dict[str, EvidenceRef], signal: Signal, stance: str) -> str | None:
    found = quotes.get(signal.signal_id)
    return found.quote if found is not None and found.stance == stance else None


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
