"""One entry of the log, and the hash that ties it to the one before it. No database: exports are checked by this."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, TypeAlias

from service.store.documents import canonical

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"

BEGINNING = "0" * 64
"""What the first entry names as the hash before it."""


class NotCanonical(ValueError):  # noqa: N818 - reads as what it is
    """These characters are not an entry as the log writes it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what, when. `at` and `detail` are kept as the very text that was hashed."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    detail: str
    prev_hash: str
    hash: str

    @classmethod
    def after(
        cls,
        seq: int,
        prev_hash: str,
        *,
        at: datetime,
        kind: str,
        actor: str,
        subject: str,
        detail: Mapping[str, object],
    ) -> Entry:
        """The entry that follows. Raises `ValueError` or `TypeError` for what JSON can't say."""
        unsealed = cls(seq + 1, moment(at), kind, actor, subject, canonical(detail), prev_hash, "")
        return cls(**{**asdict(unsealed), "hash": unsealed.computed_hash()})

    @classmethod
    def from_line(cls, line: str) -> Entry:
        """Read one line of an export. Raises `NotCanonical` unless it is an entry, to the character."""
        value = parse_canonical(line)
        if not isinstance(value, dict) or set(value) != {field.name for field in fields(cls)}:
            raise NotCanonical("not an entry of an audit log")
        kinds = {"seq": int, "detail": dict}
        if any(type(item) is not kinds.get(name, str) for name, item in value.items()):
            raise NotCanonical("an entry with a field of the wrong kind")
        return cls(**{**value, "detail": canonical(value["detail"])})

    @property
    def said(self) -> Any:
        """The detail as a value."""
        return json.loads(self.detail)

    def line(self) -> str:
        """The entry as one line of an export. Raises `NotCanonical` when the stored detail was touched."""
        return canonical(self._document())

    def computed_hash(self) -> str:
        """What the hash must be. Raises `NotCanonical` when the stored detail was touched."""
        document = self._document()
        del document["hash"]
        return hashlib.sha256(canonical(document).encode("ascii")).hexdigest()

    def _document(self) -> dict[str, Any]:
        return {**asdict(self), "detail": parse_canonical(self.detail)}


def parse_canonical(text: str) -> Any:
    """What the text says, if it is exactly how the log would write that. Raises `NotCanonical`."""
    try:
        value = json.loads(text)
        same = canonical(value) == text
    except (ValueError, RecursionError):
        raise NotCanonical("not JSON") from None
    if not same:
        raise NotCanonical("JSON, but not as it was written")
    return value


def moment(at: datetime) -> str:
    """A moment as the log writes it: RFC 3339, UTC, microseconds. It sorts as text."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
