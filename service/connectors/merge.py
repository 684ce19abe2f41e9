"""Joins what an event tells with what is stored, whatever the order in which events come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from service.connectors.observed import NotUnderstood, Observed, Presence
from service.telemetry.intake import Taken, add_signals, put_meeting
from service.telemetry.reading import UNKNOWN_HOST
from service.telemetry.tables import MeetingRecord
from verifier.case import Meeting, Participant


def take(session: Session, observed: Observed, *, by: str, at: datetime) -> Taken:
    """Store what an event tells. The same event again changes nothing. Raises `NotUnderstood`."""
    found = session.get(MeetingRecord, observed.meeting_id, with_for_update=True)
    try:
        meeting = _merged(found.document if found else None, observed)
    except ValidationError as error:
        raise NotUnderstood(f"the meeting would not be valid: {error.errors()[0]['msg']}") from None
    put_meeting(session, meeting, by=by, at=at)
    if not observed.signals:
        return Taken(0, 0)
    return add_signals(session, observed.meeting_id, observed.signals, by=by, at=at)


def _merged(known: dict[str, Any] | None, observed: Observed) -> Meeting:
    document: dict[str, Any] = dict(known) if known else {
        "meeting_id": observed.meeting_id, "host_account": UNKNOWN_HOST.model_dump(mode="json"), "participants": [],
    }  # fmt: skip
    document.update({name: value for name, value in observed.facts.items() if value is not None})
    if observed.host is not None and document["host_account"]["account_id"] in (
        UNKNOWN_HOST.account_id,
        observed.host.account_id,
    ):
        document["host_account"] = _filled(document["host_account"], observed.host.model_dump(mode="json"))
    document["participants"] = _people(document["participants"], observed.presences)
    return Meeting.model_validate(document, strict=False)


def _people(known: Iterable[dict[str, Any]], presences: Iterable[Presence]) -> list[dict[str, Any]]:
    people = {one["participant_id"]: dict(one) for one in known}
    for presence in presences:
        blank = Participant(participant_id=presence.participant_id).model_dump(mode="json")
        one = people.setdefault(presence.participant_id, blank)
        if presence.display_name is not None:
            one["display_name"] = presence.display_name
        if presence.role is not None:
            one["role"] = presence.role
        if presence.account is not None:
            one["account"] = _filled(one["account"] or {}, presence.account.model_dump(mode="json"))
        for name, choose in (("joined_at", min), ("left_at", max)):
            told = getattr(presence, name)
            if told is not None:
                before = one[name]
                moments = [told] if before is None else [told, _moment(before)]
                one[name] = choose(moments)
    return list(people.values())


def _filled(known: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    return {**known, **{name: value for name, value in told.items() if value is not None}}


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
