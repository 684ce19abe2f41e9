"""Which request is being worked on, for log lines written anywhere below it."""

from __future__ import annotations

from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The `X-Request-Id` of the call; None outside of one. Workers get it with the work (`service.api.pool`)."""
