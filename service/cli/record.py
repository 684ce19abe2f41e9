"""Looks things up in a case, so that a report can say who spoke and when."""

from __future__ import annotations

from datetime import datetime

from verifier.case import Case, Participant, Target


class RecordIndex:
    """The case by reference: `signal:ID`, `report:ID`, `evidence:ID`, `participant:ID`."""

    def __init__(self, case: Case) -> None:
        self._signals = {s.signal_id: s for s in case.signals}
        self._reports = {r.report_id: r for r in case.reports}
        self._evidence = {e.evidence_id: e for e in case.request.evidence}
        self._participants = {p.participant_id: p for p in case.meeting.participants}
        self._case = case

    def source(self, ref: str) -> str:
        """When and by whom, as far as the case tells: `23:32:15 Juan (p10, attendee), transcript`."""
        kind, _, name = ref.partition(":")
        if kind == "signal" and name in self._signals:
            signal = self._signals[name]
            return _joined(_clock(signal.observed_at), f"{self.person(signal.participant_id)}, {_words(signal.kind)}")
        if kind == "report" and name in self._reports:
            report = self._reports[name]
            who = report.reporter.account_id if report.reporter else "unknown"
            return _joined(_clock(report.submitted_at), f"reported by account {who}")
        if kind == "evidence" and name in self._evidence:
            exhibit = self._evidence[name]
            return _joined(_clock(exhibit.captured_at), f"requester's exhibit, {_words(exhibit.kind)}")
        if kind == "participant":
            return self.person(name)
        return ""

    def person(self, participant_id: str | None) -> str:
        """A participant with name and role; the platform itself when nobody is named."""
        if participant_id is None:
            return "the platform"
        found: Participant | None = self._participants.get(participant_id)
        if found is None:
            return f"{participant_id} (not in the participant log)"
        return f"{found.display_name or 'unnamed'} ({found.participant_id}, {found.role})"

    def target(self) -> str:
        """What the action would fall on."""
        return f"{self._target(self._case.request.target)}, meeting {self._title()}"

    def _target(self, target: Target) -> str:
        if target.kind == "participant":
            return f"participant {self.person(target.participant_id)}"
        if target.kind == "account":
            return f"account {target.account_id}"
        return "the meeting" if target.kind == "meeting" else "the recording"

    def _title(self) -> str:
        meeting = self._case.meeting
        return f"“{meeting.title}” ({meeting.meeting_id})" if meeting.title else meeting.meeting_id

    def requester(self) -> str:
        """Who asks, for whom, by which channel."""
        asked = self._case.request
        who, party = asked.requester, asked.requester.on_behalf_of
        text = f"{who.actor_id}, {_words(who.role)}" + (f", {who.country}" if who.country else "")
        if party.kind != "none" or party.name:
            place = f", {party.country}" if party.country else ""
            text += f"; for {party.name or 'somebody'} ({party.kind}{place})"
        return f"{text}; by {who.channel}, {asked.urgency}, {asked.submitted_at:%Y-%m-%d %H:%M:%S} UTC"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M:%S}" if moment else "--:--:--"


def _joined(clock: str, rest: str) -> str:
    return f"{clock} {rest}"


def _words(name: str) -> str:
    return name.replace("_", " ")
