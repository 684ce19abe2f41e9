"""Which ids can be keys of the store. The case format allows more; what is stored under an id must be findable."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from verifier.problems import InvalidCase, Problem

MAX_ID = 255
"""Two ids of four-byte characters still fit one PostgreSQL index entry (2,704 bytes)."""


def require_storable(ids: Iterable[tuple[str, str]]) -> None:
    """Check ids, given with their JSON pointers. Raises `InvalidCase` with every one that can't be a key."""
    problems = [
        Problem(pointer, why, f"use an id of 1 to {MAX_ID} printable characters")
        for pointer, value in ids
        if (why := _why_not(value))
    ]
    if problems:
        raise InvalidCase(problems)


def _why_not(value: str) -> str | None:
    if not 1 <= len(value) <= MAX_ID:
        return f"an id of {len(value):,} characters can't be stored"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        return "an id with control characters can't be stored"
    return None
