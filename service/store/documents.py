"""JSON documents in the store: one canonical form, so that digests and both databases agree."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator


def canonical(document: Any) -> str:
    """The one way to write a JSON document: sorted keys, no spaces, ASCII.

    ASCII, because escaped characters survive every database; PostgreSQL refuses U+0000 in text.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(document: Any) -> str:
    """sha256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(document).encode("ascii")).hexdigest()


class Document(TypeDecorator[Any]):
    """A JSON document in a text column, in canonical form."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else json.loads(value)
