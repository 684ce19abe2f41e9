"""Verify one takedown request: is it supported by what the platform observed, and is it in good faith?

The steps carry the numbers of the design: (1) normalise, (2) attribute, (3) find passages, (4) judge
text, (5) fill the ledger, (6) verdict, (7) pretext, (8) decide. Steps (1), (3) and (4) are one reading
of the record (`support.words.read`), since passages are folded as they are cut and judged as they
are found. Pure: no network, no database, no wall clock; same case, same versions, same answer.
"""

from __future__ import annotations

import hashlib
import json

from models.judge import JudgeUnavailable, TextJudge
from verifier.assessment import Assessment, ClaimAssessment
from verifier.case import Case
from verifier.decide import decide
from verifier.policy import Policy
from verifier.pretext.score import assess_pretext
from verifier.pretext.view import View
from verifier.reasons import missing, reasons
from verifier.support.attribution import attribute
from verifier.support.exhibit_refs import evidence_of
from verifier.support.ledger import fill_ledger
from verifier.support.media import detections
from verifier.support.passages import collect
from verifier.support.verdict import decide_claim
from verifier.support.words import read
from verifier.version import VERSION


def verify(case: Case, policy: Policy, judge: TextJudge) -> Assessment:
    """The answer to one takedown request.

    A judge that can't answer degrades the assessment to people; it never raises from here.
    """
    degraded: list[str] = []
    claims = case.request.claims

    # (2) Whose doing would be the target's doing; who are strangers; who is one with whom.
    who = attribute(case, policy)

    # (1) (3) (4) Fold the record, cut it into passages, select what is worth reading, judge it in context.
    found = detections(case, policy)
    asked = {c.category for c in claims}
    near = [d.signal.observed_at for d in found if d.category in asked and d.score >= 0.5 and d.signal.observed_at]
    try:
        reading = read(case, claims, near, policy, judge)
        passages = reading.passages
    except JudgeUnavailable as error:
        degraded.append(str(error))
        reading, passages = None, tuple(collect(case, policy))
    else:
        names = {name for c in asked for name in policy.categories[c].judged_as}
        unknown = sorted(names - judge.categories)
        degraded += [f"the text judge does not know {name}, which the policy asks it for" for name in unknown]
    if not case.signals:
        degraded.append(
            "the platform's record of this meeting is empty: nothing was observed that could settle a claim"
        )

    # (6) A verdict per claim from platform-observed facts; (5) told element by element in the ledger.
    findings = tuple(decide_claim(case, claim, who, reading, found, policy) for claim in claims)
    ledger = tuple(entry for f in findings for entry in fill_ledger(case, f, policy))

    # (7) Signs of bad faith, over independent sources.
    view = View(case, policy, who, findings, passages)
    pretext = assess_pretext(view, words_judged=reading is not None)

    # (8) Disposition, proportionate action, approvals, reasons.
    decision = decide(case, findings, pretext, who, degraded, policy)
    return Assessment(
        request_id=case.request.request_id,
        disposition=decision.disposition,
        claims=tuple(
            ClaimAssessment(
                claim_id=f.claim.claim_id,
                category=f.claim.category,
                verdict=f.verdict,
                support=f.support,
                evidence=evidence_of(case, f, passages),
                missing=missing(case, f),
                wrong_subject=f.wrong_subject,
            )
            for f in findings
        ),
        pretext=pretext,
        reasons=reasons(case, findings, pretext, who, decision, degraded),
        proportionate_actions=decision.actions,
        ledger=ledger,
        approvals=decision.approvals,
        degraded=tuple(degraded),
        case_digest=case_digest(case),
        versions={"verifier": VERSION, "policy": policy.version, "model": judge.version},
    )


def case_digest(case: Case) -> str:
    """sha256 of the case in canonical JSON: sorted keys, no spaces, UTC times."""
    document = json.dumps(case.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()
