"""Zoom webhooks, as https://developers.zoom.us/docs/api/webhooks/ and .../docs/api/meetings/events/ describe them.

A meeting is known by its `uuid`, since Zoom uses the meeting number again. What Zoom tells of a
participant is bound to `user_id`, which is new each time somebody joins.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from service.connectors.observed import NotUnderstood, Observed, Presence
from service.connectors.reading import account, moment, optional_text, part, short, text
from verifier.case import MAX_SIGNAL_TEXT, Signal

FRESH = timedelta(minutes=5)
"""Zoom's own advice: an older signed message may be a replay."""

_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""No colon: else whoever asks for the answer to a challenge could have a forged message signed."""


def signature_is_good(secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> bool:
    """Whether Zoom sent this body, lately: `x-zm-signature` over `v0:TIMESTAMP:BODY`, HMAC-SHA256."""
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        return False
    expected = "v0=" + _hmac(secret, b"v0:" + timestamp.encode() + b":" + body)
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def challenge_answer(secret: str, event: Mapping[str, Any]) -> dict[str, str]:
    """The answer to `endpoint.url_validation`. Raises `NotUnderstood` for a token that Zoom would not send."""
    token = text(part(event, "payload"), "plainToken")
    if not _PLAIN_TOKEN.fullmatch(token):
        raise NotUnderstood("no plainToken as Zoom makes them")
    return {"plainToken": token, "encryptedToken": _hmac(secret, token.encode())}


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def observed(event: Mapping[str, Any]) -> Observed | None:
    """What an event tells; None for events that tell nothing of use. Raises `NotUnderstood`."""
    read = _READERS.get(text(event, "event"))
    return None if read is None else read(part(event, "payload", "object"), event)


def _meeting_id(meeting: Mapping[str, Any]) -> str:
    return text(meeting, "uuid")


def _created(meeting: Mapping[str, Any], event: Mapping[str, Any]) -> Observed:
    start = moment(meeting, "start_time")
    minutes = meeting.get("duration")
    end = start + timedelta(minutes=minutes) if start and isinstance(minutes, int) and minutes > 0 else None
    facts = {"title": optional_text(meeting, "topic"), "scheduled_start": start, "scheduled_end": end}
    return Observed(_meeting_id(meeting), facts, account(optional_text(meeting, "host_id"), None))


def _started(meeting: Mapping[str, Any], event: Mapping[str, Any]) -> Observed:
    facts = {"title": optional_text(meeting, "topic"), "started_at": moment(meeting, "start_time")}
    return Observed(_meeting_id(meeting), facts, account(optional_text(meeting, "host_id"), None))


def _ended(meeting: Mapping[str, Any], event: Mapping[str, Any]) -> Observed:
    told = _started(meeting, event)
    return Observed(told.meeting_id, {**told.facts, "ended_at": moment(meeting, "end_time")}, told.host)


def _joined(meeting: Mapping[str, Any], event: Mapping[str, Any]) -> Observed:
    who = part(meeting, "participant")
    name, presence = short(optional_text(who, "user_name")), _presence(meeting, who)
    shown = Signal(
        signal_id=f"zoom-name-{presence.participant_id}-{text(who, 'join_time')}",
        kind="display_name",
        observed_at=presence.joined_at,
        participant_id=presence.participant_id,
        text=name,
        source="zoom",
    )
    host = account(optional_text(meeting, "host_id"), None)
    return Observed(_meeting_id(meeting), {}, host, (presence,), (shown,) if name else ())


def _left(meeting: Mapping[str, Any], event: Mapping[str, Any]) -> Observed:
    return Observed(_meeting_id(meeting), presences=(_presence(meeting, part(meeting, "participant")),))


def _presence(meeting: Mapping[str, Any], who: Mapping[str, Any]) -> Presence:
    user = optional_text(who, "participant_user_id") or optional_text(who, "id")
    return Presence(
        participant_id=text(who, "user_id"),
        display_name=short(optional_text(who, "user_name")),
        role="host" if user and user == optional_text(meeting, "host_id") else None,
        account=account(user, optional_text(who, "email")),
        joined_at=moment(who, "join_time"),
        left_at=moment(who, "leave_time"),
    )


def _chat(meeting: Mapping[str, Any], event: Mapping[str, Any]) -> Observed | None:
    message = part(meeting, "chat_message")
    words = optional_text(message, "message_content")
    if not words:
        return None
    said = Signal(
        signal_id=f"zoom-chat-{text(message, 'message_id')}",
        kind="chat",
        observed_at=moment(message, "date_time"),
        participant_id=short(optional_text(message, "sender_session_id")),
        text=words[:MAX_SIGNAL_TEXT],
        source="zoom",
        details={
            name: str(message[name]) for name in ("sender_name", "recipient_type") if isinstance(message.get(name), str)
        },
    )
    return Observed(_meeting_id(meeting), {}, account(optional_text(meeting, "host_id"), None), (), (said,))


_Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], Observed | None]
_READERS: dict[str, _Reader] = {
    "meeting.created": _created,
    "meeting.started": _started,
    "meeting.ended": _ended,
    "meeting.participant_joined": _joined,
    "meeting.participant_left": _left,
    "meeting.chat_message_sent": _chat,
}
