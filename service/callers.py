"""Who calls, and what they may say: submit a request, or also report what the platform observed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Right = Literal["submit", "observe"]


class InvalidKeys(ValueError):  # noqa: N818 - reads as what it is
    """The list of keys is not valid; the message never repeats a key."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may call, by the name that the operator gave."""

    name: str
    may: frozenset[Right]

    @property
    def observes(self) -> bool:
        """Whether what this caller sends as observed is believed."""
        return "observe" in self.may


LOCAL = Caller("local", frozenset({"submit", "observe"}))
"""The caller when no keys are configured: a person on this machine, believed in everything."""


class _Entry(BaseModel):
    """One key as the operator writes it down: its hash, never the key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    key_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    may: Annotated[list[Right], Field(min_length=1)]


class KeyRing:
    """The keys that are accepted, by hash."""

    def __init__(self, callers: Iterable[tuple[str, Caller]]) -> None:
        self._callers = tuple(callers)

    def __len__(self) -> int:
        return len(self._callers)

    def caller_with(self, key: str) -> Caller | None:
        """Whose key it is. Looks at every entry, so that time tells nothing."""
        digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        found = None
        for accepted, caller in self._callers:
            if hmac.compare_digest(accepted, digest):
                found = caller
        return found


def read_keys(value: str) -> KeyRing:
    """Read keys from JSON, or from the JSON file that is named. Raises `InvalidKeys`."""
    text = value if value.lstrip().startswith("[") else _file(value)
    try:
        # Lists parse strictly from Python objects too, and the hash pattern keeps keys out of messages.
        entries = TypeAdapter(list[_Entry]).validate_python(_no_constants(text))
    except ValidationError as error:
        places = "; ".join(f"/{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise InvalidKeys(f"not a list of {{key_sha256, name, may}}: {places}") from None
    for field in ("key_sha256", "name"):
        repeated = sum(n > 1 for n in Counter(getattr(entry, field) for entry in entries).values())
        if repeated:
            raise InvalidKeys(f"{repeated} {field} stand more than once")
    return KeyRing((entry.key_sha256, Caller(entry.name, frozenset(entry.may))) for entry in entries)


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
