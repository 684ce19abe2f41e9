"""Whose doing: the target's people, the meeting's people, strangers, and who is one with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from verifier.case import Account, Case, Participant
from verifier.clusters import Clusters, link_places, same_device, same_place
from verifier.policy import Policy

HOST_ROLES = frozenset({"host", "cohost", "panelist"})


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is who in a case.

    `target_ids`: participants whose doing is the target's doing. `host_side`: host, cohosts and
    panelists, who speak for the meeting. `strangers`: participant id -> why they never count against
    the meeting. `known_attendees`: those who can count, three independent ones at a time.
    `problem`: why the target can't be found in this case, or ''.
    """

    kind: Literal["meeting", "account", "participant", "recording"]
    target_ids: frozenset[str]
    host_side: frozenset[str]
    strangers: dict[str, str]
    known_attendees: frozenset[str]
    clusters: Clusters
    problem: str = ""

    @property
    def is_meeting(self) -> bool:
        """Whether the target is the meeting itself (or its recording)."""
        return self.kind in ("meeting", "recording")

    def speaks_for_host(self) -> bool:
        """Whether the target is the meeting or one of those who run it."""
        return self.is_meeting or bool(self.target_ids & self.host_side)


def attribute(case: Case, policy: Policy) -> Attribution:
    """Work out whose doing would be the target's doing, from what the platform observed."""
    people = case.meeting.participants
    strangers = {p.participant_id: why for p in people if (why := _stranger(p, case, policy))}
    host_side = frozenset(
        p.participant_id for p in people if _runs_meeting(p, case) and p.participant_id not in strangers
    )
    clusters = Clusters()
    for p in people:
        link_places(clusters, p.participant_id, p.account)
    target_ids, problem = _target(case, host_side)
    return Attribution(
        kind=case.request.target.kind,
        target_ids=target_ids,
        host_side=host_side,
        strangers=strangers,
        known_attendees=frozenset(
            p.participant_id
            for p in people
            if p.participant_id not in host_side
            and p.participant_id not in strangers
            and p.account is not None
            and not is_new(p.account, case, policy)
        ),
        clusters=clusters,
        problem=problem,
    )


def is_new(account: Account, case: Case, policy: Policy) -> bool:
    """Whether an account was made shortly before the meeting (or at a time nobody knows)."""
    start = case.meeting.started_at or case.meeting.scheduled_start or case.request.submitted_at
    return account.created_at is None or start - account.created_at < timedelta(days=policy.times.new_account_days)


def _runs_meeting(p: Participant, case: Case) -> bool:
    same_account = p.account is not None and p.account.account_id == case.meeting.host_account.account_id
    return p.role in HOST_ROLES or same_account


def _stranger(p: Participant, case: Case, policy: Policy) -> str:
    """Why this participant is a stranger to the meeting, or ''."""
    host = case.meeting.host_account
    if p.role == "host" or (p.account is not None and p.account.account_id == host.account_id):
        return ""
    linked = _link_to_askers(p, case)
    if p.role in HOST_ROLES:
        # The host chose them; only a shared device or a shared place that isn't the host's own undoes that.
        return linked if linked and not same_place(p.account, host) else ""
    if linked:
        return linked
    if not _late(p, case, policy) or _invited(p, case):
        return ""
    if p.account is None:
        return "came late as a guest without an account"
    return "came late on a new account, without an invitation" if is_new(p.account, case, policy) else ""


def _link_to_askers(p: Participant, case: Case) -> str:
    """Whether the participant shares an account, network or device with those who complain."""
    if p.account is None:
        return ""
    request = case.request
    askers: list[tuple[str, Account | None]] = [("the requester", request.requester.account)]
    askers += [("a reporter", r.reporter) for r in case.reports]
    askers += [("the author of an exhibit", e.author) for e in request.evidence]
    for who, account in askers:
        if account is None:
            continue
        if account.account_id == p.account.account_id:
            return f"is {who}"
        if same_device(account, p.account):
            return f"shares a device with {who}"
        if same_place(account, p.account):
            return f"shares a network with {who}"
    return ""


def _late(p: Participant, case: Case, policy: Policy) -> bool:
    starts = [t for t in (case.meeting.started_at, case.meeting.scheduled_start) if t is not None]
    if not starts or p.joined_at is None:
        return True
    return p.joined_at - max(starts) > timedelta(seconds=policy.times.late_after)


def _invited(p: Participant, case: Case) -> bool:
    """Whether the platform saw an invitation or a registration of this participant."""
    return any(
        s.kind in ("security_event", "host_action")
        and s.participant_id == p.participant_id
        and str(s.details.get("event", "")) in ("join_invited", "registration", "admitted", "promoted")
        for s in case.signals
    )


def _target(case: Case, host_side: frozenset[str]) -> tuple[frozenset[str], str]:
    target, people = case.request.target, case.meeting.participants
    if target.meeting_id != case.meeting.meeting_id:
        return frozenset(), "The request's target names another meeting than the record at hand."
    if target.kind in ("meeting", "recording"):
        return host_side, ""
    if target.kind == "account":
        if target.account_id is None:
            return frozenset(), "The request targets an account but names none."
        return _of_account(people, target.account_id), ""
    named = next((p for p in people if p.participant_id == target.participant_id), None)
    if named is None:
        return frozenset(), "The targeted participant is not in this meeting's participant log."
    if named.account is None:
        return frozenset({named.participant_id}), ""
    if target.account_id is not None and target.account_id != named.account.account_id:
        return frozenset(), "The targeted participant does not use the account that the request names."
    return _of_account(people, named.account.account_id) | {named.participant_id}, ""


def _of_account(people: tuple[Participant, ...], account_id: str) -> frozenset[str]:
    return frozenset(p.participant_id for p in people if p.account is not None and p.account.account_id == account_id)
