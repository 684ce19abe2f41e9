import json

import pytest

from service.problems import TYPE_PREFIX
from service.settings import Settings
from verifier.assessment import Assessment
from verifier.problems import parse_case
from verifier.verify import case_digest

from .fakes import CASES, FakeVerifier

JSON = {"Content-Type": "application/json"}
URL = "/v1/verifications"


def assert_problem(response, status, kind):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == TYPE_PREFIX + kind
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda p: p.stem[:2])
def test_every_worked_case_is_answered(serve, path):
    case = json.loads(path.read_text("utf-8"))["case"]
    response = serve(FakeVerifier("hold")).post(URL, json=case)
    assert response.status_code == 200
    assessment = Assessment.model_validate_json(response.content)
    assert assessment.request_id == case["request"]["request_id"]
    assert assessment.disposition == "hold"


def test_answers_are_not_stored_by_caches(serve, case):
    assert serve(FakeVerifier()).post(URL, json=case).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"nonsense"])
def test_a_body_that_is_no_json(serve, body):
    assert_problem(serve(FakeVerifier("cleared")).post(URL, content=body, headers=JSON), 400, "not-json")


def test_a_case_with_problems_names_them_all(serve, case):
    case["request"]["action"] = "explode"
    case["signals"][3]["observed_at"] = "yesterday"
    case["surprise/~"] = 1
    problem = assert_problem(serve(FakeVerifier("cleared")).post(URL, json=case), 422, "invalid-case")
    assert {e["pointer"] for e in problem["errors"]} == {
        "/request/action",
        "/signals/3/observed_at",
        "/surprise~1~0",
    }
    assert all(e["message"] and e["hint"] for e in problem["errors"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_media_types_are_refused(serve, case, headers):
    response = serve(FakeVerifier("cleared")).post(URL, content=json.dumps(case).encode(), headers=headers)
    assert_problem(response, 415, "not-json-type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", 'Application/JSON; charset="UTF-8"'])
def test_json_media_types_are_accepted(serve, case, media_type):
    response = serve(FakeVerifier()).post(URL, content=json.dumps(case).encode(), headers={"Content-Type": media_type})
    assert response.status_code == 200


def test_a_body_that_says_it_is_too_large(serve):
    client = serve(FakeVerifier("cleared"), Settings(max_body_bytes=100))
    assert_problem(client.post(URL, content=b" " * 101, headers=JSON), 413, "too-large")


def test_a_body_that_does_not_say_how_large_it_is(serve):
    read = []

    def endless():
        while len(read) < 1000:
            read.append(1)
            yield b" " * 50

    client = serve(FakeVerifier("cleared"), Settings(max_body_bytes=100))
    assert_problem(client.post(URL, content=endless(), headers=JSON), 413, "too-large")


def test_a_body_at_the_limit_is_read(serve, case):
    body = json.dumps(case).encode()
    client = serve(FakeVerifier(), Settings(max_body_bytes=len(body)))
    assert client.post(URL, content=body, headers=JSON).status_code == 200


def test_unknown_paths_and_methods(serve):
    client = serve(FakeVerifier())
    assert_problem(client.get("/v2/anything"), 404, "not-found")
    response = client.delete(URL)
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


def test_a_failure_tells_nothing_of_the_inside_and_clears_nothing(serve, case):
    response = serve(FakeVerifier("cleared", error=RuntimeError("secret path /etc/x"))).post(URL, json=case)
    problem = assert_problem(response, 500, "failed")
    assert "secret" not in json.dumps(problem)
    assert "disposition" not in problem


def test_a_sane_request_id_is_kept(serve, case):
    response = serve(FakeVerifier()).post(URL, json=case, headers={"X-Request-Id": "desk-7.2026_11-24"})
    assert response.headers["x-request-id"] == "desk-7.2026_11-24"


@pytest.mark.parametrize("given", ["short", "x" * 129, "with space here", "semi;colon;semi"])
def test_another_request_id_is_replaced(serve, given):
    kept = serve(FakeVerifier()).get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert kept != given
    assert len(kept) == 32


def test_health_and_policy(serve):
    fake = FakeVerifier()
    client = serve(fake)
    assert client.get("/healthz").json() == {"status": "ok"}
    policy = client.get("/v1/policy").json()
    assert policy["version"] == fake.policy.version
    assert set(policy["categories"]) == set(fake.policy.categories)


def test_openapi_has_worked_examples_and_problems(serve):
    document = serve(FakeVerifier()).get("/openapi.json").json()
    post = document["paths"][URL]["post"]
    body = post["requestBody"]["content"]["application/json"]
    refs = ["#/components/schemas/BareRequest", "#/components/schemas/Case"]
    assert body["schema"] == {"anyOf": [{"$ref": ref} for ref in refs]}
    assert len(body["examples"]) == 4
    assert {"200", "400", "401", "403", "413", "415", "422", "500", "503"} <= set(post["responses"])
    for status, response in post["responses"].items():
        if status != "200":
            assert list(response["content"]) == ["application/problem+json"]
    text = json.dumps(document)
    names = {ref.partition('"')[0] for ref in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])


def test_openapi_examples_are_accepted(serve):
    client = serve(FakeVerifier())
    document = client.get("/openapi.json").json()
    body = document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        assert client.post(URL, json=example["value"]).status_code == 200


def test_the_openapi_answer_is_an_answer_to_the_case_beside_it(serve):
    post = serve(FakeVerifier()).get("/openapi.json").json()["paths"][URL]["post"]
    asked = post["requestBody"]["content"]["application/json"]["examples"]["planted_intruders"]["value"]
    shown = post["responses"]["200"]["content"]["application/json"]["examples"]["planted_intruders"]["value"]
    answer = Assessment.model_validate_json(json.dumps(shown))
    assert answer.case_digest == case_digest(parse_case(json.dumps(asked)))
    assert answer.disposition == "hold"
    assert answer.degraded == ()


def test_the_documentation_page(serve):
    assert "/openapi.json" in serve(FakeVerifier()).get("/docs").text
