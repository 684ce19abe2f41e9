"""The book of keys: made and shown once, kept as hashes, rotated, revoked, and looked up for each call."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.audit.log import record
from service.clock import Clock
from service.keys.callers import NAME, RESERVED, SCOPES, Caller, Scope
from service.keys.environment import KeyRing
from service.keys.tables import ApiKey
from service.store.base import Store

MARK = "tdv"
"""Keys begin with it, so that scanners for leaked secrets can know them."""


class KeyRefused(ValueError):  # noqa: N818 - reads as what it is
    """This key can't be made, rotated or revoked; the message says why."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made. `secret` is nowhere else."""

    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key is to allow."""

    name: str
    scopes: tuple[Scope, ...]
    person: str | None = None
    lasts: timedelta | None = None
    rate_per_minute: int | None = None
    max_body_bytes: int | None = None


class KeyBook:
    """Every key of the store, and those of the environment."""

    def __init__(self, store: Store, clock: Clock, environment: KeyRing | None = None) -> None:
        self._store = store
        self._clock = clock
        self._environment = environment

    def any(self) -> bool:
        """Whether there is, or ever was, a key. Revoking the last one opens nothing to everybody."""
        if self._environment is not None:
            return True
        with self._store.reading() as session:
            return session.scalars(select(ApiKey.key_id).limit(1)).first() is not None

    def caller_with(self, key: str) -> Caller | None:
        """Whose key it is, if it is valid now."""
        key_sha256 = _sha256(key)
        found = self._environment.caller_with(key_sha256) if self._environment else None
        if found is not None:
            return found
        with self._store.reading() as session:
            kept = session.scalars(select(ApiKey).where(ApiKey.key_sha256 == key_sha256)).one_or_none()
        return _caller(kept) if kept is not None and kept.valid(self._clock()) else None

    def all(self) -> tuple[ApiKey, ...]:
        """Every key of the store, oldest first."""
        with self._store.reading() as session:
            return tuple(session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.key_id)))

    def create(self, grant: Grant, *, by: str) -> NewKey:
        """Make a key. Raises `KeyRefused` for a name that is taken or scopes that don't exist."""
        _require_sound(grant)
        if self._environment is not None and self._environment.has(grant.name):
            raise KeyRefused(f"a key of the environment has the name {grant.name}")
        with self._store.transaction() as session:
            at = self._clock()
            if any(key.valid(at) for key in _named(session, grant.name)):
                raise KeyRefused(f"a valid key has the name {grant.name}; rotate or revoke it")
            return _add(session, grant, at=at, by=by, kind="key.created", replaces=None)

    def rotate(self, key_id: str, *, overlap: timedelta, lasts: timedelta | None, by: str) -> NewKey:
        """Make a successor with the same rights; the old key ends after `overlap`. Raises `KeyRefused`."""
        with self._store.transaction() as session:
            at = self._clock()
            old = _valid_key(session, key_id, at)
            ends = at + overlap
            old.expires_at = ends if old.expires_at is None else min(old.expires_at, ends)
            grant = Grant(old.name, tuple(old.scopes), old.person, lasts, old.rate_per_minute, old.max_body_bytes)
            return _add(session, grant, at=at, by=by, kind="key.rotated", replaces=key_id)

    def revoke(self, key_id: str, *, by: str) -> None:
        """End a key now. Raises `KeyRefused` when there is no valid one with this id."""
        with self._store.transaction() as session:
            at = self._clock()
            key = _valid_key(session, key_id, at)
            key.revoked_at = at
            record(session, at=at, kind="key.revoked", actor=by, subject=key_id, detail={"name": key.name})


def _add(session: Session, grant: Grant, *, at: datetime, by: str, kind: str, replaces: str | None) -> NewKey:
    key_id = secrets.token_hex(5)
    secret = f"{MARK}_{key_id}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        key_id=key_id,
        name=grant.name,
        key_sha256=_sha256(secret),
        scopes=sorted(set(grant.scopes)),
        person=grant.person,
        rate_per_minute=grant.rate_per_minute,
        max_body_bytes=grant.max_body_bytes,
        created_at=at,
        created_by=by,
        expires_at=None if grant.lasts is None else at + grant.lasts,
    )
    session.add(key)
    session.flush()
    detail = {
        "name": key.name, "scopes": key.scopes, "person": key.person, "replaces": replaces,
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
    }  # fmt: skip
    record(session, at=at, kind=kind, actor=by, subject=key_id, detail=detail)
    return NewKey(key_id, secret)


def _named(session: Session, name: str) -> Iterable[ApiKey]:
    return session.scalars(select(ApiKey).where(ApiKey.name == name).with_for_update())


def _valid_key(session: Session, key_id: str, at: datetime) -> ApiKey:
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None or not key.valid(at):
        raise KeyRefused("there is no valid key with this id")
    return key


def _require_sound(grant: Grant) -> None:
    if not re.fullmatch(NAME, grant.name) or grant.name in RESERVED:
        raise KeyRefused(
            "a name has up to 64 letters, digits, dots, dashes and underscores, and is not the service's own"
        )
    if not grant.scopes or not set(grant.scopes) <= set(SCOPES):
        raise KeyRefused(f"give at least one of these scopes: {', '.join(SCOPES)}")
    if any(limit is not None and limit < 1 for limit in (grant.rate_per_minute, grant.max_body_bytes)):
        raise KeyRefused("a limit is at least 1")


def _caller(key: ApiKey) -> Caller:
    return Caller(
        key.name, frozenset(key.scopes), person=key.person, key_id=key.key_id,
        rate_per_minute=key.rate_per_minute, max_body_bytes=key.max_body_bytes,
    )  # fmt: skip


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
