"""Names for everybody in a case, as pages show them: who somebody is, and what is odd about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from verifier.case import Account, Case, Participant

FRESH = timedelta(days=14)
"""An account younger than this when it complained is marked; the default policy's own figure."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody, for a page."""

    name: str
    role: str
    marks: tuple[str, ...]
    """What to know at a glance: `never joined`, `account 12 hours old`, …"""


class Persons:
    """Looks people up in one case."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @cached_property
    def _by_id(self) -> dict[str, Participant]:
        return {p.participant_id: p for p in self._case.meeting.participants}

    @cached_property
    def _by_account(self) -> dict[str, Participant]:
        return {p.account.account_id: p for p in self._case.meeting.participants if p.account is not None}

    def participant(self, participant_id: str | None) -> Shown:
        """A participant; the platform itself where nobody is named."""
        if participant_id is None:
            return Shown("the platform", "", ())
        found = self._by_id.get(participant_id)
        if found is None:
            return Shown(participant_id, "not in the participant log", ())
        return Shown(found.display_name or found.participant_id, found.role, ())

    def account(self, account: Account | None, at: datetime | None) -> Shown:
        """Somebody who complains or wrote an exhibit, by account."""
        if account is None:
            return Shown("unknown", "", ())
        there = self._by_account.get(account.account_id)
        marks = [] if there is not None else ["never joined"]
        if account.created_at is not None and at is not None and at - account.created_at < FRESH:
            marks.append(f"account {span(at - account.created_at)} old")
        name = there.display_name if there is not None and there.display_name else account.account_id
        return Shown(name, there.role if there is not None else "", tuple(marks))


def span(length: timedelta) -> str:
    """A length of time in the largest unit that says enough."""
    minutes = max(0, round(length / timedelta(minutes=1)))
    if minutes < 90:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def clock(moment: datetime | None) -> str:
    """Time of day in UTC, to the second."""
    return f"{moment:%H:%M:%S}" if moment else "–"
