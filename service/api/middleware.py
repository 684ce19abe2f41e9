"""What surrounds every request: an id, a limit on the body, and an answer even when all else fails."""

from __future__ import annotations

import logging
import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.pool import overloaded
from service.api.responses import problem_response
from service.problems import ProblemDetails

log = logging.getLogger("takedown.api")

REQUEST_ID = "X-Request-Id"
LARGEST_BODIES_AT_ONCE = 8
"""Bodies of the largest size that may be held at the same time; of usual ones, hundreds."""
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")


class RequestContext:
    """Gives every request an id and every response that id; turns what nobody caught into a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            # No id holds U+0000, and PostgreSQL refuses even to look for one.
            problem = ProblemDetails("not-found", "No address here holds U+0000.")
            response = problem_response(problem, instance=scope["path"], request_id=request_id)
            await response(scope, receive, send_with_id)
            return
        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("request %s failed", request_id)
            if started:
                raise
            problem = ProblemDetails("failed", "An unexpected error; it is in the service's log under request_id.")
            response = problem_response(problem, instance=scope["path"], request_id=request_id)
            await response(scope, receive, send_with_id)


class BodyLimit:
    """Stops reading a body that is too large, whether or not it said how large it is.

    All bodies together are bounded, too, so that many callers at once can't exhaust the memory.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_held = max_bytes * LARGEST_BODIES_AT_ONCE
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        too_large = announced.isdigit() and int(announced[:20]) > self._max_bytes
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            if too_large:
                raise self._refusal()
            message = await receive()
            if message["type"] == "http.request":
                size = len(message.get("body", b""))
                seen += size
                self._held += size
                if seen > self._max_bytes:
                    raise self._refusal()
                if self._held > self._max_held:
                    raise overloaded()
            return message

        try:
            await self._app(scope, receive_counted, send)
        finally:
            self._held -= seen

    def _refusal(self) -> ProblemDetails:
        return ProblemDetails(
            "too-large",
            f"A body may have at most {self._max_bytes:,} bytes.",
            headers={"Connection": "close"},
        )


def _request_id(given: str | None) -> str:
    return given if given is not None and _SANE_ID.fullmatch(given) else uuid.uuid4().hex
