"""Paired statistics for two systems on the same cases."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.scoring.intervals import binomial_cdf
from eval.scoring.records import Record

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """A share under A and under B over the same cases; `low` to `high` is a 95 % interval of B - A."""

    name: str
    cases: int
    a: float | None
    b: float | None
    low: float
    high: float
    only_a: int
    only_b: int
    p_value: float


def mcnemar(only_a: int, only_b: int) -> float:
    """Exact two-sided p-value of McNemar's test (1947): given that the two differ, are both directions as likely?"""
    n = only_a + only_b
    return 1.0 if n == 0 else min(1.0, 2 * binomial_cdf(min(only_a, only_b), n, 0.5))


def difference(
    name: str, pairs: Sequence[tuple[Record, Record]], hit: Callable[[Record], bool], seed: int = 1
) -> Difference:
    """Compare how often `hit` is true; the interval is the percentile bootstrap over cases (Efron, 1979)."""
    a, b = [hit(x) for x, _ in pairs], [hit(y) for _, y in pairs]
    n = len(pairs)
    if n == 0:
        return Difference(name, 0, None, None, -1.0, 1.0, 0, 0, 1.0)
    deltas = [int(y) - int(x) for x, y in zip(a, b, strict=True)]
    rng = random.Random(seed)  # noqa: S311 - resampling, not a secret
    means = sorted(sum(rng.choices(deltas, k=n)) / n for _ in range(RESAMPLES))
    only_a, only_b = deltas.count(-1), deltas.count(1)
    low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]
    return Difference(name, n, sum(a) / n, sum(b) / n, low, high, only_a, only_b, mcnemar(only_a, only_b))


def differences(pairs: Sequence[tuple[Record, Record]]) -> list[Difference]:
    """The shares that matter: false clears, auto-clears, false holds, right dispositions, right flags."""
    must_not = [p for p in pairs if "cleared" not in p[0].acceptable]
    may = [p for p in pairs if "cleared" in p[0].acceptable]
    no_hold = [p for p in pairs if "hold" not in p[0].acceptable]
    return [
        difference("false clears", must_not, lambda r: r.disposition == "cleared"),
        difference("auto-clears", may, lambda r: r.disposition == "cleared"),
        difference("false holds", no_hold, lambda r: r.disposition == "hold"),
        difference("disposition right", pairs, lambda r: r.right),
        difference("verdicts all right", pairs, lambda r: all(c.verdict == c.truth for c in r.claims)),
        difference("pretext flag right", pairs, lambda r: r.flagged == r.pretextual),
    ]
