"""Who is told of what, as the operator wrote it down."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

SECRET_PREFIX = "whsec_"  # noqa: S105 - how such secrets begin, as standardwebhooks.com has it
MIN_SECRET_BYTES = 24


class InvalidWebhooks(ValueError):  # noqa: N818 - reads as what it is
    """The list of endpoints is not valid; the message never repeats a secret."""


class Endpoint(BaseModel):
    """One receiver."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    url: Annotated[str, Field(max_length=2_000)]
    secret: Annotated[str, Field(repr=False)]
    events: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z.*-]{1,64}$")], ...], Field(min_length=1)]
    """Kinds of audit entries: `permit.issued`, `break-glass.*`, `*`."""
    allow_private: bool = False
    """Whether the receiver may be on a private address, and without TLS."""

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        try:
            raw = base64.b64decode(value.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            raw = b""
        if not value.startswith(SECRET_PREFIX) or len(raw) < MIN_SECRET_BYTES:
            raise ValueError(f"give {SECRET_PREFIX} and at least {MIN_SECRET_BYTES} random bytes in base64")
        return value

    @model_validator(mode="after")
    def _an_address(self) -> Endpoint:
        address = urlsplit(self.url)
        schemes = ("https", "http") if self.allow_private else ("https",)
        if address.scheme not in schemes or not address.hostname or "@" in address.netloc or address.fragment:
            raise ValueError("the url must begin with https:// and hold neither a password nor a fragment")
        return self

    @property
    def key(self) -> bytes:
        """The shared secret."""
        return base64.b64decode(self.secret.removeprefix(SECRET_PREFIX))

    def wants(self, kind: str) -> bool:
        """Whether it is to be told of entries of this kind."""
        return any(e in ("*", kind) or (e.endswith(".*") and kind.startswith(e[:-1])) for e in self.events)


class Endpoints:
    """Every receiver, by name."""

    def __init__(self, endpoints: Iterable[Endpoint] = ()) -> None:
        """Raises `InvalidWebhooks` for a name that stands twice."""
        self._by_name: dict[str, Endpoint] = {}
        for endpoint in endpoints:
            if self._by_name.setdefault(endpoint.name, endpoint) is not endpoint:
                raise InvalidWebhooks(f"{endpoint.name} stands twice")

    def get(self, name: str) -> Endpoint | None:
        """The receiver of that name."""
        return self._by_name.get(name)

    def that_want(self, kind: str) -> tuple[Endpoint, ...]:
        """Everybody who is to be told of this kind."""
        return tuple(endpoint for endpoint in self if endpoint.wants(kind))

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)


def read_endpoints(value: str) -> Endpoints:
    """Read endpoints from JSON, or from the JSON file that is named. Raises `InvalidWebhooks`."""
    try:
        text = value if value.lstrip().startswith("[") else Path(value).read_text("utf-8")
        return Endpoints(TypeAdapter(list[Endpoint]).validate_python(json.loads(text)))
    except ValidationError as error:
        places = "; ".join(f"/{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise InvalidWebhooks(f"not a list of {{name, url, secret, events}}: {places}") from None
    except InvalidWebhooks:
        raise
    except (OSError, ValueError, RecursionError):
        raise InvalidWebhooks("neither a JSON list nor a readable file with one") from None
