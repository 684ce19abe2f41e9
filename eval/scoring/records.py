"""What a prediction and its label come to, without the case itself, so that a million of them fit in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from verifier.case import Label


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """One claim: the right verdict (None: not labelled), the one given (None: none was), and its support."""

    truth: str | None
    verdict: str | None
    support: float | None
    category: str


@dataclass(frozen=True, slots=True)
class Record:
    """One case. `acceptable` is empty and `pretextual` None where there is no label."""

    case_id: str
    disposition: str
    acceptable: tuple[str, ...]
    pretextual: bool | None
    flagged: bool
    pretext_score: float | None
    claims: tuple[ClaimRecord, ...]
    slices: tuple[str, ...]
    elapsed_ms: float | None
    error: str | None
    signals: int

    @property
    def labelled(self) -> bool:
        """Whether there is a right answer to compare with."""
        return bool(self.acceptable)

    @property
    def right(self) -> bool:
        """Whether the disposition is among the right answers."""
        return self.disposition in self.acceptable

    @property
    def falsely_cleared(self) -> bool:
        """Cleared though that is no right answer: the worst error."""
        return self.labelled and self.disposition == "cleared" and not self.right


def record(
    prediction: Mapping[str, Any],
    label: Label | None,
    slices: tuple[str, ...],
    categories: Mapping[str, str],
    signals: int,
) -> Record:
    """Match a prediction to its label. `categories`: claim id to claimed category."""
    given = {c["claim_id"]: c for c in prediction.get("claims", ())}
    truth = label.verdicts if label else dict.fromkeys(given)
    claims = tuple(
        ClaimRecord(
            right,
            intern(given[claim_id]["verdict"]) if claim_id in given else None,
            float(given[claim_id]["support"]) if claim_id in given else None,
            intern(categories.get(claim_id, "other")),
        )
        for claim_id, right in truth.items()
    )
    error = prediction.get("error")
    pretext = prediction.get("pretext") or {}
    return Record(
        str(prediction["case_id"]),
        intern(str(prediction["disposition"])),
        tuple(label.acceptable_dispositions) if label else (),
        label.pretextual if label else None,
        bool(pretext.get("flagged")),
        None if error else float(pretext.get("score", 0.0)),
        claims,
        tuple(map(intern, slices)),
        prediction.get("elapsed_ms"),
        error,
        signals,
    )
