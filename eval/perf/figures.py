"""One measured figure, and how it is timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Figure:
    """What was measured, how often, and what came out."""

    name: str
    value: float
    unit: str
    n: int
    """Samples behind it."""
    p95: float | None = None
    low: float | None = None
    """95 % interval of the median, by order statistics, where there are enough samples."""
    high: float | None = None
    note: str = ""

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}


def timed(work: Callable[[], object], *, at_least: int = 5, seconds: float = 5.0, at_most: int = 200) -> list[float]:
    """Milliseconds of repeated runs: at least so many, then as many as fit into the time."""
    found: list[float] = []
    end = time.perf_counter() + seconds
    while len(found) < at_least or (time.perf_counter() < end and len(found) < at_most):
        began = time.perf_counter()
        work()
        found.append((time.perf_counter() - began) * 1000)
    return found


def milliseconds(name: str, samples: Sequence[float], note: str = "") -> Figure:
    """The median with its interval, and the 95th percentile."""
    ordered = np.sort(np.asarray(samples))
    low, high = _interval(len(ordered))
    return Figure(
        name,
        float(np.median(ordered)),
        "ms",
        len(ordered),
        p95=float(np.quantile(ordered, 0.95)),
        low=None if low is None else float(ordered[low]),
        high=None if high is None else float(ordered[high]),
        note=note,
    )


def _interval(n: int) -> tuple[int | None, int | None]:
    """Ranks between which the median lies with 95 % confidence (normal approximation of the binomial)."""
    if n < 10:
        return None, None
    half = 1.96 * np.sqrt(n) / 2
    return max(0, int(np.floor(n / 2 - half))), min(n - 1, int(np.ceil(n / 2 + half)))
