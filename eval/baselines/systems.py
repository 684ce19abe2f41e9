"""Baselines: each answers a case as `verify` does, with far less thought.

They show what a benchmark rewards: a figure that a baseline reaches too is no merit of the verifier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from verifier.case import Case, Claim

Answer = dict[str, Any]
System = Callable[[Case], Answer]

SURE = 0.90
"""A platform classifier's or hash list's score that `classifier alone` takes for proof."""


def always_review(case: Case) -> Answer:
    """Send everything to people: never wrong by clearing, of no use."""
    return _answer(case, "review", {c.claim_id: ("not_enough_info", 0.5) for c in case.request.claims})


def believe_the_requester(case: Case) -> Answer:
    """Do what is asked: what happened in 2020."""
    return _answer(case, "cleared", {c.claim_id: ("supported", 1.0) for c in case.request.claims})


def count_reports(case: Case) -> Answer:
    """Act on three reports or more, as many escalation rules do."""
    many = len(case.reports) >= 3
    verdict = ("supported", min(1.0, len(case.reports) / 6)) if many else ("not_enough_info", len(case.reports) / 6)
    return _answer(case, "cleared" if many else "review", {c.claim_id: verdict for c in case.request.claims})


def classifier_alone(case: Case) -> Answer:
    """Believe the platform's classifiers and hash lists, whoever it was and whatever the words meant."""
    verdicts = {}
    for claim in case.request.claims:
        score = _strongest(case, claim)
        verdicts[claim.claim_id] = ("supported" if score >= SURE else "refuted", score)
    clear = all(v == "supported" for v, _ in verdicts.values())
    return _answer(case, "cleared" if clear else "review", verdicts)


SYSTEMS: dict[str, System] = {
    "always review": always_review,
    "believe the requester": believe_the_requester,
    "count reports": count_reports,
    "classifier alone": classifier_alone,
}


def requester_text(case: Case) -> str:
    """What the requester wrote, for baselines that read nothing else."""
    request = case.request
    parts = [c.narrative for c in request.claims] + [e.text for e in request.evidence]
    return "\n".join([*parts, request.justification, request.requester.role, request.action])


def record_text(case: Case) -> str:
    """Everything that was said, written or shown, and what is claimed of it."""
    words = [s.text for s in case.signals if s.text and s.kind in ("transcript", "chat", "screen_text")]
    return "\n".join([*(f"claimed_{c.category}" for c in case.request.claims), *words])


def trained_words(cases: Iterable[tuple[Case, bool]], text: Callable[[Case], str]) -> System:
    """TF-IDF and logistic regression on "may be cleared", learnt from labelled cases. Needs scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pairs = list(cases)
    pattern = r"(?u)\w+"
    model = make_pipeline(TfidfVectorizer(min_df=2, token_pattern=pattern), LogisticRegression(max_iter=1000, C=10.0))
    model.fit([text(case) for case, _ in pairs], [may for _, may in pairs])

    def system(case: Case) -> Answer:
        p = float(model.predict_proba([text(case)])[0, 1])
        verdict = ("supported" if p >= 0.5 else "refuted", p)
        return _answer(case, "cleared" if p >= 0.5 else "review", {c.claim_id: verdict for c in case.request.claims})

    return system


def _strongest(case: Case, claim: Claim) -> float:
    scores = [
        s.score or 0.0 for s in case.signals if s.kind in ("classifier", "hash_match") and s.category == claim.category
    ]
    return max(scores, default=0.0)


def _answer(case: Case, disposition: str, verdicts: Mapping[str, tuple[str, float]]) -> Answer:
    return {
        "request_id": case.request.request_id,
        "disposition": disposition,
        "claims": [
            {"claim_id": c.claim_id, "category": c.category, "verdict": verdicts[c.claim_id][0],
             "support": verdicts[c.claim_id][1]}
            for c in case.request.claims
        ],
        "pretext": {"score": 0.0, "flagged": False, "indicators": []},
        "reasons": [],
    }  # fmt: skip
