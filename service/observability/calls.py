"""Measures every call: one histogram entry, one log line, one span, and the call's id for all lines below it.

Routes are told as templates (`/v1/requests/{request_id}`), never as the paths that were called: paths hold ids.
"""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.observability.context import request_id
from service.observability.meters import Meters
from service.observability.traces import span

log = logging.getLogger("takedown.calls")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; counted, and not told unless they fail."""


class Observed:
    """Goes inside of `RequestContext`, which gives the id, and around everything else."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        status = 500

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        current = request_id.set(scope.get("state", {}).get("request_id"))
        began = time.perf_counter()
        try:
            with self._meters.in_flight.track_inprogress(), span(method, Headers(scope=scope)) as traced:
                try:
                    await self._app(scope, receive, send_and_see)
                finally:
                    seconds, route = time.perf_counter() - began, _route(scope)
                    self._meters.calls.labels(method, route, str(status)).observe(seconds)
                    traced.update_name(f"{method} {route}")
                    traced.set_attribute("http.response.status_code", status)
                    traced.set_attribute("takedown.request_id", request_id.get() or "")
                    if route not in QUIET or status >= 500:
                        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
                        log.info("answered", extra=fields)
        finally:
            request_id.reset(current)


def _route(scope: Scope) -> str:
    """The template that the call matched."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unmatched"
