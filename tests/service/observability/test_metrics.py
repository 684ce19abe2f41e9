"""What `/metrics` tells, and to whom."""

import json
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine

from service.keys.environment import read_keys
from service.observability.logs import JsonLines
from service.observability.meters import LANGUAGES, Meters
from service.observability.standing import EVENTS, Standing
from service.requests.book import Book
from service.review.deciding import decide
from service.review.leases import take
from service.settings import Settings
from tests.service.fakes import FakeVerifier, answer
from tests.service.keys.making import bearer, entry
from tests.service.requests.asking import answering, case_of, submission
from tests.service.requests.conftest import SetClock
from tests.service.review import desk
from tests.service.test_api import URL


def read(client, **headers):
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200, response.text
    return samples(response.text)


def samples(text):
    return {
        (s.name, *sorted(s.labels.items())): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
    }


def standing(store, clock):
    return {
        (s.name, *sorted(s.labels.items())): s.value
        for family in Standing(store, clock).collect()
        for s in family.samples
    }


@pytest.fixture
def clock():
    return SetClock()


def test_what_was_asked_and_answered_is_counted(serve, case):
    client = serve(FakeVerifier(degraded=("a part",)))
    for _ in range(2):  # the same request twice is one assessment, and two calls
        client.post(URL, json=case)
    found = read(client)
    assert found[("takedown_assessments_total", ("degraded", "yes"), ("disposition", "review"))] == 1
    assert found[("takedown_assessments_total", ("degraded", "no"), ("disposition", "cleared"))] == 0
    call = (("method", "POST"), ("route", URL), ("status", "200"))
    assert found[("takedown_http_seconds_count", *call)] == 2
    assert found[("takedown_verification_seconds_count",)] == 1
    assert found[("takedown_pretext_score_count",)] == 1
    assert found[("takedown_events_total", ("kind", "request.in_review"))] == 1
    assert found[("takedown_queue_cases", ("kind", "review"))] == 1
    assert found[("takedown_store_up",)] == 1
    assert sum(v for k, v in found.items() if k[0] == "takedown_languages_total") == 1


def test_neither_metrics_nor_log_hold_ids_or_words_of_a_case(serve, case, caplog):
    client = serve(FakeVerifier("cleared"))
    with caplog.at_level(logging.INFO):
        client.post(URL, json=case)
        client.get(f"/v1/requests/{case['request']['request_id']}")
        told = client.get("/metrics").text
    lines = "\n".join(JsonLines().format(one) for one in caplog.records if one.name.startswith("takedown"))
    assert '"route": "/v1/requests/{request_id:path}"' in lines
    words = [signal["text"] for signal in case["signals"] if len(signal.get("text") or "") > 12]
    assert words
    for secret in (case["request"]["request_id"], case["meeting"]["meeting_id"], *words):
        assert secret not in told
        assert secret not in lines


def test_a_failed_call_is_logged_with_its_id(serve, case, caplog):
    client = serve(FakeVerifier(error=RuntimeError("what the host said")))
    response = client.post(URL, json=case)
    assert response.status_code == 500
    (line,) = [r for r in caplog.records if r.levelname == "ERROR"]
    assert response.json()["request_id"] in line.getMessage()
    call = (("method", "POST"), ("route", URL), ("status", "500"))
    assert read(client)[("takedown_http_seconds_count", *call)] == 1


def test_paths_that_nobody_serves_make_no_series(serve):
    client = serve(FakeVerifier())
    for n in range(5):
        client.get(f"/nothing/{n}")
        client.request("BREW", f"/tea/{n}")
    routes = {dict(k[1:])["route"] for k in read(client) if k[0] == "takedown_http_seconds_count"}
    methods = {dict(k[1:])["method"] for k in read(client) if k[0] == "takedown_http_seconds_count"}
    assert routes <= {"unmatched", "/metrics"}
    assert methods <= {"GET", "other"}


def test_metrics_take_a_key_of_their_own(serve):
    ring = read_keys(json.dumps([entry("k1" * 20, "prometheus", "metrics:read"), entry("k2" * 20, "d", "audit:read")]))
    client = serve(FakeVerifier(), Settings(keys=ring))
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bearer("k2" * 20)).status_code == 403
    assert client.get("/metrics", headers=bearer("k1" * 20)).status_code == 200
    assert client.get("/v1/policy", headers=bearer("k1" * 20)).status_code == 200


def close(store, clock, review_id, case, outcome, *people):
    office = desk.office(store, clock)
    for person in people:
        take(office, review_id, person)
        decide(office, review_id, person, desk.saying(case, outcome))


def test_a_clearance_that_people_deny_is_a_false_clear_and_a_confirmed_one_is_not(store, clock):
    from service.review.opening import open_review
    from service.review.rules import load_rules

    book = Book(store, clock)
    for n, outcome in enumerate(["deny", "approve"]):
        case = case_of("03", request_id=f"cleared-{n}")
        book.submit(submission(case), answering("cleared"))
        with store.transaction() as session:
            review = open_review(session, case, answer(case, "cleared"), load_rules(), clock(), round_=2)
        close(store, clock, review.review_id, case, outcome, "ana")
    found = standing(store, clock)
    assert found[("takedown_false_clears_total",)] == 1
    assert found[("takedown_overturned_approvals_total",)] == 0


def test_a_denied_request_that_was_never_cleared_is_no_false_clear(store, clock):
    review_id = desk.put(store, clock, request_id="R-deny")
    close(store, clock, review_id, case_of("03", request_id="R-deny"), "deny", "ana")
    assert standing(store, clock)[("takedown_false_clears_total",)] == 0


def test_the_queue_shows_its_age_its_late_cases_and_who_holds_what(store, clock):
    first = desk.put(store, clock)
    clock.forward(hours=2)
    desk.put(store, clock, "hold")
    take(desk.office(store, clock), first, "ana")
    found = standing(store, clock)
    assert found[("takedown_queue_cases", ("kind", "review"))] == 1
    assert found[("takedown_queue_held", ("kind", "review"))] == 1
    assert found[("takedown_queue_held", ("kind", "hold"))] == 0
    assert found[("takedown_queue_oldest_seconds", ("kind", "review"))] == 7200
    assert found[("takedown_queue_overdue", ("kind", "review"))] == 0
    clock.forward(days=30)
    assert standing(store, clock)[("takedown_queue_overdue", ("kind", "review"))] == 1


def test_events_are_counted_once_however_often_they_are_read(store, clock):
    collector = Standing(store, clock)
    kind = ("takedown_events_total", ("kind", "request.received"))

    def events():
        families = {f.name: f for f in collector.collect()}
        return {(s.name, *s.labels.items()): s.value for s in families["takedown_events"].samples}

    assert {k[1][1] for k in events()} == set(EVENTS)
    for n in range(1, 4):
        desk.put(store, clock)
        assert events()[kind] == events()[kind] == n
    assert Standing(store, clock)._events[kind] == 0  # a new process begins anew …
    assert standing(store, clock)[kind] == 3  # … and finds all of them


def test_without_the_database_metrics_say_so_and_tell_nothing_else_of_it():
    missing = create_engine("sqlite:////nonexistent/folder/takedown.db")
    families = {f.name: f for f in Standing(_Store(missing), SetClock()).collect()}
    assert [s.value for s in families["takedown_store_up"].samples] == [0]
    assert set(families) == {"takedown_store_up"}


class _Store:
    def __init__(self, engine):
        self._engine = engine

    def reading(self):
        return self._engine.connect()


def test_a_flood_of_invented_languages_makes_no_flood_of_series():
    meters = Meters()
    case = case_of("03")
    first = next(s for s in case.signals if s.text)
    letters = "abcdefghijklmnopqrstuvwxyz"
    tags = [a + b for a in letters for b in letters][: 3 * LANGUAGES]
    for tag in (*tags, "not a language", "é", "x" * 9):
        changed = case.model_copy(update={"signals": (first.model_copy(update={"language": tag}),)})
        meters.assessed(changed, answer(changed), 0.1)
    assert len(meters.languages.collect()[0].samples) <= 2 * (LANGUAGES + 2)
