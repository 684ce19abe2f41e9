"""Exact intervals for shares.

Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934): the limits at which a one-sided binomial test would just reject. Conservative: the true share
lies inside at least as often as promised. Found by bisection on the binomial tail, which is a regularised incomplete
beta function: a continued fraction, since the base install has no special functions. Its cost grows with the square
root of the count, so a million cases take no longer than the eye.
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
    return _incomplete_beta(n - k, k + 1, 1.0 - p, p)


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """I_x(a, b), with `rest` = 1 - x given apart because it may be tiny (DLMF 8.17.22; quick below the mean)."""
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )  # fmt: skip
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _fraction(a, b, x) / a)
    return max(0.0, 1.0 - front * _fraction(b, a, rest) / b)


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of DLMF 8.17.22, by Lentz's method as Thompson and Barnett modified it (1986)."""
    c, d = 1.0, _inverse(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, 100_000):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = _inverse(1.0 + part * d), 1.0 + part / c
            value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return value


def _inverse(value: float) -> float:
    return 1.0 / (value if abs(value) > 1e-300 else 1e-300)


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
