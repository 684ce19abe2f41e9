"""Reads fields of foreign payloads: what is missing or of another kind is told with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.connectors.observed import NotUnderstood
from verifier.case import MAX_SHORT_TEXT, Account


def part(document: Any, *path: str) -> Mapping[str, Any]:
    """An object inside a payload. Raises `NotUnderstood` when it isn't there."""
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping):
        raise NotUnderstood(f"no object at /{'/'.join(path)}")
    return document


def text(document: Mapping[str, Any], name: str) -> str:
    """A text or a number, as text, that must be there. Raises `NotUnderstood`."""
    found = optional_text(document, name)
    if not found:
        raise NotUnderstood(f"no text in {name}")
    return found


def optional_text(document: Mapping[str, Any], name: str) -> str | None:
    """A text or a number, as text; None where it is missing or empty."""
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return str(value)


def short(value: str | None) -> str | None:
    """A text as short as a case wants it."""
    return None if value is None else value[:MAX_SHORT_TEXT]


def moment(document: Mapping[str, Any], name: str, *, per_second: int | None = None) -> datetime | None:
    """A time: RFC 3339, or a number with `per_second` units in a second. Raises `NotUnderstood` for nonsense."""
    value = document.get(name)
    if value is None or value == "":
        return None
    try:
        if per_second is not None:
            return datetime.fromtimestamp(float(value) / per_second, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, TypeError, OverflowError, OSError):
        raise NotUnderstood(f"no time in {name}") from None
    if found.tzinfo is None:
        raise NotUnderstood(f"{name} has no time zone")
    return found


def account(account_id: str | None, email: str | None) -> Account | None:
    """An account, of which the address itself is not kept, only its domain."""
    if not account_id:
        return None
    domain = email.rpartition("@")[2].lower() if email and "@" in email else None
    return Account(account_id=account_id[:MAX_SHORT_TEXT], email_domain=short(domain))
