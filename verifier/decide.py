"""The decision: disposition, proportionate actions, who must agree, and why, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verifier.assessment import Approvals, Disposition, Pretext
from verifier.case import Case
from verifier.clusters import same_place
from verifier.policy import ActionPolicy, Policy
from verifier.support.attribution import Attribution
from verifier.support.verdict import Finding

_RECORDED = ("transcript", "screen_text", "classifier", "hash_match")
"""Kinds of signals that are in a recording. Chat is kept apart from it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What may happen next. `disproportion` says why the asked action does not fit, or ''."""

    disposition: Disposition
    disproportion: str
    actions: tuple[dict[str, Any], ...]
    approvals: Approvals


def decide(
    case: Case, findings: Sequence[Finding], pretext: Pretext, who: Attribution, degraded: Sequence[str], policy: Policy
) -> Decision:
    """Clear only what is supported, proportionate, unflagged and undegraded; hold what is flagged; review the rest."""
    supported = [f for f in findings if f.verdict == "supported"]
    sure = len(supported) == len(findings) and all(f.support >= policy.thresholds.clear_at for f in findings)
    misfit = _misfit(case, supported, who, policy)
    disposition: Disposition = "review"
    if pretext.flagged:
        disposition = "hold"
    elif sure and not misfit and not degraded:
        disposition = "cleared"
    actions = _narrower(case, findings, who, policy, asked_fits=sure and not misfit)
    return Decision(disposition, misfit, actions, _approvals(case, disposition, policy))


def _misfit(case: Case, supported: Sequence[Finding], who: Attribution, policy: Policy) -> str:
    """Why the asked action is out of proportion to what is supported, or ''."""
    action = case.request.action
    rule = policy.actions.get(action)
    if rule is None:
        return f"The policy knows no action {action}."
    if rule.always_person:
        return f"{action} always needs a person's decision."
    if not supported:
        return ""
    worst = [_misfit_of(case, f, rule, who, policy) for f in supported]
    return next((why for why in worst if why), "")


def _misfit_of(case: Case, finding: Finding, rule: ActionPolicy, who: Attribution, policy: Policy) -> str:
    action, target, category = case.request.action, case.request.target, finding.claim.category
    if category in rule.never:
        return f"{action} is never proportionate to {category}."
    if rule.scope == "participant" and target.kind not in ("participant", "account"):
        return f"{action} needs a participant as its target."
    if rule.scope == "account":
        if target.kind == "meeting" or (target.kind == "participant" and not _account_of(case, who)):
            return f"{action} needs an account whose own doing it is."
        if target.kind == "recording":
            return f"{action} needs an account as its target, not a recording."
    if rule.scope == "meeting":
        if not who.is_meeting and not who.target_ids <= who.host_side:
            return f"{action} is proportionate only to what the meeting's hosts, or three independent attendees, did."
        if rule.in_recording and case.meeting.recording is not True:
            return "There is no recording that the platform knows of."
        if rule.in_recording and not _is_in_recording(finding):
            return "What is supported is not itself in the recording."
    if rule.categories is None or category in rule.categories:
        return ""
    if category in rule.when_repeated:
        return "" if _repeated(case, finding, who, policy) else (
            f"{action} for {category} needs {policy.thresholds.repeated_messages} separate messages or prior violations."
        )
    return f"{action} is not proportionate to {category}."


def _account_of(case: Case, who: Attribution) -> str:
    ids = {p.account.account_id for p in case.meeting.participants if p.participant_id in who.target_ids and p.account}
    return next(iter(ids)) if len(ids) == 1 else ""


def _is_in_recording(finding: Finding) -> bool:
    signals = [j.passage.signal for j in finding.target.passages] + [d.signal for d in finding.target.detections]
    return any(s.kind in _RECORDED for s in signals)


def _repeated(case: Case, finding: Finding, who: Attribution, policy: Policy) -> bool:
    if finding.target.messages >= policy.thresholds.repeated_messages:
        return True
    accounts = [p.account for p in case.meeting.participants if p.participant_id in who.target_ids]
    return any(a is not None and (a.prior_violations or 0) > 0 for a in accounts)


def _narrower(
    case: Case, findings: Sequence[Finding], who: Attribution, policy: Policy, *, asked_fits: bool
) -> tuple[dict[str, Any], ...]:
    """What the record supports now, narrowest first: removals of those who did it, then wider steps that fit."""
    if asked_fits:
        return ()
    offers: dict[tuple[str, str], dict[str, Any]] = {}

    def offer(action: str, kind: str, id_: str, reason: str) -> None:
        if action in policy.actions:
            found = {"action": action, "target": {"kind": kind, "id": id_}, "target_kind": kind, "target_id": id_, "reason": reason}
            offers.setdefault((action, id_), found)

    here = {p.participant_id for p in case.meeting.participants if p.left_at is None or case.meeting.ended_at is None}
    for f in findings:
        doers = [p for p, w in f.others if w.probability >= policy.thresholds.others_at]
        if f.verdict == "supported":
            doers = [*f.attendees, *(sorted(who.target_ids - who.host_side) if not who.is_meeting else [])]
        for p in doers:
            if p in here and case.meeting.ended_at is None:
                offer("remove_participant", "participant", p, f"The platform observed {f.claim.category} by this participant.")
        if f.verdict == "supported" and who.speaks_for_host() and not f.attendees and f.claim.category not in policy.actions["end_meeting"].never:
            if case.meeting.ended_at is None and case.request.action not in ("end_meeting", "block_meeting"):
                offer("end_meeting", "meeting", case.meeting.meeting_id, f"The platform observed {f.claim.category} by those who run the meeting.")
    order = {action: n for n, action in enumerate(policy.ladder)}
    ranked = sorted(offers.values(), key=lambda o: order.get(o["action"], len(order)))
    return tuple(o for o in ranked if (o["action"], o["target_id"]) != (case.request.action, _target_id(case)))


def _target_id(case: Case) -> str:
    t = case.request.target
    return {"participant": t.participant_id, "account": t.account_id}.get(t.kind) or t.meeting_id


def _approvals(case: Case, disposition: Disposition, policy: Policy) -> Approvals:
    required = getattr(policy.approvals, disposition)
    requester = case.request.requester
    excluded = [requester.actor_id]
    if requester.account is not None:
        excluded.append(requester.account.account_id)
    others = [r.reporter for r in case.reports] + [e.author for e in case.request.evidence]
    excluded += [a.account_id for a in others if a is not None]
    excluded += [
        p.account.account_id for p in case.meeting.participants if p.account is not None and same_place(p.account, requester.account)
    ]
    reason = {
        "cleared": "Supported, proportionate and in good faith: no person needs to agree.",
        "review": "One person who is not tied to the requester decides.",
        "hold": "Two people decide, neither the requester nor anybody tied to them.",
    }[disposition]
    return Approvals(required=required, excluded=tuple(dict.fromkeys(excluded)) if required else (), reason=reason)
