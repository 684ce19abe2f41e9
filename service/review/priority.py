"""What comes first, and why: holds, then harm × time pressure × age.

Age weighs as a power of two, so that the order of two waiting cases never changes with time: a case's place is
`log2(harm × pressure) − opened / doubling`, a number that an index can sort by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.review.rules import Rules
from verifier.case import Case

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Weight:
    """The part of priority that time doesn't change, and the reasons for it."""

    harm: float
    pressure: float
    why: tuple[str, ...]

    @property
    def value(self) -> float:
        """Harm × time pressure."""
        return self.harm * self.pressure


def weigh(case: Case, rules: Rules) -> Weight:
    """How much waiting costs. Looks at nothing that the requester calls urgent: saying so is free."""
    categories = sorted({claim.category for claim in case.request.claims})
    known = rules.priority
    gravest = max(categories, key=lambda c: (known.harm.get(c, known.otherwise), c))
    harm = known.harm.get(gravest, known.otherwise)
    why, pressure = [f"{_words(gravest)} claimed: harm {harm:g}"], 1.0
    meeting = case.meeting
    if meeting.started_at is not None and meeting.ended_at is None:
        pressure *= known.running
        why.append(f"the meeting was running when it was asked: × {known.running:g}")
    if case.request.action in rules.irreversible:
        pressure *= known.irreversible
        why.append(f"{_words(case.request.action)} can't be taken back: × {known.irreversible:g}")
    return Weight(harm, pressure, tuple(why))


def place(weight: float, opened_at: datetime, rules: Rules) -> float:
    """A case's place among its kind: higher comes first, whenever one looks."""
    return math.log2(weight) - (opened_at - _EPOCH) / timedelta(hours=rules.priority.doubles_hours)


def explained(*, hold: bool, level: int, why: Sequence[str], opened_at: datetime, now: datetime, rules: Rules) -> str:
    """Why a case stands where it stands, in one line."""
    hours = max(0.0, (now - opened_at) / timedelta(hours=1))
    age = 2 ** (hours / rules.priority.doubles_hours)
    parts = ["hold: before every review"] if hold else []
    parts += [f"raised {level} time{'s' if level > 1 else ''}"] if level else []
    return "; ".join([*parts, *why, f"waiting {hours:.1f} h: × {age:.2g}"])


def _words(name: str) -> str:
    return name.replace("_", " ")
