"""What a stricter clearing threshold would do: the two rates that matter, for every threshold from the policy's up.

Looser thresholds can't be told from answers: what was not cleared may have had other reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.scoring.intervals import share
from eval.scoring.records import Record

STEPS = 40


def curve(records: Sequence[Record]) -> list[dict[str, Any]]:
    """`{clear_at, auto_clears, false_clears}` from the least support that was cleared up to 1.

    Empty where none was cleared, or where the labels are of one kind.
    """
    labelled = [r for r in records if r.labelled]
    cleared = [(_least(r), "cleared" in r.acceptable) for r in labelled if r.disposition == "cleared"]
    if not cleared:
        return []
    may = sum("cleared" in r.acceptable for r in labelled)
    if may in (0, len(labelled)):
        return []
    start = min(support for support, _ in cleared)
    points = []
    for i in range(STEPS + 1):
        at = start + (1.0 - start) * i / STEPS
        kept = [right for support, right in cleared if support >= at]
        points.append(
            {
                "clear_at": at,
                "auto_clears": share(sum(kept), may).as_json(),
                "false_clears": share(len(kept) - sum(kept), len(labelled) - may).as_json(),
            }
        )
    return points


def _least(r: Record) -> float:
    return min((c.support for c in r.claims if c.support is not None), default=0.0)
