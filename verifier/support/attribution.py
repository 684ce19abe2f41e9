"""Whose doing: the target's people, the meeting's people, strangers, and who is one with whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from verifier.case import Account, Case, Participant
from verifier.clusters import Clusters, link_places, same_place
from verifier.policy import Policy

_REMOVED = re.compile(
    r"(?<![a-z])(?:remov|eject|kick|expel|put_out)\w*(?:\s+(?:participant|user|attendee|guest)|\s*$)", re.IGNORECASE
)
_AT_ONCE = timedelta(seconds=15)
HOST_ROLES = frozenset({"host", "cohost", "panelist"})


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is who in a case.

    `target_ids`: participants whose doing is the target's doing. `host_side`: host, cohosts and
    panelists, who speak for the meeting. `strangers`: participant id -> why they never count against
    the meeting. `known_attendees`: those who can count, three independent ones at a time. `rank`: a
    participant's place in an order that neither ids nor list order can change.
    `problem`: why the target can't be found in this case, or ''.
    """

    kind: Literal["meeting", "account", "participant", "recording"]
    target_ids: frozenset[str]
    host_side: frozenset[str]
    strangers: dict[str, str]
    known_attendees: frozenset[str]
    clusters: Clusters
    rank: dict[str, int]
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
    askers, let_in, out = _Askers(case), invited(case), _put_out(case)
    strangers = {p.participant_id: why for p in people if (why := _stranger(p, case, policy, askers, let_in, out))}
    host_side = frozenset(
        p.participant_id for p in people if _runs_meeting(p, case) and p.participant_id not in strangers
    )
    clusters = Clusters()
    for p in people:
        link_places(clusters, p.participant_id, p.account)
        if p.account is None or not (p.account.network_id or p.account.device_id):
            clusters.link(p.participant_id, ("nobody knows where",))  # unknown is not independent
    complaining = frozenset(
        p.participant_id
        for p in people
        if p.participant_id in host_side and p.role != "host" and askers.link(p.account).startswith("is ")
    )
    target_ids, problem = _target(case, host_side, complaining)
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
        rank={
            p.participant_id: n
            for n, p in enumerate(
                sorted(people, key=lambda p: (str(p.joined_at), p.role, p.display_name, str(p.left_at)))
            )
        },
        problem=problem,
    )


def is_new(account: Account, case: Case, policy: Policy) -> bool:
    """Whether an account was made shortly before the meeting (or at a time nobody knows)."""
    start = case.meeting.started_at or case.meeting.scheduled_start or case.request.submitted_at
    return account.created_at is None or start - account.created_at < timedelta(days=policy.times.new_account_days)


def _runs_meeting(p: Participant, case: Case) -> bool:
    same_account = p.account is not None and p.account.account_id == case.meeting.host_account.account_id
    return p.role in HOST_ROLES or same_account


class _Askers:
    """Those who complain, indexed by account, device and network."""

    def __init__(self, case: Case) -> None:
        request = case.request
        askers: list[tuple[str, Account | None]] = [("the requester", request.requester.account)]
        askers += [("a reporter", r.reporter) for r in case.reports]
        askers += [("the author of an exhibit", e.author) for e in request.evidence]
        self._by: dict[tuple[str, str], str] = {}
        for who, account in askers:
            if account is not None:
                for key in _labels(account):
                    self._by.setdefault(key, who)

    def link(self, account: Account | None) -> str:
        """How an account is one with a complainant, or ''."""
        if account is None:
            return ""
        ways = {"account": "is", "device": "shares a device with", "network": "shares a network with"}
        return next((f"{ways[key[0]]} {self._by[key]}" for key in _labels(account) if key in self._by), "")


def _labels(account: Account) -> list[tuple[str, str]]:
    found = [("account", account.account_id)]
    found += [("device", account.device_id)] if account.device_id else []
    found += [("network", account.network_id)] if account.network_id else []
    return found


def _stranger(
    p: Participant, case: Case, policy: Policy, askers: _Askers, let_in: frozenset[str], out: frozenset[str]
) -> str:
    """Why this participant is a stranger to the meeting, or ''."""
    host = case.meeting.host_account
    if p.role == "host" or (p.account is not None and p.account.account_id == host.account_id):
        return ""
    linked = askers.link(p.account)
    if p.role in HOST_ROLES:
        # The host chose them: their own complaint, or a place that is the host's own, makes them no strangers.
        return linked if linked and not linked.startswith("is ") and not same_place(p.account, host) else ""
    if linked:
        return linked
    if not came_late(p, case, policy) or p.participant_id in let_in:
        return ""
    if p.account is None:
        return "came late as a guest without an account"
    if p.participant_id in out:
        return "came late, without an invitation, and the host put them out"
    return "came late on a new account, without an invitation" if is_new(p.account, case, policy) else ""


def _put_out(case: Case) -> frozenset[str]:
    """Those who left in the moment in which somebody who runs the meeting removed someone.

    Told by the time, since the platform may name the person in words alone.
    """
    times = [
        s.observed_at
        for s in case.signals
        if s.kind == "host_action"
        and s.observed_at is not None
        and any(_REMOVED.search(str(told)) for told in (s.details.get("event", ""), s.text or ""))
    ]
    return frozenset(
        p.participant_id
        for p in case.meeting.participants
        if p.left_at is not None and any(abs(p.left_at - at) <= _AT_ONCE for at in times)
    )


def came_late(p: Participant, case: Case, policy: Policy) -> bool:
    """Whether somebody joined well after the start (or nobody knows when)."""
    starts = [t for t in (case.meeting.started_at, case.meeting.scheduled_start) if t is not None]
    if not starts or p.joined_at is None:
        return True
    return p.joined_at - max(starts) > timedelta(seconds=policy.times.late_after)


def invited(case: Case) -> frozenset[str]:
    """Participants whom the platform saw invited, registered or let in."""
    return frozenset(
        s.participant_id
        for s in case.signals
        if s.kind in ("security_event", "host_action")
        and s.participant_id is not None
        and str(s.details.get("event", "")) in ("join_invited", "registration", "admitted", "promoted")
    )


def _target(case: Case, host_side: frozenset[str], complaining: frozenset[str]) -> tuple[frozenset[str], str]:
    """Whose doing the target's doing is. What a complaining cohost does never counts against the meeting."""
    target, people = case.request.target, case.meeting.participants
    if target.meeting_id != case.meeting.meeting_id:
        return frozenset(), "The request's target names another meeting than the record at hand."
    named = next((p for p in people if p.participant_id == target.participant_id), None)
    if target.participant_id is not None and named is None:
        return frozenset(), "The targeted participant is not in this meeting's participant log."
    account = named.account.account_id if named is not None and named.account is not None else None
    if named is not None and target.account_id is not None and target.account_id != account:
        return frozenset(), "The targeted participant does not use the account that the request names."
    if target.kind in ("meeting", "recording"):
        ids = {p.account.account_id for p in people if p.participant_id in host_side and p.account is not None}
        if target.account_id is not None and target.account_id not in ids | {case.meeting.host_account.account_id}:
            return frozenset(), "The account that the request names does not run this meeting."
        if target.participant_id is not None and target.participant_id not in host_side:
            return frozenset(), "The participant that the request names does not run this meeting."
        return host_side - complaining, ""
    if target.kind == "account":
        if target.account_id is None:
            return frozenset(), "The request targets an account but names none."
        return _of_account(people, target.account_id), ""
    if named is None:
        return frozenset(), "The request targets a participant but names none."
    return frozenset({named.participant_id}) | (_of_account(people, account) if account else frozenset()), ""


def _of_account(people: tuple[Participant, ...], account_id: str) -> frozenset[str]:
    return frozenset(p.participant_id for p in people if p.account is not None and p.account.account_id == account_id)
