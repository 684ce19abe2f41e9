"""Counts and shares: how often it clears what it must not, how often it clears what it may, how often it is right."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from eval.scoring import curves
from eval.scoring.intervals import share
from eval.scoring.records import Record

VERDICTS = ("supported", "refuted", "not_enough_info")
DISPOSITIONS = ("cleared", "review", "hold")
LEAST = 5
"""A slice's ranking figures need so many on either side."""


def headline(records: Sequence[Record]) -> dict[str, Any]:
    """The figures that matter first, each with its exact 95 % interval."""
    labelled = [r for r in records if r.labelled]
    must_not = [r for r in labelled if "cleared" not in r.acceptable]
    may = [r for r in labelled if "cleared" in r.acceptable]
    well_founded = [r for r in labelled if r.acceptable == ("cleared",)]
    cleared = [r for r in labelled if r.disposition == "cleared"]
    no_hold = [r for r in labelled if "hold" not in r.acceptable]
    must_hold = [r for r in labelled if r.acceptable == ("hold",)]
    claims = [c for r in labelled for c in r.claims]
    return {
        "false_clear_rate": _of(must_not, lambda r: r.disposition == "cleared"),
        "auto_clear_rate": _of(may, lambda r: r.disposition == "cleared"),
        "well_founded_clear_rate": _of(well_founded, lambda r: r.disposition == "cleared"),
        "clear_precision": _of(cleared, lambda r: r.right),
        "false_hold_rate": _of(no_hold, lambda r: r.disposition == "hold"),
        "hold_recall": _of(must_hold, lambda r: r.disposition == "hold"),
        "disposition_accuracy": _of(labelled, lambda r: r.right),
        "verdict_accuracy": share(sum(c.verdict == c.truth for c in claims), len(claims)).as_json(),
        "pretext_accuracy": _of(labelled, lambda r: r.flagged == r.pretextual),
        "errors": _of(records, lambda r: r.error is not None),
    }


def verdicts(records: Iterable[Record]) -> dict[str, Any]:
    """Confusion (right verdict, then given) and F1 per verdict; a claim without an answer counts as wrong.

    Macro-F1 is the mean over the verdicts that are right or given somewhere, as scikit-learn has it.
    """
    claims = [c for r in records for c in r.claims if c.truth is not None]
    table = Counter((c.truth, c.verdict or "none") for c in claims)
    given = (*VERDICTS, *(("none",) if any(v == "none" for _, v in table) else ()))
    f1 = {v: _f1(table[v, v], sum(table[t, v] for t in VERDICTS), sum(table[v, g] for g in given)) for v in VERDICTS}
    known = [f1[v]["f1"] for v in VERDICTS if any(v in pair for pair in table)]
    return {
        "claims": len(claims),
        "confusion": {t: {g: table[t, g] for g in given} for t in VERDICTS},
        "per_verdict": f1,
        "macro_f1": statistics.fmean(known) if known else None,
    }


def dispositions(records: Iterable[Record]) -> dict[str, dict[str, int]]:
    """Right answers (joined by a stroke) against the answer given."""
    table = Counter(("/".join(r.acceptable), r.disposition) for r in records if r.labelled)
    return {a: {d: table[a, d] for d in DISPOSITIONS} for a in sorted({a for a, _ in table})}


def pretext(records: Iterable[Record]) -> dict[str, Any]:
    """Precision, recall and F1 of the pretext flag."""
    labelled = [r for r in records if r.pretextual is not None]
    hits = sum(bool(r.flagged and r.pretextual) for r in labelled)
    flagged, bad = sum(r.flagged for r in labelled), sum(bool(r.pretextual) for r in labelled)
    return {
        "precision": share(hits, flagged).as_json(),
        "recall": share(hits, bad).as_json(),
        "f1": _f1(hits, flagged, bad)["f1"],
    }


def by_slice(records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """The same few shares for every slice, and how well support and pretext scores rank there."""
    groups: dict[str, list[Record]] = {}
    for r in records:
        for name in dict.fromkeys(r.slices):
            groups.setdefault(name, []).append(r)
    keep = ("false_clear_rate", "auto_clear_rate", "false_hold_rate", "disposition_accuracy", "verdict_accuracy")
    return {
        name: {"cases": len(group), **{k: v for k, v in headline(group).items() if k in keep}, **_ranks(group)}
        for name, group in sorted(groups.items())
    }


def _ranks(group: Sequence[Record]) -> dict[str, float]:
    """AUROC of support and of pretext, where scikit-learn is there and both sides have `LEAST` or more."""
    if not curves.available():
        return {}
    pairs = {"support_auroc": curves.support_pairs(group), "pretext_auroc": curves.pretext_pairs(group)}
    return {
        name: curves.auroc(truth, score)
        for name, (truth, score) in pairs.items()
        if LEAST <= sum(truth) <= len(truth) - LEAST
    }


def timings(records: Iterable[Record]) -> dict[str, float | int | None]:
    """Milliseconds that `verify` took, by the wall clock."""
    spent = sorted(r.elapsed_ms for r in records if r.elapsed_ms is not None)
    if not spent:
        return {"cases": 0, "mean_ms": None, "median_ms": None, "p95_ms": None, "max_ms": None}
    p95 = spent[min(len(spent) - 1, -(-95 * len(spent) // 100) - 1)]
    return {
        "cases": len(spent),
        "mean_ms": round(statistics.fmean(spent), 3),
        "median_ms": round(statistics.median(spent), 3),
        "p95_ms": p95,
        "max_ms": spent[-1],
    }


def _of(records: Sequence[Record], hit: Any) -> dict[str, Any]:
    return share(sum(bool(hit(r)) for r in records), len(records)).as_json()


def _f1(hits: int, given: int, true: int) -> dict[str, Any]:
    precision = hits / given if given else 0.0
    recall = hits / true if true else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "support": true}
