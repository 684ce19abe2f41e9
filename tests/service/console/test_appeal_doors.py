"""Who may hear an appeal, over page, terminal and HTTP: nobody tied to it, nobody from before; every try is logged."""

import json

import pytest

from service.audit.log import entries
from service.review.appeals import appeal_refusal
from service.review.listing import Filter, page
from tests.service.review.test_queue_cli import DENY, Through
from tests.service.review.test_reviews_http import ANSWER, DEEDS, kind

from . import house as h
from .test_pages import deny, sign_in

WHY = "The second recording was not looked at by anybody."
TIED = ("lia", "boss", "junior", "mate")


@pytest.fixture
def client(serve, tmp_path):
    return serve(h.verifier("hold"), h.settings(tmp_path))


@pytest.fixture
def house(client):
    return client.app.state.house


@pytest.fixture
def keys(house):
    return h.keys_for(house, "ana", "ben", "chi", "dee", "eli", *TIED)


@pytest.fixture
def appeal_id(client, house, keys):
    """An appeal of the requester, whom Ana and Chi refused, while Eli only held it."""
    assert client.post("/v1/verifications", json=h.document("03"), headers=keys["submit"]).status_code == 200
    first = page(house.office, "ana", Filter()).lines[0].review_id
    client.post(f"/v1/reviews/{first}/lease", headers=keys["eli"])
    client.delete(f"/v1/reviews/{first}/lease", headers=keys["eli"])
    for person in ("ana", "chi"):
        client.post(f"/v1/reviews/{first}/lease", headers=keys[person])
        assert client.post(f"/v1/reviews/{first}/decision", json=ANSWER, headers=keys[person]).status_code == 200
    return appeal_refusal(house.office, h.document("03")["request"]["request_id"], "platform", WHY).review_id


def tries_logged(house):
    with house.store.reading() as session:
        return [e.actor for e in entries(session, kind="review.refused")]


@pytest.mark.parametrize("person", [*TIED, "ana", "chi", "eli"])
def test_over_http(client, house, keys, appeal_id, person):
    for method, deed, body in DEEDS:
        answer = client.request(method, f"/v1/reviews/{appeal_id}{deed}", json=body, headers=keys[person])
        assert (answer.status_code, kind(answer)) == (403, "not-independent")
        assert WHY not in answer.text
    listed = client.get("/v1/reviews?kind=appeal", headers=keys[person]).json()["lines"]
    assert listed == []
    assert client.post("/v1/reviews/next", headers=keys[person]).status_code == 204
    assert tries_logged(house) == [person] * len(DEEDS)


@pytest.mark.parametrize("person", [*TIED, "ana", "chi", "eli"])
def test_on_the_pages(client, house, keys, appeal_id, person):
    token = sign_in(client, house, person)
    assert "data-row" not in client.get("/console?kind=appeal").text
    tries = [client.get(f"/console/cases/{appeal_id}"), client.get(f"/console/letters/{appeal_id}")]
    deeds = ("lease", "decision", "skip", "recuse", "release", "escalate", "note", "ask")
    tries += [
        client.post(f"/console/cases/{appeal_id}/{deed}", data=deny(token, why="because", text="text"))
        for deed in deeds
    ]  # fmt: skip
    assert {answer.status_code for answer in tries} == {403}
    assert not any(WHY in answer.text for answer in tries)
    assert tries_logged(house) == [person] * len(tries)


@pytest.mark.parametrize("person", [*TIED, "ana", "chi", "eli"])
def test_on_the_terminal(client, house, keys, appeal_id, person):
    terminal = Through(client, keys[person])
    asked = (
        ("show", appeal_id), ("renew", appeal_id), ("skip", appeal_id), ("recuse", appeal_id, "--why", "because"),
        ("escalate", appeal_id, "--why", "because"), ("note", "text", appeal_id),
        ("ask", "platform", "Why?", appeal_id), ("release", appeal_id), (*DENY[:2], appeal_id, *DENY[2:]),
    )  # fmt: skip
    for args in asked:
        refused = terminal(*args)
        assert (refused.exit_code, "tied to this case" in refused.output, WHY in refused.output) == (2, True, False)
    assert json.loads(terminal("list", "--kind", "appeal", "--json").output)["lines"] == []
    assert "Nothing is left" in terminal("next").output
    assert tries_logged(house) == [person] * len(asked)


def test_others_hear_it_and_are_told_who_appeals(client, house, keys, appeal_id):
    terminal = Through(client, keys["ben"])
    assert "Appeal of the requester: The second recording" in " ".join(terminal("next").output.split())
    terminal("release")
    token = sign_in(client, house, "dee")
    told = client.post(f"/console/cases/{appeal_id}/lease", data={"csrf": token}).text
    assert "The requester appeals against the refusal" in told
    assert WHY in told


@pytest.mark.parametrize("person", [*TIED, "ana"])
def test_nobody_appeals_with_a_reviewers_key_or_for_another_caller(client, house, keys, person):
    assert client.post("/v1/verifications", json=h.document("03"), headers=keys["submit"]).status_code == 200
    where = f"/v1/requests/{h.document('03')['request']['request_id']}/appeal"
    answer = client.post(where, json={"text": WHY}, headers=keys[person])
    assert (answer.status_code, kind(answer)) == (403, "not-allowed")
    from service.keys.book import Grant

    own = house.keys.create(Grant(f"{person}-asks", ("requests:submit",), person), by="test").secret
    answer = client.post(where, json={"text": WHY}, headers={"Authorization": f"Bearer {own}"})
    assert (answer.status_code, kind(answer)) == (404, "not-found")
    with house.store.reading() as session:
        assert [e.actor for e in entries(session, kind="appeal.refused")] == [f"{person}-asks"]
