"""When decisions add up to an outcome: enough people who answered the same, each without seeing the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

Outcome = Literal["approve", "deny"]


def outcome_of(answers: Sequence[Outcome], needed: int) -> Outcome | None:
    """The first answer that `needed` people gave, or None while there is none.

    Two who are needed and disagree leave it open, so that a third decides.
    """
    counted: Counter[Outcome] = Counter()
    for answer in answers:
        counted[answer] += 1
        if counted[answer] >= needed:
            return answer
    return None
