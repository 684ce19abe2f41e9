"""The decision told in plain sentences, most important first, and what would have settled each claim."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from verifier.assessment import Pretext
from verifier.case import Case
from verifier.decide import Decision
from verifier.support.attribution import Attribution
from verifier.support.verdict import Finding, Why


def reasons(
    case: Case,
    findings: Sequence[Finding],
    pretext: Pretext,
    who: Attribution,
    decision: Decision,
    degraded: Sequence[str],
) -> tuple[str, ...]:
    """Why the disposition is what it is."""
    told = [_headline(case, findings, pretext, decision, degraded)]
    if pretext.flagged:
        told += [i.detail for i in pretext.indicators]
    told += [_claim(case, f, who) for f in findings]
    if decision.disproportion and any(f.verdict == "supported" for f in findings):
        told.append(decision.disproportion)
    told += [f"Degraded: {part}" for part in degraded]
    if pretext.indicators and not pretext.flagged:
        signs = ", ".join(i.code.replace("_", " ") for i in pretext.indicators)
        told.append(f"Signs that do not suffice for a finding of bad faith: {signs}.")
    return tuple(dict.fromkeys(told))


def missing(case: Case, finding: Finding) -> tuple[str, ...]:
    """What would have settled the claim, in plain words."""
    if finding.verdict == "supported":
        return ()
    told = [f"{kind} from {_clock(span.start)} to {_clock(span.end)}" for kind, span in finding.uncovered[:6]]
    if finding.why is Why.OTHERS_DID_IT:
        told.append(
            "content of this kind by the target's own people; it was done by "
            + _names(case, [p for p, _ in finding.others])
        )
    elif finding.why is Why.OTHER_KIND:
        told.append(
            f"content that is {finding.claim.category}; the record really shows {' and '.join(finding.other_kinds)}"
        )
    elif finding.why is Why.UNCERTAIN:
        told.append("a person's reading of the passages quoted: the text judge is not sure")
    elif finding.why is Why.UNREADABLE:
        told.append("a working text judge")
    elif finding.why is Why.NO_TARGET:
        told.append(f"a target that is in the record: {finding.note}")
    elif finding.verdict == "refuted":
        told.append("platform-observed content that shows what is claimed")
    if finding.other_kinds and finding.why is not Why.OTHER_KIND:
        told.append(f"the record shows {' and '.join(finding.other_kinds)} instead")
    return tuple(told)


def _headline(
    case: Case, findings: Sequence[Finding], pretext: Pretext, decision: Decision, degraded: Sequence[str]
) -> str:
    action = case.request.action
    unsupported = [f.claim.claim_id for f in findings if f.verdict != "supported"]
    if decision.disposition == "cleared":
        return (
            "Cleared: every claim is supported by what the platform observed, "
            f"it is the target's doing, and {action} is proportionate."
        )
    if decision.disposition == "hold":
        return (
            f"Hold: {_list(unsupported)} not supported, and the request shows bad faith. "
            "Two people without ties to the requester decide."
        )
    if degraded:
        return "Review: a part of the verifier was missing or failed, so nothing is cleared without a person."
    if unsupported:
        return f"Review: {_list(unsupported)} not supported by what the platform observed. A person decides."
    if decision.disproportion:
        return f"Review: the claims are supported, but {action} is not proportionate without a person's decision."
    return "Review: the claims are supported, but not surely enough to clear without a person."


def _claim(case: Case, f: Finding, who: Attribution) -> str:
    name = f"Claim {f.claim.claim_id} ({f.claim.category})"
    if f.verdict == "supported":
        by = "three or more independent attendees" if f.attendees else "the target's own people"
        return f"{name} is supported: the platform observed it, by {by}."
    verdict = "refuted" if f.verdict == "refuted" else "not settled"
    if f.why is Why.OTHERS_DID_IT:
        names = _names(case, [p for p, _ in f.others])
        tail = "" if f.verdict == "refuted" else " The target is the wrong subject."
        stranger = (
            " (a stranger to the meeting)"
            if all(p in who.strangers for p, _ in f.others) and len(f.others) == 1
            else ""
        )
        return f"{name} is {verdict}: the violation is real, but it was done by {names}{stranger}.{tail}"
    why = {
        Why.TIME: f.note,
        Why.ABSENT: f.note,
        Why.NO_TARGET: f.note,
        Why.UNCERTAIN: "what was observed is ambiguous, and a person must read it.",
        Why.NOT_RECORDED: f"the platform holds no record of {_kinds(f)} for the time that the claim speaks of.",
        Why.NOT_IN_RECORD: "the record covers what it speaks of and shows nothing of the kind.",
        Why.OTHER_KIND: f"the record shows {' and '.join(f.other_kinds)}, which is not what was claimed.",
        Why.UNREADABLE: "the text could not be judged.",
        Why.TARGET_DID_IT: "",
        Why.OTHERS_DID_IT: "",
    }[f.why]
    return f"{name} is {verdict}: {why[:1].lower() + why[1:]}"


def _kinds(f: Finding) -> str:
    return " and ".join(dict.fromkeys(kind for kind, _ in f.uncovered))


def _names(case: Case, ids: Sequence[str]) -> str:
    by_id = {p.participant_id: p.display_name for p in case.meeting.participants}
    named = [f"{by_id[i]} ({i})" if by_id.get(i) else i for i in ids[:4]]
    return ", ".join(named) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")


def _list(ids: Sequence[str]) -> str:
    return f"claim {ids[0]} is" if len(ids) == 1 else f"claims {', '.join(ids)} are"


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M:%S UTC")
