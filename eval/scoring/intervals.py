"""Exact intervals for shares.

Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934): the limits at which a one-sided binomial test would just reject. Conservative: the true share
lies inside at least as often as promised. Found by bisection on the binomial tail, since the base install has no
special functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with a confidence interval; without data `value` is None and the interval all."""

    hits: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.hits / self.total if self.total else None

    def as_json(self) -> dict[str, float | int | None]:
        """For reports."""
        return {"value": self.value, "hits": self.hits, "total": self.total, "low": self.low, "high": self.high}


def share(hits: int, total: int, confidence: float = 0.95) -> Share:
    """A share with its two-sided Clopper-Pearson interval."""
    if not 0 <= hits <= total:
        raise ValueError("hits must lie between 0 and total")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - binomial_cdf(hits - 1, total, p) - tail)
    high = 1.0 if hits == total else _solve(lambda p: tail - binomial_cdf(hits, total, p))
    return Share(hits, total, low, high)


def upper_bound(hits: int, total: int, delta: float) -> float:
    """One-sided exact upper limit: the true share exceeds it with probability at most `delta`."""
    if hits >= total:
        return 1.0
    return _solve(lambda p: delta - binomial_cdf(hits, total, p))


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X <= k) for X ~ Binomial(n, p)."""
    if k < 0:
        return 0.0
    if k >= n or p <= 0.0:
        return 1.0
    if p >= 1.0:
        return 0.0
    log_p, log_q, log_n = math.log(p), math.log1p(-p), math.lgamma(n + 1)
    terms = (log_n - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * log_p + (n - i) * log_q for i in range(k + 1))
    return min(1.0, math.fsum(math.exp(t) for t in terms))


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of p crosses zero, to 1e-12."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
