"""The report as data (`metrics.json`, schema version 3, see docs/evaluation.md): all that page and pictures show."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from eval.scoring import cost, curves, rates, tradeoff
from eval.scoring.intervals import share
from eval.scoring.records import Record

SCHEMA_VERSION = "3"
WORST = 25


def build(
    records: Sequence[Record],
    *,
    data: dict[str, Any],
    versions: dict[str, str],
    command: str,
    judge_note: str,
    probe: dict[str, Any],
    previous: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """All figures of a run.

    `data`: name and sha256 of the file. `judge_note`: empty, or why no text judge answered. `probe`: what renaming
    ids changed. `previous`: the document of an earlier run, to be shown beside this one.
    """
    labelled = [r for r in records if r.labelled]
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "data": {**data, "cases": len(records), "labelled": len(labelled)},
        "versions": versions,
        "machine": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "processor": platform.machine(),
        },
        "judge_note": judge_note,
        "given": {d: sum(r.disposition == d for r in records) for d in rates.DISPOSITIONS},
        "errors": [{"case_id": r.case_id, "error": r.error} for r in records if r.error][:WORST],
        "timings": rates.timings(records),
        "probe": probe,
    }
    if previous is not None:
        keep = ("created_at", "data", "versions", "headline")
        document["previous"] = {key: previous[key] for key in keep if key in previous}
    if labelled:
        document |= {
            "headline": rates.headline(records),
            "dispositions": rates.dispositions(labelled),
            "verdicts": rates.verdicts(labelled),
            "pretext": rates.pretext(labelled),
            "slices": rates.by_slice(labelled),
            "worst": worst(labelled),
            "cost": cost.curve(labelled),
            "tradeoff": tradeoff.curve(labelled),
            "warnings": [*warnings(records), *_leaks(probe)],
        }
        if curves.available():
            document["support_scores"] = curves.ranking(*curves.support_pairs(labelled))
            document["pretext_scores"] = curves.ranking(*curves.pretext_pairs(labelled))
    return document


def worst(records: Sequence[Record]) -> list[dict[str, Any]]:
    """False clears first, then abuse that was held, then other wrong dispositions."""
    wrong = [r for r in records if not r.right]
    wrong.sort(key=lambda r: (not r.falsely_cleared, r.disposition != "hold", -(r.pretext_score or 0), r.case_id))
    return [
        {
            "case_id": r.case_id,
            "acceptable": r.acceptable,
            "given": r.disposition,
            "claims": [
                {"right": c.truth, "given": c.verdict, "support": c.support, "category": c.category} for c in r.claims
            ],
            "slices": r.slices,
            "error": r.error,
        }
        for r in wrong[:WORST]
    ]


def _leaks(probe: dict[str, Any]) -> list[str]:
    changed = len(probe["changed"])
    if not changed:
        return []
    return [f"{changed} of {probe['cases']} answers changed when only ids were renamed: this system reads names"]


FALSE_CLEARS = 0.02
"""A false-clear rate that is surely above this needs a warning."""
AUTO_CLEARS = 0.5
"""So does an auto-clear rate that is surely below this."""
AREA = 0.7
"""And a ranking of support worse than this."""


def _extremes(labelled: Sequence[Record]) -> list[str]:
    """Rates so bad, beyond chance, that they say what kind of system this is."""
    may = [r for r in labelled if "cleared" in r.acceptable]
    must_not = [r for r in labelled if "cleared" not in r.acceptable]
    found = []
    wrong = share(sum(r.falsely_cleared for r in must_not), len(must_not))
    if len(must_not) > 20 and wrong.hits > len(must_not) / 2:
        found.append("most of what must not be cleared is cleared: this system believes whoever asks")
    elif wrong.low > FALSE_CLEARS:
        found.append(f"{wrong.hits} of {wrong.total} that must not be cleared are: surely more than {wrong.low:.1%}")
    right = share(sum(r.disposition == "cleared" for r in may), len(may))
    if len(may) > 20 and not right.hits:
        found.append("nothing that may be cleared is cleared: every real case of abuse waits for a person")
    elif right.high < AUTO_CLEARS:
        found.append(
            f"only {right.hits} of {right.total} that may be cleared are: real abuse waits for a person, as with a "
            "model that is lazy or missing"
        )
    if curves.available():
        scores = curves.ranking(*curves.support_pairs(labelled))
        if min(scores["positives"], scores["negatives"]) > 20 and scores["auroc"] < AREA:
            found.append(f"support hardly tells true claims from others (AUROC {scores['auroc']:.2f})")
    return found


def warnings(records: Sequence[Record]) -> list[str]:
    """What a reader should know before believing any figure: constant answers, degenerate scores, errors."""
    found = []
    given = {r.disposition for r in records}
    if len(given) == 1 and len(records) > 20:
        found.append(f"every answer is `{next(iter(given))}`: this system decides nothing")
    supports = {c.support for r in records for c in r.claims if c.support is not None}
    if len(supports) == 1 and len(records) > 20:
        found.append("every claim has the same support: the scores carry no information")
    verdicts = {c.verdict for r in records for c in r.claims if c.verdict is not None}
    if len(verdicts) == 1 and len(records) > 20:
        found.append(f"every claim is `{next(iter(verdicts))}`")
    found += _extremes([r for r in records if r.labelled])
    if any(r.error for r in records):
        found.append(f"{sum(r.error is not None for r in records)} cases could not be answered and count as `review`")
    return found
