"""Verifiers that answer what a test tells them to."""

import threading
from pathlib import Path

from models.judge import JudgeUnavailable
from verifier.assessment import (
    Approvals,
    Assessment,
    ClaimAssessment,
    EvidenceRef,
    Indicator,
    LedgerEntry,
    Pretext,
)
from verifier.policy import load_policy

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
EXAMPLES = Path(__file__).parents[2] / "service" / "examples"


def case_file(number):
    return next(CASES.glob(f"{number}-*.json"))


class FakeVerifier:
    """Answers every case with one disposition, and remembers what it was asked."""

    def __init__(self, disposition="review", *, degraded=(), error=None, probe_error=None):
        self.policy = load_policy()
        self.disposition = disposition
        self.degraded = degraded
        self.error = error
        self.probe_error = probe_error
        self.seen = []

    def verify(self, case):
        self.seen.append(case)
        if self.error is not None:
            raise self.error
        disposition = self.disposition(case) if callable(self.disposition) else self.disposition
        return answer(case, disposition, degraded=self.degraded)

    def explain(self, text, category):
        return []

    def probe(self):
        if self.probe_error is not None:
            raise JudgeUnavailable(self.probe_error)
        return "fake-1"


class SlowVerifier(FakeVerifier):
    """Does not answer before it is let go."""

    def __init__(self):
        super().__init__()
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def verify(self, case):
        self.begun.release()
        assert self.go.wait(20)
        return super().verify(case)


def answer(case, disposition="review", *, degraded=()):
    """An assessment that has every part, and quotes the case's first signal with text."""
    claim = case.request.claims[0]
    quoted = next((s for s in case.signals if s.text), None)
    evidence = ()
    if quoted is not None:
        evidence = (EvidenceRef(ref=f"signal:{quoted.signal_id}", stance="refutes", weight=0.5, quote=quoted.text),)
    return Assessment(
        request_id=case.request.request_id,
        disposition=disposition,
        claims=(
            ClaimAssessment(
                claim_id=claim.claim_id,
                category=claim.category,
                verdict="supported" if disposition == "cleared" else "not_enough_info",
                support=0.5,
                evidence=evidence,
                missing=("a record of the claimed time",),
                wrong_subject=disposition == "hold",
            ),
        ),
        pretext=Pretext(
            score=0.9 if disposition == "hold" else 0.0,
            flagged=disposition == "hold",
            indicators=(Indicator(code="planted_content", strength=0.9, detail="strangers showed it"),),
        ),
        reasons=("the first reason", "the second reason"),
        proportionate_actions=(
            {
                "action": "remove_participant",
                "target_kind": "participant",
                "target_id": "p9",
                "reason": "did it",
            },
        ),
        ledger=(
            LedgerEntry(
                claim_id=claim.claim_id,
                element="by_target",
                question="Is it the target's doing?",
                state="no_record",
                refs=("participant:p9",),
                note="nobody knows",
            ),
        ),
        approvals=Approvals(required=1, excluded=("liaison-1",), reason="tied"),
        degraded=degraded,
        case_digest="0" * 64,
        versions={"verifier": "0", "policy": "p", "model": "m"},
    )
