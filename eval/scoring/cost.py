"""What the answers cost, for any price of a false clear: cost curves in units of one reviewer's decision.

After Drummond and Holte, "Cost curves" (Machine Learning 65, 2006), with the price ratio on the axis instead of a
normalised probability: who reads it knows what a wrongly ended meeting costs them, not the odds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.scoring.records import Record

PRICES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Prices of one false clear, in decisions of one reviewer."""
WORK = {"cleared": 0.0, "review": 1.0, "hold": 2.0}
"""Reviewers' decisions that an answer asks for: a hold takes two people."""


def curve(records: Sequence[Record], prices: Sequence[float] = PRICES) -> dict[str, Any]:
    """Mean cost per case at each price: of these answers, of reviewing everything, of believing every requester.

    `worth_it_below`: the price at which reviewing everything becomes as cheap as these answers; None if it never does
    (no false clears, or nothing is ever cleared).
    """
    labelled = [r for r in records if r.labelled]
    if not labelled:
        return {}
    n = len(labelled)
    work = sum(WORK[r.disposition] for r in labelled) / n
    false = sum(r.falsely_cleared for r in labelled) / n
    must_not = sum("cleared" not in r.acceptable for r in labelled) / n
    return {
        "unit": "decisions of one reviewer per case",
        "points": [
            {"price": p, "these": work + p * false, "review_everything": 1.0, "believe_everyone": p * must_not}
            for p in prices
        ],
        "worth_it_below": (1.0 - work) / false if false and work < 1 else None,
    }
