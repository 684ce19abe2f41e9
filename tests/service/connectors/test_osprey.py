"""What Osprey's rules find in a meeting becomes a signal of it, through the sink that we show and our own door."""

import contextlib
import importlib.util
import json
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.connectors import osprey
from service.connectors.merge import take
from service.connectors.observed import NotUnderstood
from service.keys.environment import read_keys
from service.settings import Settings
from tests.service.fakes import FakeVerifier
from tests.service.keys.making import bearer, entry
from tests.service.test_api import assert_problem

from .test_connectors import AT, KEY, json_values, known, sample

URL = "/v1/connectors/osprey"
SINK = Path(__file__).parents[3] / "docs" / "examples" / "osprey_sink.py"


def test_results_about_a_meeting_become_signals_of_it(store):
    with store.transaction() as session:
        for told in map(osprey.observed, sample("osprey")):
            if told is not None:
                take(session, told, by="osprey", at=AT)
    scored, bare = known(store, "m-17").signals
    assert (scored.kind, scored.category, scored.score, scored.participant_id) == (
        "classifier",
        "violent_threat",
        0.97,
        "p-3",
    )
    assert scored.source == "osprey:meeting_chat"
    assert scored.observed_at == datetime(2026, 3, 1, 18, 12, 40, tzinfo=UTC)
    assert scored.details == {"event": "meeting_chat", "verdicts": ["review"]}
    assert bare.score is None, "a rule without a probability gives none"


def test_results_about_nothing_of_ours_are_passed_over():
    assert [osprey.observed(one) is None for one in sample("osprey")] == [False, False, True, True]


@pytest.mark.parametrize("score", [True, "0.9", -0.1, 1.1, float("nan"), float("inf"), [1]])
def test_what_is_no_probability_is_refused(score):
    result = sample("osprey")[0]
    result["extracted_features"]["TakedownScore"] = score
    with pytest.raises(NotUnderstood):
        osprey.observed(result)


@pytest.mark.parametrize(
    ("part", "change"),
    [("extracted_features", {"TakedownCategory": "no-such-thing"}), ("action", {"timestamp": None}),
     ("action", {"timestamp": "2026-03-01T18:00:00"}), ("action", {"action_id": ""}),
     ("action", {"action_name": None})],
)  # fmt: skip
def test_a_result_of_another_shape_is_refused(part, change):
    result = sample("osprey")[0]
    result[part] |= change
    with pytest.raises(NotUnderstood):
        osprey.observed(result)


@given(st.sampled_from(["action", "extracted_features", "verdicts"]), json_values)
def test_no_shape_is_a_crash(part, value):
    with contextlib.suppress(NotUnderstood):
        osprey.observed(sample("osprey")[0] | {part: value})


@pytest.fixture
def client(serve):
    keys = [entry(KEY, "bridge", "telemetry:write"), entry("form-key", "form", "requests:submit")]
    return serve(FakeVerifier(), Settings(keys=read_keys(json.dumps(keys))))


def test_the_door_takes_results_of_a_key_that_is_believed(client):
    scored, _, nothing, _ = sample("osprey")
    assert client.post(URL, json=scored, headers=bearer(KEY)).json() == {"stored": 1, "known": 0}
    assert client.post(URL, json=scored, headers=bearer(KEY)).json() == {"stored": 0, "known": 1}
    assert client.post(URL, json=nothing, headers=bearer(KEY)).json() == {"stored": 0, "known": 0}
    assert_problem(client.post(URL, json=scored, headers=bearer("form-key")), 403, "not-allowed")
    assert_problem(client.post(URL, json=scored), 401, "no-valid-key")
    assert_problem(client.post(URL, json={"action": {}}, headers=bearer(KEY)), 422, "invalid-body")


@pytest.fixture
def sink_module(monkeypatch):
    """The example, with Osprey's own classes stood in for by what its documentation says of them."""

    def module(name, **members):
        made = ModuleType(name)
        made.__dict__.update(members)
        monkeypatch.setitem(sys.modules, name, made)

    for name in ("osprey", "osprey.engine", "osprey.engine.executor", "osprey.worker", "osprey.worker.adaptor",
                 "osprey.worker.lib", "osprey.worker.sinks", "osprey.worker.sinks.sink"):  # fmt: skip
        module(name)
    module("osprey.engine.executor.execution_context", ExecutionResult=object)
    module("osprey.worker.adaptor.plugin_manager", hookimpl_osprey=lambda function: function)
    module("osprey.worker.lib.config", Config=object)
    module("osprey.worker.sinks.sink.output_sink", BaseOutputSink=type("BaseOutputSink", (), {}))
    spec = importlib.util.spec_from_file_location("osprey_sink", SINK)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def result_of(document):
    """An `ExecutionResult` that would be sent as this document, with a feature that must stay at home."""
    action = SimpleNamespace(
        **document["action"] | {"timestamp": datetime.fromisoformat(document["action"]["timestamp"])}
    )
    features = document["extracted_features"] | {"MessageText": "what a user wrote"}
    verdicts = [SimpleNamespace(verdict=one) for one in document["verdicts"]]
    return SimpleNamespace(action=action, extracted_features=features, verdicts=verdicts)


def test_the_sink_sends_what_the_samples_show_and_nothing_else(sink_module):
    for document in sample("osprey"):
        assert sink_module.document(result_of(document)) == document


def test_the_sink_works_for_results_about_meetings_alone(sink_module):
    sink = sink_module.TakedownSink("https://takedown.example", KEY)
    assert [sink.will_do_work(result_of(one)) for one in sample("osprey")] == [True, True, False, False]
    with pytest.raises(ValueError, match="https"):
        sink_module.TakedownSink("http://takedown.example", KEY)


def test_the_sink_delivers_with_its_key_and_raises_what_goes_wrong(sink_module, monkeypatch):
    got, status = [], [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            got.append((self.path, self.headers["authorization"], body))
            self.send_response(status[0])
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        monkeypatch.setenv("TAKEDOWN_URL", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setenv("TAKEDOWN_KEY", KEY)
        (sink,) = sink_module.register_output_sinks(None)
        sink.push(result_of(sample("osprey")[0]))
        assert got == [(URL, f"Bearer {KEY}", sample("osprey")[0])]
        status[0] = 503
        with pytest.raises(OSError, match="503") as failed:
            sink.push(result_of(sample("osprey")[0]))
        failed.value.close()
        sink.stop()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
