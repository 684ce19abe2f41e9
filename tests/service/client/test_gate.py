import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from service.client import Gate, NotAuthorized
from service.client.published import PAUSE_S, STALE_S, NoKeys, PublishedKeys
from service.permits.keys import SigningKeys
from service.permits.token import read, sign

ACTION = "end_meeting"


@pytest.fixture
def gate(running):
    opened = Gate(running.url)
    yield opened
    opened.close()


def refused(attempt, *args):
    with pytest.raises(NotAuthorized) as caught:
        attempt(*args)
    return caught.value.reason


def test_a_permit_opens_the_gate_once(running, gate):
    permit = running.permit()
    assert gate.authorize(ACTION, running.target, permit).request_id == "r1"
    assert refused(gate.authorize, ACTION, running.target, permit) == "redeemed"


def test_another_action_or_target_is_refused_before_the_service_is_asked(running, gate):
    permit = running.permit()
    assert refused(gate.authorize, "suspend_account", running.target, permit) == "mismatch"
    assert refused(gate.authorize, ACTION, "meeting:other", permit) == "mismatch"
    assert gate.authorize(ACTION, running.target, permit)


@pytest.mark.parametrize("permit", ["", "nonsense", "a.b.c"])
def test_what_is_no_permit_is_refused(running, gate, permit):
    assert refused(gate.authorize, ACTION, running.target, permit) == "not-valid"


def test_a_permit_of_another_service_is_refused(running, gate, tmp_path):
    said = read(running.permit(), running.house.permits.public, datetime.now(UTC))
    foreign = SigningKeys(tmp_path / "k")
    assert refused(gate.authorize, ACTION, running.target, sign(said, *foreign.signing)) == "not-valid"


def test_an_expired_permit_is_refused_offline(running):
    late = Gate(running.url, clock=lambda: datetime.now(UTC) + timedelta(hours=2))
    assert refused(late.check, ACTION, running.target, running.permit()) == "expired"
    late.close()


def test_checking_needs_no_connection_once_the_keys_are_known(running, gate):
    first, second = running.permit(), running.permit()
    assert gate.check(ACTION, running.target, first)
    running.stop()
    assert gate.check(ACTION, running.target, second)


def test_without_the_service_nothing_is_authorized(running, gate):
    permit = running.permit()
    gate.check(ACTION, running.target, permit)
    running.stop()
    assert refused(gate.authorize, ACTION, running.target, permit) == "unreachable"
    fresh = Gate(running.url)
    assert refused(fresh.authorize, ACTION, running.target, permit) == "unreachable"
    fresh.close()


def test_a_rotated_key_is_fetched(running, gate):
    gate.check(ACTION, running.target, running.permit())
    running.house.permits.rotate()
    gate._keys._tried = float("-inf")
    assert gate.authorize(ACTION, running.target, running.permit())


def test_the_decorated_function_runs_only_when_it_may(running, gate):
    ended = []

    @gate.guarded(ACTION, lambda meeting_id: f"meeting:{meeting_id}")
    def end(meeting_id):
        ended.append(meeting_id)

    meeting = running.target.removeprefix("meeting:")
    permit = running.permit()
    assert refused(lambda: end("other", permit=permit)) == "mismatch"
    with pytest.raises(TypeError):
        end(meeting)
    assert ended == []
    end(meeting, permit=permit)
    assert refused(lambda: end(meeting, permit=permit)) == "redeemed"
    assert ended == [meeting]


def test_threads_that_share_a_gate_act_once(running, gate):
    permit, results = running.permit(), []

    def come():
        try:
            gate.authorize(ACTION, running.target, permit)
            results.append("acted")
        except NotAuthorized as refusal:
            results.append(refusal.reason)

    threads = [threading.Thread(target=come) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(results) == {"acted": 1, "redeemed": 19}


ANSWERS = [
    httpx.Response(200, json={}),
    httpx.Response(200, json={"jti": "x" * 22, "action": ACTION, "target": "meeting:m"}),
    httpx.Response(200, text="ok"),
    httpx.Response(200, json=[1]),
    httpx.Response(201, json={}),
    httpx.Response(302, headers={"location": "https://example.org"}),
    httpx.Response(500, json={"type": "about:blank"}),
    httpx.Response(503),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: f"{a.status_code}-{len(a.content)}")
def test_any_other_answer_is_no_authorization(running, answer):
    permit = running.permit()
    keys = running.house.permits.jwks()

    def reply(request):
        return httpx.Response(200, json=keys) if request.url.path.endswith("jwks.json") else answer

    gate = Gate("https://service.example", http=httpx.Client(transport=httpx.MockTransport(reply)))
    with pytest.raises(NotAuthorized):
        gate.authorize(ACTION, running.target, permit)
    gate.close()


@pytest.mark.parametrize("url", ["http://service.example", "ftp://x", "service.example", ""])
def test_a_connection_that_others_can_answer_is_refused(url):
    with pytest.raises(ValueError, match="https"):
        Gate(url)


def test_keys_that_can_not_be_had_again_are_trusted_for_a_while(tmp_path):
    keys, now, up = SigningKeys(tmp_path / "k"), [0.0], [True]

    def fetch():
        if not up[0]:
            raise httpx.ConnectError("down")
        return httpx.Response(200, json=keys.jwks(), request=httpx.Request("GET", "https://x"))

    published = PublishedKeys(fetch, lambda: now[0])
    assert published.for_token("x") == keys.public
    up[0], now[0] = False, STALE_S - 1
    assert published.for_token("x") == keys.public
    now[0] = STALE_S + PAUSE_S + 1
    with pytest.raises(NoKeys):
        published.for_token("x")


def test_invented_key_ids_do_not_become_a_flood(tmp_path):
    keys, asked = SigningKeys(tmp_path / "k"), []

    def fetch():
        asked.append(1)
        return httpx.Response(200, json=keys.jwks(), request=httpx.Request("GET", "https://x"))

    published = PublishedKeys(fetch)
    for _ in range(50):
        published.for_token("eyJhbGciOiJFZERTQSIsImtpZCI6IngifQ.e30.AA")
    assert len(asked) == 1


def test_the_client_brings_no_database_with_it():
    code = "import sys, service.client; assert not {'sqlalchemy', 'fastapi', 'onnxruntime'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_offline_check_is_quick(running, gate):
    """Microseconds on an idle machine (docs/permits.md has the figure); here only that nothing slow is in it."""
    permit = running.permit()
    gate.check(ACTION, running.target, permit)
    started = time.perf_counter()
    for _ in range(100):
        gate.check(ACTION, running.target, permit)
    assert (time.perf_counter() - started) / 100 < 0.01
