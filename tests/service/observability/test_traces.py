"""Spans where somebody asked for them, and nothing where nobody did."""

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.observability import traces
from tests.service.fakes import FakeVerifier
from tests.service.test_api import URL


@pytest.fixture
def exported():
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.use(provider)
    yield exporter.get_finished_spans
    traces.use(None)


def test_a_call_and_its_verification_are_one_trace_that_goes_on_the_callers(serve, case, exported):
    client = serve(FakeVerifier("hold"))
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    client.post(URL, json=case, headers={"traceparent": f"00-{trace}-{parent}-01"})
    verify, call = exported()
    assert call.name == f"POST {URL}"
    assert verify.name == "verify"
    assert verify.parent.span_id == call.context.span_id
    assert f"{call.context.trace_id:032x}" == trace
    assert verify.attributes["takedown.disposition"] == "hold"


def test_a_failure_is_told_by_its_type_alone(serve, case, exported):
    client = serve(FakeVerifier(error=RuntimeError("what the host said")))
    client.post(URL, json=case)
    assert all("said" not in span.to_json() for span in exported())
    assert exported()[0].status.description == "RuntimeError"


def test_without_a_collector_nothing_is_imported_and_nothing_is_sent():
    assert traces.open_traces({}) is False
    with traces.span("quiet") as span:
        span.set_attribute("a", 1)
        span.update_name("b")


def test_who_asks_for_traces_without_the_extra_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(traces.TracesMissing, match="otel"):
        traces.open_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    assert traces._tracers == []
