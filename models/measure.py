"""Figures for the model card: what a judge does on held-out text, per source, with bootstrap intervals.

Nothing here trains or sets a threshold. Everything works on raw logits [n, 2, C] (``violating``, ``about``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .data import INDEX, Meeting, Row
from .judge import CATEGORIES, Passage

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95% interval and sample sizes (positives, negatives)."""

    value: float
    low: float
    high: float
    positives: int
    negatives: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.2f}–{self.high:.2f}; {self.positives}/{self.negatives})"


def auroc(positive: Floats, negative: Floats) -> float:
    """Chance that a positive scores above a negative; ties count half."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left")
    ties = np.searchsorted(ordered, positive, "right") - below
    return float((below + 0.5 * ties).mean() / len(negative))


def auroc_figure(positive: Floats, negative: Floats, rounds: int = 300, seed: int = 3) -> Figure | None:
    """AUROC with a bootstrap interval; none when a side has fewer than five."""
    if min(len(positive), len(negative)) < 5:
        return None
    rng = np.random.default_rng(seed)
    draws = [auroc(rng.choice(positive, len(positive)), rng.choice(negative, len(negative))) for _ in range(rounds)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return Figure(auroc(positive, negative), float(low), float(high), len(positive), len(negative))


def own_logits(rows: Sequence[Row], logits: npt.NDArray[np.float32], head: int = 0) -> Floats:
    """Each row's logit for the category it is labelled with (``none``: the highest of its source's), [n]."""
    out = np.empty(len(rows))
    for i, row in enumerate(rows):
        known = np.flatnonzero(row.labels[2 * head + 1] > 0) if row.category == "none" else [INDEX[row.category]]
        out[i] = logits[i, head][known].max()
    return out


def stance_table(
    rows: Sequence[Row], logits: npt.NDArray[np.float32], key: Callable[[Row], str]
) -> dict[str, dict[str, Figure | None]]:
    """Per key: violating against mention + counter-speech, against benign, and topic (any stance against benign)."""
    scores, about = own_logits(rows, logits), own_logits(rows, logits, 1)
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(key(row), []).append(i)
    table = {}
    for name, members in sorted(groups.items()):
        index = np.array(members)
        stance = np.array([_stance(rows[i]) for i in members])
        table[name] = {
            "against mention and counter-speech": auroc_figure(
                scores[index[stance == 0]], scores[index[(stance == 1) | (stance == 2)]]
            ),
            "against benign": auroc_figure(scores[index[stance == 0]], scores[index[stance == 3]]),
            "topic": auroc_figure(about[index[stance != 3]], about[index[stance == 3]]),
        }
    return table


def _stance(row: Row) -> int:
    if row.stance >= 0:
        return row.stance
    return 0 if row.labels[0].any() else 3


def alarms(
    probabilities: npt.NDArray[np.float64], thresholds: Sequence[float] = (0.5, 0.8, 0.9, 0.95)
) -> dict[str, dict[str, str]]:
    """How many of n turns lie above each threshold, per category and for any category; ``probabilities`` [n, C]."""
    columns = {**{name: probabilities[:, i] for i, name in enumerate(CATEGORIES)}, "any": probabilities.max(1)}
    return {
        name: {f"{threshold:g}": share(values >= threshold) for threshold in thresholds}
        for name, values in columns.items()
    }


def share(hits: npt.NDArray[np.bool_]) -> str:
    """A share with its counts and 95% Wilson interval."""
    n, k = len(hits), int(hits.sum())
    if not n:
        return "none"
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return f"{p:.4f} ({max(0.0, middle - half):.4f}–{middle + half:.4f}; {k} of {n})"


class Judge(Protocol):
    """What measuring needs of a judge."""

    def screen(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Cheap scores [n, C]."""
        ...

    def logits(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """Raw logits [n, 2, C]."""
        ...

    def calibrated(self, logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Probabilities [n, 2, C]."""
        ...


def screen_recall(judge: Judge, rows: Sequence[Row], meetings: Sequence[Meeting], keep: int = 48) -> dict[str, str]:
    """Share of violating rows among the ``keep`` turns that screen highest once put into a meeting of that source.

    Each source's held-out meetings are joined and cut to 1,500 turns, about two hours.
    """
    violating = [row for row in rows if row.labels[0].any()]
    column = np.array([INDEX[row.category] for row in violating])
    scores = judge.screen([row.text for row in violating])[np.arange(len(violating)), column]
    hosts: dict[str, list[str]] = {}
    for meeting in meetings:
        hosts.setdefault(meeting.source, []).extend(meeting.turns)
    out = {}
    for source, turns in hosts.items():
        host = judge.screen(turns[:1500])
        found = (host[:, column] > scores).sum(0) < keep
        out[f"{source} ({len(host)} turns)"] = share(found)
    return out


def screened_passages(judge: Judge, meetings: Sequence[Meeting], keep: int) -> tuple[list[Passage], list[int]]:
    """The ``keep`` turns of each meeting that screen highest in any category, and the meeting's number of each."""
    passages, numbers = [], []
    for number, meeting in enumerate(meetings):
        scores = judge.screen(meeting.turns).max(1)
        for i in np.argsort(-scores, kind="stable")[:keep]:
            passages.append(Passage(meeting.turns[i][:400], meeting.turns[max(0, i - 2) : i]))
            numbers.append(number)
    return passages, numbers


def screened_alarms(judge: Judge, meetings: Sequence[Meeting], keep: int = 24) -> dict[str, str]:
    """Meetings with any turn above a threshold when the ``keep`` turns that screen highest are judged."""
    found, numbers = screened_passages(judge, meetings, keep)
    worst = np.zeros(len(meetings))
    highest = judge.calibrated(judge.logits(found))[:, 0].max(1)
    np.maximum.at(worst, np.array(numbers), highest)
    turns = {f"turns ≥ {t:g}": share(highest >= t) for t in (0.5, 0.8, 0.9, 0.95)}
    return {**{f"meetings with a turn ≥ {t:g}": share(worst >= t) for t in (0.5, 0.8, 0.9, 0.95)}, **turns}


def quantiles(values: npt.NDArray[np.float64], levels: Sequence[float]) -> str:
    """Quantiles in one line, or ``none``."""
    if not len(values):
        return "none"
    return " / ".join(f"{value:.3f}" for value in np.quantile(values, levels)) + f" ({len(values)})"


def meeting_passages(meetings: Sequence[Meeting], most: int, seed: int = 1) -> list[Passage]:
    """Turns with their two turns before, at most ``most``, spread evenly over sources."""
    rng = np.random.default_rng(seed)
    sources: dict[str, list[tuple[Meeting, int]]] = {}
    for meeting in meetings:
        sources.setdefault(meeting.source, []).extend((meeting, i) for i in range(len(meeting.turns)))
    out = []
    for places in sources.values():
        for at in rng.permutation(len(places))[: most // len(sources)]:
            meeting, i = places[at]
            out.append(Passage(meeting.turns[i][:400], meeting.turns[max(0, i - 2) : i]))
    return out


def plain(value: Any) -> Any:
    """Figures as text, everything else unchanged, for JSON."""
    if isinstance(value, Figure):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    return value
