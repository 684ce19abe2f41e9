"""Learn-then-test for the clearing threshold.

Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test: Calibrating Predictive Algorithms to Achieve Risk
Control" (2021). Candidates are tested from the strictest down (fixed-sequence testing): each has the null hypothesis
"the false-clear rate is above alpha", with the exact binomial p-value; testing stops at the first that is not
rejected, so with probability at least 1 - delta the chosen threshold keeps the rate at or below alpha. That holds if
cases to come are exchangeable with the calibration cases: the same mix, made by the same process.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from eval.scoring.intervals import binomial_cdf, upper_bound

GRID = tuple(round(0.5 + 0.005 * i, 3) for i in range(101))
"""Candidate thresholds on support."""


class TooFewCases(ValueError):  # noqa: N818 - reads as what it is
    """Even without a single false clear the data could not bear the promise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A labelled case under the loosest threshold: may it be cleared, and down to which threshold would it be?

    `clears_up_to` is the least support among its claims if everything else allows clearing, else None.
    """

    may_clear: bool
    clears_up_to: float | None

    def cleared_at(self, threshold: float) -> bool:
        """Whether this threshold clears it."""
        return self.clears_up_to is not None and self.clears_up_to >= threshold


@dataclass(frozen=True, slots=True)
class Step:
    """One candidate: false clears of cases that must not be cleared, p-value, and what it clears of the rest."""

    threshold: float
    false_clears: int
    p_value: float
    auto_cleared: int


@dataclass(frozen=True, slots=True)
class Promise:
    """The chosen threshold (None: no candidate keeps the promise) with the figures behind it."""

    threshold: float | None
    alpha: float
    delta: float
    must_not: int
    may: int
    may_cleared_by_policy: int
    """Rightly cleared at the policy's own threshold: what a stricter one costs is the difference."""
    steps: tuple[Step, ...]

    @property
    def chosen(self) -> Step | None:
        """The step of the chosen threshold."""
        return next((s for s in self.steps if s.threshold == self.threshold), None)

    @property
    def bound(self) -> float | None:
        """Exact upper confidence limit of the false-clear rate at the chosen threshold."""
        return upper_bound(self.chosen.false_clears, self.must_not, self.delta) if self.chosen else None


def cases_needed(alpha: float, delta: float) -> int:
    """Cases that must not be cleared which the promise needs at least, if none of them is cleared."""
    return math.ceil(math.log(delta) / math.log1p(-alpha))


def learn_then_test(outcomes: Sequence[Outcome], alpha: float, delta: float, loosest: float) -> Promise:
    """The loosest threshold, not below `loosest`, that keeps the false-clear rate at most `alpha` with confidence
    1 - `delta`. Raises `TooFewCases`."""
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ValueError("alpha and delta must lie strictly between 0 and 1")
    must_not = [o for o in outcomes if not o.may_clear]
    may = [o for o in outcomes if o.may_clear]
    needed = cases_needed(alpha, delta)
    if len(must_not) < needed:
        raise TooFewCases(
            f"{len(must_not)} cases that must not be cleared are too few: a false-clear rate of at most {alpha:g} with "
            f"confidence {1 - delta:g} needs at least {needed}, even without a single error"
        )
    steps, threshold = [], None
    for candidate in sorted({c for c in GRID if c > loosest} | {loosest}, reverse=True):
        errors = sum(o.cleared_at(candidate) for o in must_not)
        step = Step(
            candidate, errors, binomial_cdf(errors, len(must_not), alpha), sum(o.cleared_at(candidate) for o in may)
        )
        steps.append(step)
        if step.p_value > delta:
            break
        threshold = candidate
    loose = sum(o.cleared_at(loosest) for o in may)
    return Promise(threshold, alpha, delta, len(must_not), len(may), loose, tuple(steps))
