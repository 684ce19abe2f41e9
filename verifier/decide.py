"""The decision: disposition, proportionate actions, who must agree, and why, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from verifier.assessment import Approvals, Disposition, Pretext
from verifier.case import Case, Signal
from verifier.clusters import same_place
from verifier.narrower import narrower_actions
from verifier.policy import ActionPolicy, Policy
from verifier.support.attribution import Attribution
from verifier.support.media import Detection
from verifier.support.verdict import Finding

_RECORDED = ("transcript", "screen_text")
"""Kinds of words that are in a recording. Chat, and files shared in it, are kept apart from it."""
_ON, _OFF = ("recording_started", "recording_resumed"), ("recording_stopped", "recording_paused", "recording_ended")
_SHARED_THEN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Decision:
    """What may happen next. `disproportion` says why the asked action does not fit, or ''."""

    disposition: Disposition
    disproportion: str
    actions: tuple[dict[str, Any], ...]
    approvals: Approvals


def decide(
    case: Case,
    findings: Sequence[Finding],
    pretext: Pretext,
    who: Attribution,
    degraded: Sequence[str],
    policy: Policy,
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
    actions = () if sure and not misfit else narrower_actions(case, findings, who, policy)
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
            return f"{action} is proportionate only to what hosts, or three independent attendees, did."
        if rule.in_recording and case.meeting.recording is not True:
            return "There is no recording that the platform knows of."
        if rule.in_recording and not _is_in_recording(case, finding, policy):
            return "What is supported is not itself in the recording."
    if rule.categories is None or category in rule.categories:
        return ""
    if category in rule.when_repeated:
        needed = policy.thresholds.repeated_messages
        why = f"{action} for {category} needs {needed} separate messages or prior violations."
        return "" if _repeated(case, finding, who, policy) else why
    return f"{action} is not proportionate to {category}."


def _account_of(case: Case, who: Attribution) -> str:
    ids = {p.account.account_id for p in case.meeting.participants if p.participant_id in who.target_ids and p.account}
    return next(iter(ids)) if len(ids) == 1 else ""


def _is_in_recording(case: Case, finding: Finding, policy: Policy) -> bool:
    """Whether what is supported was spoken or shown, so that a recording of the meeting has it."""
    category = finding.claim.category
    least = policy.thresholds.others_at
    spoken = [
        j.passage.signal
        for j in finding.target.passages
        if j.passage.signal.kind in _RECORDED
        and j.violating[category] >= (0.5 if j is finding.target.passages[0] else least)
    ]
    shown = [
        d.signal
        for d in finding.target.detections
        if d.basis in ("media", "hash") and d.strong and not _was_a_file(case, d)
    ]
    return any(_was_recording(case, signal) for signal in (*spoken, *shown))


def _was_recording(case: Case, signal: Signal) -> bool:
    """Whether the recording ran at that time, as far as the platform saw it start and stop."""
    switches = sorted(
        (s.observed_at, str(s.details.get("event")) in _ON)
        for s in case.signals
        if s.observed_at is not None and str(s.details.get("event")) in (*_ON, *_OFF)
    )
    at = signal.observed_at
    if not switches or at is None:
        return not switches
    before = [on for when, on in switches if when <= at]
    return before[-1] if before else not switches[0][1]


def _was_a_file(case: Case, detection: Detection) -> bool:
    """Whether the detection is of a file that was sent, not of something on the screen."""
    return any(s.kind == "shared_file" and _is_of(s, detection) for s in case.signals)


def _is_of(signal: Signal, detection: Detection) -> bool:
    at = detection.signal.observed_at
    near = at is None or signal.observed_at is None or abs(at - signal.observed_at) <= _SHARED_THEN
    return near and signal.participant_id == detection.participant_id


def _repeated(case: Case, finding: Finding, who: Attribution, policy: Policy) -> bool:
    found = [d for d in finding.target.detections if d.strong and d.basis in ("media", "hash")]
    files = [s for s in case.signals if s.kind == "shared_file" and any(_is_of(s, d) for d in found)]
    if max(finding.target.messages, min(len(files), len(found))) >= policy.thresholds.repeated_messages:
        return True
    accounts = [p.account for p in case.meeting.participants if p.participant_id in who.target_ids]
    return any(a is not None and (a.prior_violations or 0) > 0 for a in accounts)


def _approvals(case: Case, disposition: Disposition, policy: Policy) -> Approvals:
    required = getattr(policy.approvals, disposition)
    requester = case.request.requester
    excluded = [requester.actor_id]
    if requester.account is not None:
        excluded.append(requester.account.account_id)
    others = [r.reporter for r in case.reports] + [e.author for e in case.request.evidence]
    excluded += [a.account_id for a in others if a is not None]
    tied = [requester.account, *(others if disposition == "hold" else [])]
    excluded += [
        p.account.account_id
        for p in case.meeting.participants
        if p.account is not None and any(same_place(p.account, a) for a in tied)
    ]
    reason = {
        "cleared": "Supported, proportionate and in good faith: no person needs to agree.",
        "review": "One person who is not tied to the requester decides.",
        "hold": "Two people decide, neither the requester nor anybody tied to them.",
    }[disposition]
    return Approvals(required=required, excluded=tuple(dict.fromkeys(excluded)) if required else (), reason=reason)
