"""The evidence list of a claim: what in the case bears on it, with verbatim quotes."""

from __future__ import annotations

from verifier.assessment import EvidenceRef, Stance
from verifier.case import Case
from verifier.support.passages import Passage
from verifier.support.verdict import Finding, Why
from verifier.support.weigh import Weighed

_QUOTES = 6
_NEAREST = 3


def evidence_of(case: Case, finding: Finding, passages: tuple[Passage, ...]) -> tuple[EvidenceRef, ...]:
    """References, weightiest first: observed facts with their weight, allegations with weight zero."""
    people = {p.participant_id for p in case.meeting.participants}
    refs: list[EvidenceRef] = []
    if finding.verdict == "supported" or finding.why is Why.UNCERTAIN:
        refs += _weighed(finding, finding.target, "supports")
    for _, weighed in finding.others[:4]:
        refs += _weighed(finding, weighed, "neutral" if finding.verdict != "refuted" else "refutes")
    refs += [
        EvidenceRef(
            ref=f"signal:{d.signal.signal_id}",
            stance="refutes",
            weight=round(1 - d.score, 4),
            quote=d.signal.text or None,
        )
        for d in finding.clean
    ]
    if finding.verdict == "refuted":
        if finding.why is Why.ABSENT:
            refs += [
                EvidenceRef(ref=f"participant:{n}", stance="refutes", weight=1.0)
                for n in finding.speaks.named
                if n in people
            ]
        elif finding.why is not Why.TIME:
            refs += [
                EvidenceRef(ref=f"signal:{p.signal.signal_id}", stance="refutes", weight=0.5, quote=p.quote)
                for p in _nearest(finding, passages)
            ]
    refs += [EvidenceRef(ref=f"report:{r.report_id}", stance="neutral", weight=0.0) for r in case.reports[:20]]
    refs += [
        EvidenceRef(ref=f"evidence:{e.evidence_id}", stance="neutral", weight=0.0) for e in case.request.evidence[:20]
    ]
    seen: dict[tuple[str, str | None], EvidenceRef] = {}
    for ref in refs:
        seen.setdefault((ref.ref, ref.quote), ref)
    return tuple(seen.values())


def _weighed(finding: Finding, weighed: Weighed, stance: Stance) -> list[EvidenceRef]:
    category = finding.claim.category
    refs = [
        EvidenceRef(
            ref=f"signal:{j.passage.signal.signal_id}",
            stance=stance,
            weight=round(j.violating[category], 4),
            quote=j.passage.quote,
        )
        for j in weighed.passages[:_QUOTES]
    ]
    refs += [
        EvidenceRef(
            ref=f"signal:{d.signal.signal_id}",
            stance=stance,
            weight=round(d.score, 4),
            quote=d.signal.text or None,
        )
        for d in weighed.detections[:_QUOTES]
    ]
    return refs


def _nearest(finding: Finding, passages: tuple[Passage, ...]) -> list[Passage]:
    """What was really said nearest to the claimed time, by those named if they spoke."""
    at = finding.claim.occurred_at
    timed = [p for p in passages if p.signal.observed_at is not None]
    if at is None or not timed:
        return []
    named = [p for p in timed if p.participant_id in finding.speaks.named]

    def distance(p: Passage) -> float:
        return abs((p.signal.observed_at - at).total_seconds()) if p.signal.observed_at else 1e12

    close = sorted(timed, key=distance)[:_NEAREST]
    theirs = [p for p in sorted(named, key=distance)[:2] if distance(p) <= 900]
    return sorted({id(p): p for p in [*theirs, *close]}.values(), key=lambda p: p.turn)[: _NEAREST + 1]
