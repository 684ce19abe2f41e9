"""Events of Jitsi Meet's Prosody, as https://github.com/jitsi-contrib/prosody-plugins (`event_sync`) describes them.

A room's name is used again, so a meeting is the room with the second in which it was created; events
of occupants don't tell that second and join the latest meeting of their room that had begun by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.connectors.observed import NotUnderstood, Observed, Presence
from service.connectors.reading import account, moment, optional_text, part, short, text
from service.telemetry.tables import MeetingRecord
from verifier.case import Signal

EVENTS = frozenset({"muc-room-created", "muc-room-destroyed", "muc-occupant-joined", "muc-occupant-left"})


def observed(event: Mapping[str, Any], session: Session) -> Observed | None:
    """What an event tells; None for other events, and for an occupant of a room that nobody announced.

    `muc-room-destroyed` lists everybody who was there, so that nothing stays missing. Raises `NotUnderstood`.
    """
    name = text(event, "event_name")
    if name not in EVENTS:
        return None
    room = text(event, "room_jid")
    if event.get("is_breakout"):
        room = f"{room}/{text(event, 'breakout_room_id')}"
    if name.startswith("muc-room"):
        return _room(event, room)
    who = _presence(part(event, "occupant"))
    meeting_id = _meeting_at(session, room, who.joined_at)
    return None if meeting_id is None else Observed(meeting_id, presences=(who,), signals=_names([who]))


def _room(event: Mapping[str, Any], room: str) -> Observed:
    created = moment(event, "created_at", per_second=1)
    if created is None:
        raise NotUnderstood("no time in created_at")
    listed = event.get("all_occupants", [])
    people = [_presence(part({"occupant": one}, "occupant")) for one in listed] if isinstance(listed, list) else []
    facts = {
        "title": optional_text(event, "room_name"),
        "started_at": created,
        "ended_at": moment(event, "destroyed_at", per_second=1),
    }
    return Observed(f"{room}#{int(created.timestamp())}", facts, None, tuple(people), _names(people))


def _presence(occupant: Mapping[str, Any]) -> Presence:
    return Presence(
        participant_id=text(occupant, "occupant_jid"),
        display_name=short(optional_text(occupant, "name")),
        account=account(optional_text(occupant, "id"), optional_text(occupant, "email")),
        joined_at=moment(occupant, "joined_at", per_second=1),
        left_at=moment(occupant, "left_at", per_second=1),
    )


def _names(people: list[Presence]) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            signal_id=f"jitsi-name-{who.participant_id}",
            kind="display_name",
            observed_at=who.joined_at,
            participant_id=who.participant_id,
            text=who.display_name,
            source="jitsi",
        )
        for who in people
        if who.display_name
    )


def _meeting_at(session: Session, room: str, joined_at: datetime | None) -> str | None:
    of_room = MeetingRecord.meeting_id.startswith(f"{room}#", autoescape=True)
    ids = session.scalars(select(MeetingRecord.meeting_id).where(of_room))
    begun = {int(second): found for found in ids if (second := found.rpartition("#")[2]).isdecimal()}
    fitting = [second for second in begun if joined_at is None or second <= joined_at.timestamp()]
    return begun[max(fitting)] if fitting else None
