"""Local accounts: argon2id passwords, a lock after wrong ones, sessions that end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.audit.entry import JSON
from service.audit.log import record
from service.clock import Clock
from service.console.tables import ConsoleSession, LocalAccount
from service.people import People
from service.store.base import Store

SESSION = timedelta(hours=10)
"""A working day; nobody signs in twice for it, and nobody stays in over night."""
MIN_PASSWORD = 12
_TRIES = 5
_LOCK = timedelta(minutes=15)
_hasher = PasswordHasher()
_nobody = _hasher.hash(secrets.token_urlsafe(16))
"""Checked when there is no such account, so that time tells nothing."""


class WeakPassword(ValueError):  # noqa: N818 - reads as what it is
    """The password can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session. `token` goes into the cookie, `csrf` into every form."""

    person: str
    token: str
    csrf: str


class Accounts:
    """Who may sign in to the console, and who is signed in."""

    def __init__(self, store: Store, clock: Clock, people: People) -> None:
        self._store, self._clock, self._people = store, clock, people

    def set_password(self, person: str, password: str, *, by: str) -> None:
        """Give somebody in the directory a password; ends their sessions. Raises `WeakPassword`, `LookupError`."""
        if self._people.get(person) is None:
            raise LookupError(f"{person!r} is not in the people directory")
        if len(password) < MIN_PASSWORD:
            raise WeakPassword(f"use at least {MIN_PASSWORD} characters")
        if password.casefold() in {person.casefold() * n for n in range(1, 9)} or len(set(password)) < 5:
            raise WeakPassword("use a password that is harder to guess")
        hashed = _hasher.hash(password)
        with self._store.transaction() as session:
            session.merge(LocalAccount(person=person, password=hashed, failures=0, locked_until=None))
            session.execute(delete(ConsoleSession).where(ConsoleSession.person == person))
            record(session, at=self._clock(), kind="account.password_set", actor=by, subject=person, detail={})

    def sign_in(self, person: str, password: str) -> SignedIn | None:
        """A new session, or None: wrong, locked, or no longer in the directory. Both ways are in the audit log."""
        now = self._clock()
        found = None
        if self._people.get(person) is not None:
            with self._store.reading() as session:
                found = session.get(LocalAccount, person)
        right = _matches(found.password if found else _nobody, password)
        locked = found is not None and found.locked_until is not None and found.locked_until > now
        if found is None:
            return None
        with self._store.transaction() as session:
            account = session.get(LocalAccount, person, with_for_update=True)
            if account is None:
                return None
            if locked or not right:
                account.failures += 0 if locked else 1
                if account.failures >= _TRIES:
                    account.failures, account.locked_until = 0, now + _LOCK
                record(session, at=now, kind="session.refused", actor=person, subject=person, detail={"locked": locked})
                return None
            account.failures, account.locked_until = 0, None
            return _open(session, person, now)

    def let_in(self, person: str, *, by: str) -> SignedIn | None:
        """A new session for somebody for whom another door vouches; None for whom the directory doesn't know."""
        if self._people.get(person) is None:
            return None
        with self._store.transaction() as session:
            return _open(session, person, self._clock(), by=by)

    def refuse(self, actor: str, **detail: JSON) -> None:
        """Write down that another door let somebody not in."""
        with self._store.transaction() as session:
            record(session, at=self._clock(), kind="session.refused", actor=actor, subject=actor, detail=detail)

    def signed_in(self, token: str | None) -> SignedIn | None:
        """Whose session a cookie is; None when it is nobody's, over, or theirs who left the directory."""
        if not token:
            return None
        with self._store.reading() as session:
            found = session.get(ConsoleSession, _sha256(token))
        if found is None or found.expires_at <= self._clock() or self._people.get(found.person) is None:
            return None
        return SignedIn(found.person, token, found.csrf)

    def sign_out(self, signed: SignedIn) -> None:
        """End a session."""
        with self._store.transaction() as session:
            session.execute(delete(ConsoleSession).where(ConsoleSession.token_sha256 == _sha256(signed.token)))
            now: datetime = self._clock()
            record(session, at=now, kind="session.closed", actor=signed.person, subject=signed.person, detail={})


def _open(session: Session, person: str, now: datetime, **detail: JSON) -> SignedIn:
    signed = SignedIn(person, secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    session.execute(delete(ConsoleSession).where(ConsoleSession.expires_at < now))
    session.add(
        ConsoleSession(token_sha256=_sha256(signed.token), person=person, csrf=signed.csrf, expires_at=now + SESSION)
    )
    record(session, at=now, kind="session.opened", actor=person, subject=person, detail=detail)
    return signed


def same(a: str, b: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return hmac.compare_digest(a.encode("utf-8", "replace"), b.encode("utf-8", "replace"))


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
