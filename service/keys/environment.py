"""Keys from the environment: how the first callers get in where nobody can run a command."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.keys.callers import NAME, RESERVED, Caller, Scope


class InvalidKeys(ValueError):  # noqa: N818 - reads as what it is
    """The list of keys is not valid; the message never repeats a key."""


class _Entry(BaseModel):
    """One key as the operator writes it down: its hash, never the key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(pattern=NAME)]
    scopes: Annotated[list[Scope], Field(min_length=1)]
    person: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class KeyRing:
    """The keys that are accepted, by hash."""

    def __init__(self, callers: Iterable[tuple[str, Caller]]) -> None:
        self._callers = tuple(callers)

    def __len__(self) -> int:
        return len(self._callers)

    def caller_with(self, key_sha256: str) -> Caller | None:
        """Whose key it is, by its hash. Looks at every entry, so that time tells nothing."""
        found = None
        for accepted, caller in self._callers:
            if hmac.compare_digest(accepted, key_sha256):
                found = caller
        return found

    def has(self, name: str) -> bool:
        """Whether a caller has this name."""
        return any(caller.name == name for _, caller in self._callers)


def read_keys(value: str) -> KeyRing:
    """Read keys from JSON, or from the JSON file that is named. Raises `InvalidKeys`."""
    text = value if value.lstrip().startswith("[") else _file(value)
    try:
        # Lists parse strictly from Python objects too, and the hash pattern keeps keys out of messages.
        entries = TypeAdapter(list[_Entry]).validate_python(_no_constants(text))
    except ValidationError as error:
        places = "; ".join(f"/{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise InvalidKeys(f"not a list of {{key_sha256, name, scopes, person}}: {places}") from None
    for field in ("key_sha256", "name"):
        repeated = sum(n > 1 for n in Counter(getattr(entry, field) for entry in entries).values())
        if repeated:
            raise InvalidKeys(f"{repeated} {field} stand more than once")
    if any(entry.name in RESERVED for entry in entries):
        raise InvalidKeys(f"these names are the service's own: {', '.join(sorted(RESERVED))}")
    return KeyRing((entry.key_sha256, _caller(entry)) for entry in entries)


def _caller(entry: _Entry) -> Caller:
    return Caller(entry.name, frozenset(entry.scopes), person=entry.person, key_id=f"env:{entry.name}")


def _file(name: str) -> str:
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidKeys("neither a JSON list nor a readable file") from None


def _no_constants(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidKeys("not valid JSON") from None
