import pytest

from service.audit.log import entries
from tests.service.console import house as h


@pytest.fixture
def client(serve, tmp_path):
    return serve(h.verifier("hold"), h.settings(tmp_path))


@pytest.fixture
def keys(client):
    return h.keys_for(client.app.state.house, "ana", "chi", "lia", "boss", "junior", "mate")


@pytest.fixture
def review(client, keys):
    assert client.post("/v1/verifications", json=h.document("03"), headers=keys["submit"]).status_code == 200
    return client.get("/v1/reviews", headers=keys["ana"]).json()["lines"][0]["review_id"]


ANSWER = {
    "outcome": "deny", "verdicts": {"c1": "refuted"}, "pretextual": True, "cites": ["c1/by_target"],
    "reason": "Nobody said or showed anything of the kind.",
}  # fmt: skip


def kind(answer):
    return answer.json()["type"].rpartition(":")[2]


def test_two_people_decide_over_http_and_the_request_is_denied(client, keys, review):
    for person in ("ana", "chi"):
        assert client.post("/v1/reviews/next", headers=keys[person]).json()["review_id"] == review
        assert client.get("/v1/reviews/held", headers=keys[person]).json() == {"review_id": review}
        shown = client.get(f"/v1/reviews/{review}", headers=keys[person]).json()
        assert shown["decisions"] == []
        line = client.post(f"/v1/reviews/{review}/decision", json=ANSWER, headers=keys[person]).json()
    assert (line["state"], line["outcome"]) == ("closed", "deny")
    assert client.post("/v1/reviews/next", headers=keys["ana"]).status_code == 204
    shown = client.get(f"/v1/reviews/{review}", headers=keys["ana"]).json()
    assert [one["by"] for one in shown["decisions"]] == ["reviewer-1", "reviewer-3"], "aliases, never names"


DEEDS = [
    ("GET", "", None), ("POST", "/lease", None), ("DELETE", "/lease", None), ("POST", "/decision", ANSWER),
    ("POST", "/skip", None), ("POST", "/recuse", {"why": "I know them"}), ("POST", "/escalate", {"why": "beyond me"}),
    ("POST", "/notes", {"text": "x"}), ("POST", "/questions", {"to": "platform", "text": "x"}),
]  # fmt: skip


@pytest.mark.parametrize("person", ["lia", "boss", "junior", "mate"])
def test_somebody_tied_is_refused_in_everything_and_logged(client, keys, review, person):
    for method, deed, body in DEEDS:
        answer = client.request(method, f"/v1/reviews/{review}{deed}", json=body, headers=keys[person])
        assert (answer.status_code, kind(answer)) == (403, "not-independent")
    assert client.get("/v1/reviews", headers=keys[person]).json()["lines"] == []
    assert client.post("/v1/reviews/next", headers=keys[person]).status_code == 204
    with client.app.state.house.store.reading() as session:
        assert [e.actor for e in entries(session, kind="review.refused")] == [person] * len(DEEDS)


def test_a_deciders_key_opens_no_other_door_to_a_case(client, keys, review):
    request_id = h.document("03")["request"]["request_id"]
    assert client.get(f"/v1/requests/{request_id}", headers=keys["submit"]).status_code == 200
    for person in ("lia", "ana"):
        answer = client.get(f"/v1/requests/{request_id}", headers=keys[person])
        assert (answer.status_code, kind(answer)) == (403, "not-allowed")


def test_a_key_without_the_scope_or_without_a_person_decides_nothing(client, keys, review):
    from service.keys.book import Grant

    secret = client.app.state.house.keys.create(Grant("machine", ("reviews:decide",)), by="test").secret
    for method, deed, body in DEEDS:
        path = f"/v1/reviews/{review}{deed}"
        assert client.request(method, path, json=body).status_code == 401
        assert kind(client.request(method, path, json=body, headers=keys["submit"])) == "not-allowed"
        machine = client.request(method, path, json=body, headers={"Authorization": f"Bearer {secret}"})
        assert kind(machine) == "needs-person"


def test_what_is_wrong_with_an_answer_is_said_by_pointer(client, keys, review):
    client.post(f"/v1/reviews/{review}/lease", headers=keys["ana"])
    answer = client.post(
        f"/v1/reviews/{review}/decision", json={**ANSWER, "cites": ["c1/nothing"]}, headers=keys["ana"]
    )
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/cites"]


def test_a_question_comes_back_with_its_answer(client, keys, review):
    client.post(f"/v1/reviews/{review}/lease", headers=keys["ana"])
    asked = client.post(
        f"/v1/reviews/{review}/questions", json={"to": "platform", "text": "Was it recorded?"}, headers=keys["ana"]
    ).json()
    path = f"/v1/reviews/questions/{asked['question_id']}/answer"
    assert client.post(path, json={"text": "Yes."}, headers=keys["ana"]).status_code == 403
    assert client.post(path, json={"text": "Yes."}, headers=keys["submit"]).status_code == 200
    client.post(f"/v1/reviews/{review}/lease", headers=keys["chi"])
    assert client.get(f"/v1/reviews/{review}", headers=keys["chi"]).json()["questions"][0]["answer"] == "Yes."


def test_nobody_without_independence_can_be_told_by_an_unknown_id(client, keys):
    assert client.get("/v1/reviews/none", headers=keys["lia"]).status_code == 404
