"""OpenTelemetry spans, for whoever installed the extra `otel` and named a collector; nothing otherwise."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""OpenTelemetry's own variables; its other `OTEL_*` variables count, too."""


class TracesMissing(RuntimeError):  # noqa: N818 - reads as what it is
    """A collector is named, and what would send to it is not installed."""


class Span(Protocol):
    """A piece of work under way."""

    def set_attribute(self, key: str, value: str | int | float | bool) -> None:
        """Say something about it; never what somebody wrote."""

    def update_name(self, name: str) -> None:
        """Name it better than at its start."""


class _NoSpan:
    def set_attribute(self, key: str, value: str | int | float | bool) -> None:
        """Nothing."""

    def update_name(self, name: str) -> None:
        """Nothing."""


_tracers: list[Any] = []
"""The one in use; empty: none."""


def open_traces(environ: Mapping[str, str] = os.environ) -> bool:
    """Send spans to the collector that the environment names; False where it names none.

    Raises `TracesMissing` without the extra: who asked for traces must not believe that there are some.
    """
    if not any(environ.get(name) for name in ENDPOINTS):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TracesMissing("a trace collector is named; install takedown-verifier[otel] to send to it") from None
    provider = TracerProvider(resource=Resource.create({"service.name": "takedown-verifier"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)
    return True


def use(provider: Any | None) -> None:
    """Make spans with this provider from now on; None: make none."""
    _tracers[:] = [] if provider is None else [provider.get_tracer("takedown-verifier")]


@contextlib.contextmanager
def span(name: str, headers: Mapping[str, str] | None = None) -> Iterator[Span]:
    """A span around what is done inside; `headers` may name the caller's span (W3C trace context).

    An exception marks the span as failed by its type alone: its message may quote a case.
    """
    if not _tracers:
        yield _NoSpan()
        return
    from opentelemetry import propagate
    from opentelemetry.trace import Status, StatusCode

    parent = propagate.extract(headers) if headers is not None else None
    with _tracers[0].start_as_current_span(
        name, context=parent, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except Exception as error:
            opened.set_status(Status(StatusCode.ERROR, type(error).__qualname__))
            raise
