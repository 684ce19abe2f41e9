"""Signatures of messages, for senders and receivers: HMAC-SHA256 over id, time and body (standardwebhooks.com)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime

TOLERANCE_S = 300


class BadSignature(ValueError):  # noqa: N818 - reads as what it is
    """The message is not from who shares the secret, or it is old."""


def signed_headers(key: bytes, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """What a message carries: its id, the time of sending, and the signature over both and the body."""
    when = str(int(at.timestamp()))
    signature = f"v1,{_mac(key, message_id, when, body)}"
    return {"webhook-id": message_id, "webhook-timestamp": when, "webhook-signature": signature}


def verify_message(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """For receivers: the id of a genuine message, by which to know one that came twice. Raises `BadSignature`."""
    message_id, when = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    expected = f"v1,{_mac(key, message_id, when, body)}"
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
        raise BadSignature("the signature doesn't fit")
    if not when.isdigit() or abs(now.timestamp() - int(when)) > TOLERANCE_S:
        raise BadSignature("the message is not of now")
    return message_id


def _mac(key: bytes, message_id: str, when: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(key, f"{message_id}.{when}.".encode() + body, "sha256")).decode()
