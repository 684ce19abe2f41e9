"""What an operator can set, read once from the environment; every mistake is told at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from service.keys.environment import InvalidKeys, KeyRing, read_keys
from service.observability.logs import LogFormat
from service.outward import require_safe
from service.people_scim import Scim
from service.signin.provider import Claim, Oidc
from service.store.opening import DEFAULT_DATABASE
from service.webhooks.endpoints import Endpoints, read_endpoints

_T = TypeVar("_T")

DEFAULT_PERMIT_KEYS = Path("takedown-permit-keys.json")
"""In the folder that the service is started in, beside the database."""
DEFAULT_CHECKPOINTS = Path("takedown-checkpoints.txt")
"""Beside the database, for a start; better where the database's owners can't write."""
DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024
"""Five times a case of 5,000 turns and 500 reports."""


class InvalidSettings(ValueError):  # noqa: N818 - reads as what it is
    """The environment holds values that make no sense. `problems` has every reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service runs."""

    host: str = "127.0.0.1"
    port: int = 8080
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    policy: Path | None = None
    model_dir: Path | None = None
    judge_timeout_s: float = 5.0
    workers: int = max(1, (os.cpu_count() or 2) // 2)
    """Verifications at a time; each one also uses the cores through the text judge."""
    waiting: int = 8
    """Verifications that may wait for a worker; the next one is told to come back."""
    keys: KeyRing | None = None
    """Who may call, beside the keys in the store. None there and here: local mode, loopback callers only."""
    database: str | None = field(default=None, repr=False)
    """Where everything is kept, as an SQLAlchemy URL. None: in a file that is gone when the service stops."""
    zoom_secret: str | None = field(default=None, repr=False)
    """The secret token with which Zoom signs its webhooks. None: they are not taken."""
    permit_keys: Path | None = None
    """The file with the keys that sign permits; made when it isn't there. None: as short-lived as the database."""
    checkpoints: Path | None = None
    """The file of signed checkpoints of the audit log. None: beside the keys."""
    webhooks: Endpoints = field(default_factory=Endpoints)
    """Who is told of what the audit log records."""
    rate_per_minute: int = 600
    """Calls that a key without a limit of its own may make in a minute."""
    people: Path | None = None
    """The people directory, in YAML. None: nobody is known, so nobody can decide."""
    scim_url: str | None = None
    """A SCIM server that has the directory; `people` then only adds what it has no words for."""
    scim_token: str | None = field(default=None, repr=False)
    review_rules: Path | None = None
    """How the review queue runs, in YAML. None: the default rules."""
    public_url: str = "http://127.0.0.1:8080"
    """Where the affected host reaches this service; letters name it."""
    oidc_issuer: str | None = None
    """The OpenID provider by which people sign in to the console. None: by local accounts alone."""
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    """None: a public client, which PKCE alone protects."""
    oidc_claim: Claim = "sub"
    """By which claim the people directory knows somebody."""
    log_format: LogFormat = "json"
    """`json`: one object a line. `text`: the same for people."""

    @property
    def appeal_page(self) -> str:
        """Where a letter's reader appeals."""
        return f"{self.public_url}/appeal"

    @property
    def scim(self) -> Scim | None:
        """The server that has the people directory, if there is one."""
        return Scim(self.scim_url, self.scim_token) if self.scim_url is not None else None

    @property
    def oidc(self) -> Oidc | None:
        """The OpenID provider, if there is one."""
        if self.oidc_issuer is None or self.oidc_client_id is None:
            return None
        return Oidc(self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_claim)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `TAKEDOWN_*`. Raises `InvalidSettings`."""
        env = os.environ if environ is None else environ
        problems: list[str] = []

        def read(name: str, convert: Callable[[str], _T], default: _T) -> _T:
            given = env.get(name, "").strip()
            if not given:
                return default
            try:
                return convert(given)
            except (ValueError, InvalidKeys) as error:
                problems.append(f"{name}: {error}")
                return default

        base = cls()
        settings = cls(
            host=read("TAKEDOWN_HOST", str, base.host),
            port=read("TAKEDOWN_PORT", _whole(0, 65_535), base.port),
            max_body_bytes=read("TAKEDOWN_MAX_BODY_BYTES", _whole(1, 64 * 1024 * 1024), base.max_body_bytes),
            policy=read("TAKEDOWN_POLICY", Path, None),
            model_dir=read("TAKEDOWN_MODEL_DIR", Path, None),
            judge_timeout_s=read("TAKEDOWN_JUDGE_TIMEOUT_S", _seconds, base.judge_timeout_s),
            workers=read("TAKEDOWN_WORKERS", _whole(1, 256), base.workers),
            waiting=read("TAKEDOWN_WAITING", _whole(0, 10_000), base.waiting),
            keys=read("TAKEDOWN_API_KEYS", read_keys, None),
            database=read("TAKEDOWN_DATABASE", _database, DEFAULT_DATABASE),
            zoom_secret=read("TAKEDOWN_ZOOM_SECRET", str, None),
            permit_keys=read("TAKEDOWN_PERMIT_KEYS", Path, DEFAULT_PERMIT_KEYS),
            checkpoints=read("TAKEDOWN_CHECKPOINTS", Path, DEFAULT_CHECKPOINTS),
            webhooks=read("TAKEDOWN_WEBHOOKS", read_endpoints, base.webhooks),
            rate_per_minute=read("TAKEDOWN_RATE_PER_MINUTE", _whole(1, 1_000_000), base.rate_per_minute),
            people=read("TAKEDOWN_PEOPLE", Path, None),
            scim_url=read("TAKEDOWN_SCIM_URL", require_safe, None),
            scim_token=read("TAKEDOWN_SCIM_TOKEN", str, None),
            review_rules=read("TAKEDOWN_REVIEW_RULES", Path, None),
            public_url=read("TAKEDOWN_PUBLIC_URL", _web_address, base.public_url),
            oidc_issuer=read("TAKEDOWN_OIDC_ISSUER", require_safe, None),
            oidc_client_id=read("TAKEDOWN_OIDC_CLIENT_ID", str, None),
            oidc_client_secret=read("TAKEDOWN_OIDC_CLIENT_SECRET", str, None),
            oidc_claim=read("TAKEDOWN_OIDC_CLAIM", _claim, base.oidc_claim),
            log_format=read("TAKEDOWN_LOG_FORMAT", _log_format, base.log_format),
        )
        if (settings.oidc_issuer is None) != (settings.oidc_client_id is None):
            problems.append("TAKEDOWN_OIDC_ISSUER, TAKEDOWN_OIDC_CLIENT_ID: give both or neither")
        if problems:
            raise InvalidSettings(problems)
        return settings


def _whole(low: int, high: int) -> Callable[[str], int]:
    def convert(given: str) -> int:
        if not given.isascii() or not given.isdigit() or not low <= int(given) <= high:
            raise ValueError(f"give a whole number from {low} to {high}, not {given[:40]!r}")
        return int(given)

    return convert


def _database(given: str) -> str:
    """The URL itself, if the store can be one of its kind; messages never repeat it, it may hold a password."""
    try:
        kind = make_url(given).get_backend_name()
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("sqlite", "postgresql"):
        raise ValueError("give a URL such as sqlite:///takedown.db or postgresql+psycopg://user@host/name")
    return given


def _log_format(given: str) -> LogFormat:
    formats: dict[str, LogFormat] = {"json": "json", "text": "text"}
    if given not in formats:
        raise ValueError(f"give json or text, not {given[:40]!r}")
    return formats[given]


def _claim(given: str) -> Claim:
    claims: dict[str, Claim] = {"sub": "sub", "email": "email"}
    if given not in claims:
        raise ValueError(f"give sub or email, not {given[:40]!r}")
    return claims[given]


def _web_address(given: str) -> str:
    if not given.startswith(("https://", "http://")):
        raise ValueError("give an address that begins with https:// or http://")
    return given.rstrip("/")


def _seconds(given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 600:
        raise ValueError(f"give seconds, more than 0 and at most 600, not {given[:40]!r}")
    return seconds
