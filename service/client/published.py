"""The service's published keys, fetched when they are needed and kept for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from service.permits.jws import kid_of
from service.permits.keys import InvalidKeyFile, public_keys

FRESH_S = 300.0
"""Keys are asked for again after this long."""
STALE_S = 3_600.0
"""Keys that could not be asked for again are trusted no longer than this: one may have been withdrawn."""
PAUSE_S = 5.0
"""Between attempts, so that tokens with invented key ids don't become a flood of questions."""


class NoKeys(RuntimeError):  # noqa: N818 - reads as what it is
    """The keys can't be had, so nothing can be checked."""


class PublishedKeys:
    """The keys of `/.well-known/jwks.json`. Safe to share between threads."""

    def __init__(self, fetch: Callable[[], httpx.Response], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = monotonic
        self._lock = threading.Lock()
        self._keys: Mapping[str, Ed25519PublicKey] = {}
        self._fetched = self._tried = float("-inf")

    def for_token(self, token: str) -> Mapping[str, Ed25519PublicKey]:
        """Keys to check this token with. Raises `NoKeys`."""
        if self._now() - self._fetched > FRESH_S or kid_of(token) not in self._keys:
            with self._lock:
                self._refresh()
        if self._now() - self._fetched > STALE_S:
            raise NoKeys("the service's keys can't be had")
        return self._keys

    def _refresh(self) -> None:
        if self._now() - self._tried < PAUSE_S:
            return
        self._tried = self._now()
        try:
            answer = self._fetch()
            answer.raise_for_status()
            self._keys = public_keys(answer.json())
            self._fetched = self._now()
        except (httpx.HTTPError, ValueError, InvalidKeyFile):
            return  # what is still good enough decides
