"""A service that may be far away, as commands talk to it."""

from __future__ import annotations

from typing import Any

import httpx

TIMEOUT_S = 30.0


class RemoteRefused(Exception):  # noqa: N818 - reads as what it is
    """The service said no, or nothing. `ours`: the call was wrong, not the service. `hints` say what to change."""

    def __init__(self, message: str, *, ours: bool, hints: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.ours = ours
        self.hints = hints


class Remote:
    """Sends JSON with a key. Every answer is JSON or None."""

    def __init__(self, url: str, key: str | None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport)
        self._url = url

    def get(self, path: str, params: dict[str, str] | None = None) -> Any:
        """Ask for something. Raises `RemoteRefused`."""
        return self._send("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do something. Raises `RemoteRefused`."""
        return self._send("POST", path, json=body)

    def delete(self, path: str) -> Any:
        """Undo something. Raises `RemoteRefused`."""
        return self._send("DELETE", path)

    def _send(self, method: str, path: str, **how: Any) -> Any:
        try:
            response = self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            raise RemoteRefused(f"{self._url} does not answer: {type(error).__name__}", ours=False) from None
        if response.is_success:
            return response.json() if response.content else None
        try:
            problem = response.json()
            told = f"{problem['title']}: {problem['detail']}"
            hints = tuple(f"{e['pointer']}: {e['message']} ({e['hint']})" for e in problem.get("errors", ()))
        except (ValueError, KeyError, TypeError):
            told, hints = f"the service answered {response.status_code}", ()
        raise RemoteRefused(told, ours=response.status_code < 500, hints=hints)
