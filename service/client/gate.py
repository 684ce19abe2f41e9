"""The gate: asks for a permit before an action, uses it up, and lets nothing happen otherwise."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import httpx

from service.client.published import NoKeys, PublishedKeys
from service.clock import Clock, utc_now
from service.loopback import is_loopback
from service.permits.token import Permit, PermitRefused, read, require_bound

_P = ParamSpec("_P")
_T = TypeVar("_T")

TIMEOUT_S = 10.0


class NotAuthorized(Exception):  # noqa: N818 - reads as what it is
    """The action must not run. `reason`: a permit's refusal, `unreachable` or `refused`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Gate:
    """Stands before everything that acts on meetings, recordings and accounts. Safe to share between threads."""

    def __init__(
        self, url: str, key: str | None = None, *, http: httpx.Client | None = None, clock: Clock = utc_now
    ) -> None:
        """`url` of the service, and a key with the scope `permits:redeem`.

        Raises `ValueError` for plain HTTP to another machine: whoever sits between could answer.
        """
        address = urlsplit(url)
        if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname or "")):
            raise ValueError("the service's address must begin with https://")
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = http or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)
        self._keys = PublishedKeys(lambda: self._http.get(f"{self._url}/.well-known/jwks.json"))
        self._clock = clock

    def check(self, action: str, target: str, permit: str) -> Permit:
        """Whether the permit is genuine, in time, and for exactly this; without a connection once keys are known.

        Not enough to act on: it may have been used or revoked. Raises `NotAuthorized`.
        """
        try:
            said = read(permit, self._keys.for_token(permit), self._clock())
            require_bound(said, action, target)
        except PermitRefused as refused:
            raise NotAuthorized(refused.reason, str(refused)) from None
        except NoKeys as missing:
            raise NotAuthorized("unreachable", f"Nothing is authorized: {missing}.") from None
        return said

    def authorize(self, action: str, target: str, permit: str) -> Permit:
        """Use the permit up for this action on this target; after a return, act once. Raises `NotAuthorized`.

        When the answer doesn't arrive, the permit may be used up; the action must not run all the same.
        """
        said = self.check(action, target, permit)
        body = {"permit": permit, "action": action, "target": target}
        try:
            answer = self._http.post(f"{self._url}/v1/permits/redeem", json=body, headers=self._headers)
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotAuthorized("unreachable", f"The service gave no answer ({type(error).__name__}).") from None
        if not isinstance(told, dict):
            told = {}
        if answer.status_code != 200:
            reason = str(told.get("type", "")).rpartition("permit-")[2] or "refused"
            raise NotAuthorized(reason, str(told.get("detail") or f"The service answered {answer.status_code}."))
        if (told.get("jti"), told.get("action"), told.get("target")) != (said.jti, action, target):
            raise NotAuthorized("refused", "The service answered about something else.")
        return said

    def guarded(self, action: str, target: Callable[_P, str]) -> Callable[[Callable[_P, _T]], Callable[..., _T]]:
        """A decorator: the function takes a further argument `permit`, and runs only when it is authorized.

        `target` names the target from the function's own arguments, so that what is permitted is what is
        acted on: `@gate.guarded("end_meeting", lambda meeting_id: f"meeting:{meeting_id}")`.
        """

        def decorate(act: Callable[_P, _T]) -> Callable[..., _T]:
            @functools.wraps(act)
            def authorized(*args: Any, permit: str, **kwargs: Any) -> _T:
                self.authorize(action, target(*args, **kwargs), permit)
                return act(*args, **kwargs)

            return authorized

        return decorate

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
