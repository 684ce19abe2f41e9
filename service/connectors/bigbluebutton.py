"""BigBlueButton's webhooks (https://docs.bigbluebutton.org/development/webhooks/, mapped events).

The hook's checksum is not used: since bbb-webhooks 2.6 it no longer covers the body. With
`auth2_0` BigBlueButton sends its shared secret as a bearer key instead, and that is an API key here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from service.connectors.observed import NotUnderstood, Observed, Presence
from service.connectors.reading import account, moment, optional_text, part, short, text
from verifier.case import MAX_SIGNAL_TEXT, Signal

_ROLES = {"MODERATOR": "cohost", "VIEWER": "attendee"}


def events(body: bytes) -> list[Mapping[str, Any]]:
    """The events in a call's form field `event`: one object, or a list of them. Raises `NotUnderstood`."""
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=10)
        found = json.loads(fields["event"][0])
    except (ValueError, KeyError, RecursionError):
        raise NotUnderstood("no form with a JSON field `event`") from None
    listed = found if isinstance(found, list) else [found]
    return [part({"event": one}, "event") for one in listed]


def observed(event: Mapping[str, Any]) -> Observed | None:
    """What an event tells; None for events that tell nothing of use. Raises `NotUnderstood`."""
    data = part(event, "data")
    read = _READERS.get(text(data, "id"))
    if read is None:
        return None
    attributes = part(data, "attributes")
    return read(text(part(attributes, "meeting"), "internal-meeting-id"), attributes, data)


def _created(meeting_id: str, attributes: Mapping[str, Any], data: Mapping[str, Any]) -> Observed:
    meeting = part(attributes, "meeting")
    facts = {
        "title": optional_text(meeting, "name"),
        "started_at": moment(meeting, "create-time", per_second=1000),
        "recording": meeting.get("record") if isinstance(meeting.get("record"), bool) else None,
    }
    return Observed(meeting_id, facts)


def _ended(meeting_id: str, attributes: Mapping[str, Any], data: Mapping[str, Any]) -> Observed:
    return Observed(meeting_id, {"ended_at": moment(part(data, "event"), "ts", per_second=1000)})


def _joined(meeting_id: str, attributes: Mapping[str, Any], data: Mapping[str, Any]) -> Observed:
    user, when = part(attributes, "user"), moment(part(data, "event"), "ts", per_second=1000)
    name = short(optional_text(user, "name"))
    who = Presence(
        participant_id=text(user, "internal-user-id"),
        display_name=name,
        role=_ROLES.get(optional_text(user, "role") or ""),
        account=_account(user),
        joined_at=when,
    )
    shown = Signal(
        signal_id=f"bbb-name-{who.participant_id}",
        kind="display_name",
        observed_at=when,
        participant_id=who.participant_id,
        text=name,
        source="bigbluebutton",
    )
    return Observed(meeting_id, presences=(who,), signals=(shown,) if name else ())


def _left(meeting_id: str, attributes: Mapping[str, Any], data: Mapping[str, Any]) -> Observed:
    when = moment(part(data, "event"), "ts", per_second=1000)
    who = Presence(text(part(attributes, "user"), "internal-user-id"), left_at=when)
    return Observed(meeting_id, presences=(who,))


def _account(user: Mapping[str, Any]) -> Any:
    """Guests get their internal id as external one: that is no account."""
    external = optional_text(user, "external-user-id")
    return None if external == optional_text(user, "internal-user-id") else account(external, None)


def _chat(meeting_id: str, attributes: Mapping[str, Any], data: Mapping[str, Any]) -> Observed | None:
    message = part(attributes, "chat-message")
    words, sender = optional_text(message, "message"), part(message, "sender")
    if not words:
        return None
    said = Signal(
        signal_id=f"bbb-chat-{text(message, 'id')}",
        kind="chat",
        observed_at=moment(sender, "time", per_second=1000),
        participant_id=short(optional_text(sender, "internal-user-id")),
        text=words[:MAX_SIGNAL_TEXT],
        source="bigbluebutton",
    )
    return Observed(meeting_id, signals=(said,))


def all_observed(body: bytes) -> Iterator[Observed]:
    """What a call tells, event by event."""
    yield from (found for event in events(body) if (found := observed(event)) is not None)


_Reader = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Observed | None]
_READERS: dict[str, _Reader] = {
    "meeting-created": _created,
    "meeting-ended": _ended,
    "user-joined": _joined,
    "user-left": _left,
    "chat-group-message-sent": _chat,
}
