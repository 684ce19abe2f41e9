"""Readiness, overload, and callers who go away."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.api.middleware import BodyLimit
from service.api.pool import WorkPool
from service.problems import ProblemDetails
from service.settings import Settings

from .fakes import FakeVerifier, SlowVerifier
from .test_api import URL, assert_problem


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ready_once_the_judge_has_answered(serve):
    client = serve(FakeVerifier())
    wait_until(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/readyz").json()["model"] == "fake-1"


def test_not_ready_with_the_reason_while_verification_answers(serve, case):
    client = serve(FakeVerifier("review", degraded=("the model file is missing",), probe_error="model file missing"))
    wait_until(lambda: "missing" in client.get("/readyz").json()["detail"])
    assert_problem(client.get("/readyz"), 503, "not-ready")
    assert client.get("/healthz").status_code == 200
    answer = client.post(URL, json=case).json()
    assert answer["disposition"] == "review"
    assert answer["degraded"] == ["the model file is missing"]


def test_one_too_many_is_told_to_come_back(serve, case):
    slow = SlowVerifier()
    client = serve(slow, Settings(workers=1, waiting=0))
    answers = []
    first = threading.Thread(target=lambda: answers.append(client.post(URL, json=case)))
    first.start()
    assert slow.begun.acquire(timeout=10)
    another = {**case, "request": {**case["request"], "request_id": "another"}}
    refused = client.post(URL, json=another)
    assert_problem(refused, 503, "overloaded")
    assert int(refused.headers["retry-after"]) >= 1
    assert client.get("/healthz").status_code == 200
    slow.go.set()
    first.join(20)
    assert [a.status_code for a in answers] == [200]
    wait_until(lambda: client.post(URL, json=another).status_code == 200)


def test_the_same_body_at_once_is_verified_once_and_needs_no_second_place(serve, case):
    slow = SlowVerifier()
    client = serve(slow, Settings(workers=1, waiting=0))
    with ThreadPoolExecutor(8) as callers:
        calls = [callers.submit(client.post, URL, json=case) for _ in range(8)]
        assert slow.begun.acquire(timeout=10)
        time.sleep(0.3)  # for the others to arrive
        slow.go.set()
        answers = [call.result() for call in calls]
    assert {a.status_code for a in answers} == {200}
    assert len({a.content for a in answers}) == 1
    assert len(slow.seen) == 1


def test_many_callers_each_get_their_own_answer(serve, case):
    client = serve(FakeVerifier(), Settings(workers=2, waiting=100))
    names = [f"REQ-{n}" for n in range(20)]

    def ask(name):
        return client.post(URL, json={**case, "request": {**case["request"], "request_id": name}}).json()

    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(ask, names))
    assert [a["request_id"] for a in answers] == names


def test_all_bodies_together_are_bounded():
    """Nine callers send eight bodies' worth and then wait: the ninth is told to come back, none is lost."""

    async def scenario():
        everybody_read = asyncio.Event()

        async def app(scope, receive, send):
            await receive()
            await everybody_read.wait()

        limit = BodyLimit(app, max_bytes=10)

        async def receive():
            return {"type": "http.request", "body": b"x" * 10, "more_body": False}

        def call():
            return asyncio.create_task(limit({"type": "http", "headers": []}, receive, None))

        calls = [call() for _ in range(8)]
        await asyncio.sleep(0)
        with pytest.raises(ProblemDetails, match="at once"):
            await call()
        everybody_read.set()
        await asyncio.gather(*calls)
        await call()

    asyncio.run(scenario())


def test_a_caller_who_goes_away_keeps_its_place_until_the_work_has_ended():
    begun, go = threading.Event(), threading.Event()

    def work():
        begun.set()
        assert go.wait(10)
        return 1

    async def scenario():
        pool = WorkPool(workers=1, waiting=0)
        gone = asyncio.create_task(pool.run(work))
        await asyncio.to_thread(begun.wait, 10)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        with pytest.raises(ProblemDetails, match="queue is full"):
            await pool.run(lambda: 2)
        go.set()
        for _ in range(500):
            try:
                return await pool.run(lambda: 3)
            except ProblemDetails:
                await asyncio.sleep(0.01)
        raise AssertionError("the place was never freed")

    assert asyncio.run(scenario()) == 3
