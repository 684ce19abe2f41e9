"""Statements of reasons as the EU DSA Transparency Database takes them (its API, second version, of 2025).

https://transparency.dsa.ec.europa.eu/page/api-documentation. No personal data may stand in one, so nothing that
anybody wrote goes in: only categories, elements of the ledger and counts.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from verifier.assessment import Assessment
from verifier.case import Case

CATEGORIES = {
    "csam": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "terrorism": "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
    "violent_threat": "STATEMENT_CATEGORY_VIOLENCE",
    "incitement": "STATEMENT_CATEGORY_VIOLENCE",
    "hate_speech": "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    "harassment": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "self_harm": "STATEMENT_CATEGORY_SELF_HARM",
    "sexual_content": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "fraud_spam": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "meeting_disruption": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "illegal_goods": "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    "other": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
}
RESTRICTIONS: dict[str, dict[str, Any]] = {
    "end_meeting": {"decision_provision": "DECISION_PROVISION_PARTIAL_TERMINATION"},
    "block_meeting": {"decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION"},
    "remove_participant": {"decision_provision": "DECISION_PROVISION_PARTIAL_TERMINATION"},
    "delete_recording": {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"]},
    "suspend_account": {"decision_account": "DECISION_ACCOUNT_SUSPENDED"},
}
"""What each action restricts. Disclosing data restricts nothing, so it has no statement."""
_TYPES = {
    "transcript": "CONTENT_TYPE_AUDIO",
    "chat": "CONTENT_TYPE_TEXT",
    "screen_text": "CONTENT_TYPE_VIDEO",
    "display_name": "CONTENT_TYPE_TEXT",
    "profile_text": "CONTENT_TYPE_TEXT",
    "shared_file": "CONTENT_TYPE_OTHER",
    "hash_match": "CONTENT_TYPE_IMAGE",
    "classifier": "CONTENT_TYPE_VIDEO",
}
_BY_MACHINE = frozenset({"hash_match", "classifier"})
_LAW = frozenset({"statute", "court_order", "legal_process"})


def from_government(case: Case) -> bool:
    """Whether the request is said to come for a government or a court."""
    asker = case.request.requester
    return asker.on_behalf_of.kind in ("government", "court") or asker.role in ("law_enforcement", "government_liaison")


def statement_of(case: Case, assessment: Assessment, at: datetime, *, by_people: int) -> dict[str, Any] | None:
    """The statement for a restriction that was decided at `at`; None where nothing is restricted.

    `by_people`: how many decided; 0: the verifier cleared it.
    """
    restriction = RESTRICTIONS.get(case.request.action)
    if restriction is None:
        return None
    category = _category(case, assessment)
    kinds = _record_kinds(case, assessment)
    types = sorted({_TYPES[kind] for kind in kinds if kind in _TYPES}) or ["CONTENT_TYPE_VIDEO"]
    document: dict[str, Any] = {
        **restriction,
        **_ground(case, category),
        "content_type": types,
        "category": CATEGORIES.get(category, "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"),
        "content_date": _content_date(case).strftime("%Y-%m-%d"),
        "application_date": at.strftime("%Y-%m-%d"),
        "decision_facts": _facts(assessment, by_people)[:5000],
        "source_type": _source(case),
        "automated_detection": "Yes" if kinds & _BY_MACHINE else "No",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY" if by_people else "AUTOMATED_DECISION_FULLY",
        "puid": puid_of(case.request.request_id),
    }
    if "CONTENT_TYPE_OTHER" in types:
        document["content_type_other"] = "A file shared in an online meeting"
    language = (case.meeting.language or "").partition("-")[0].upper()
    if len(language) == 2:
        document["content_language"] = language
    return document


def puid_of(request_id: str) -> str:
    """The platform's unique id of a statement. A hash, since request ids may say more than they should."""
    return "tdv-" + hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _category(case: Case, assessment: Assessment) -> str:
    supported = [claim.category for claim in assessment.claims if claim.verdict == "supported"]
    return (supported or [claim.category for claim in case.request.claims])[0]


def _record_kinds(case: Case, assessment: Assessment) -> set[str]:
    supporting = {e.ref for claim in assessment.claims for e in claim.evidence if e.stance == "supports"}
    return {s.kind for s in case.signals if f"signal:{s.signal_id}" in supporting}


def _ground(case: Case, category: str) -> dict[str, str]:
    basis, told = case.request.legal_basis, category.replace("_", " ")
    if basis.kind in _LAW:
        place = f" of {basis.country}" if basis.country else ""
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": f"{basis.kind.replace('_', ' ')}{place}",
            "illegal_content_explanation": f"The platform's own record shows {told} that the invoked law forbids.",
        }
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": f"The platform's rules on {told}",
        "incompatible_content_explanation": f"The platform's own record shows {told}, which its rules forbid.",
    }


def _content_date(case: Case) -> datetime:
    said = [claim.occurred_at for claim in case.request.claims if claim.occurred_at]
    return said[0] if said else case.meeting.started_at or case.request.submitted_at


def _facts(assessment: Assessment, by_people: int) -> str:
    lines = []
    for claim in assessment.claims:
        elements = [e for e in assessment.ledger if e.claim_id == claim.claim_id]
        states = ", ".join(f"{e.element.replace('_', ' ')}: {e.state.replace('_', ' ')}" for e in elements)
        records = len({ref for e in elements for ref in e.refs if ref.startswith("signal:")})
        lines.append(
            f"Claimed: {claim.category.replace('_', ' ')}. Found by the automated check: "
            f"{claim.verdict.replace('_', ' ')}, on {records} record(s) that the platform itself made ({states})."
        )
    lines.append(
        f"{by_people} trained reviewer(s) without ties to the requester decided, on these records."
        if by_people
        else "Every claim was supported by the platform's own record, so no person was asked."
    )
    return " ".join(lines)


def _source(case: Case) -> str:
    role = case.request.requester.role
    if role == "trusted_flagger":
        return "SOURCE_TRUSTED_FLAGGER"
    if from_government(case) or case.request.requester.on_behalf_of.kind == "company":
        return "SOURCE_TYPE_OTHER_NOTIFICATION"
    if role == "user" or case.request.requester.on_behalf_of.kind == "user":
        return "SOURCE_ARTICLE_16"
    return "SOURCE_VOLUNTARY"
