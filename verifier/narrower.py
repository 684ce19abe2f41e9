"""Narrower actions: what the record supports right now, where the asked action does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifier.case import Case
from verifier.policy import Policy
from verifier.support.attribution import Attribution
from verifier.support.verdict import Finding


def narrower_actions(
    case: Case, findings: Sequence[Finding], who: Attribution, policy: Policy
) -> tuple[dict[str, Any], ...]:
    """Actions against those who did it, narrowest first: {action, target_kind, target_id, reason, claim_id}."""
    offers: dict[tuple[str, str], dict[str, Any]] = {}
    asked = (case.request.action, _asked_target(case))
    for finding in findings:
        for action, kind, target, why in _offers(case, finding, who, policy):
            if (action, target) != asked and action in policy.actions:
                offers.setdefault(
                    (action, target),
                    {
                        "action": action,
                        "target_kind": kind,
                        "target_id": target,
                        "reason": why,
                        "claim_id": finding.claim.claim_id,
                    },
                )
    order = {action: n for n, action in enumerate(policy.ladder)}
    return tuple(sorted(offers.values(), key=lambda offer: order.get(offer["action"], len(order))))


def _offers(case: Case, finding: Finding, who: Attribution, policy: Policy) -> list[tuple[str, str, str, str]]:
    category = finding.claim.category
    found: list[tuple[str, str, str, str]] = []
    people = {p.participant_id: p for p in case.meeting.participants}
    why = f"The platform observed {category} by this participant."
    for doer in _doers(finding, who, policy):
        person = people.get(doer)
        if person is not None and case.meeting.ended_at is None and person.left_at is None:
            found.append(("remove_participant", "participant", doer, why))
        elif person is not None and person.account is not None and _suspends(category, policy):
            found.append(("suspend_account", "account", person.account.account_id, why))
    by_hosts = finding.verdict == "supported" and who.speaks_for_host() and not finding.attendees
    ending = policy.actions.get("end_meeting")
    if by_hosts and case.meeting.ended_at is None and ending is not None and category not in ending.never:
        why = f"The platform observed {category} by those who run the meeting."
        found.append(("end_meeting", "meeting", case.meeting.meeting_id, why))
    return found


def _doers(finding: Finding, who: Attribution, policy: Policy) -> list[str]:
    if finding.verdict != "supported":
        return [p for p, w in finding.others if w.probability >= policy.thresholds.supported_at]
    own = [] if who.is_meeting else sorted(who.target_ids - who.host_side)
    return [*finding.attendees, *own]


def _suspends(category: str, policy: Policy) -> bool:
    rule = policy.actions.get("suspend_account")
    return rule is not None and category in (rule.categories or ())


def _asked_target(case: Case) -> str:
    t = case.request.target
    return {"participant": t.participant_id, "account": t.account_id}.get(t.kind) or t.meeting_id
