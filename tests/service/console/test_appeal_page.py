import re

import pytest
from sqlalchemy import select

from service.letters.tables import Letter
from service.review.tables import Review

from . import house as h


@pytest.fixture
def client(serve, tmp_path):
    return serve(h.verifier("cleared"), h.settings(tmp_path))


@pytest.fixture
def code(client):
    assert client.post("/v1/verifications", json=h.document("12")).json()["disposition"] == "cleared"
    with client.app.state.house.store.reading() as session:
        body = session.scalars(select(Letter.body)).one()
    return re.search(r"^ {4}(\S+)$", body, re.MULTILINE)[1]


def test_what_was_cleared_without_a_person_can_be_appealed_before_people(client, code):
    assert client.post("/appeal", data={"code": code, "text": "It was a play."}).status_code == 200
    with client.app.state.house.store.reading() as session:
        review = session.scalars(select(Review)).one()
    assert (review.kind, review.round, review.queue) == ("appeal", 2, "appeals")
    assert client.post("/appeal", data={"code": code, "text": "Again."}).status_code == 404


def test_the_same_over_http_without_a_key(client, code):
    assert client.post("/v1/appeals", json={"code": "wrong"}).status_code == 404
    assert client.post("/v1/appeals", json={"code": code, "text": "It was a play."}).status_code == 202


@pytest.mark.parametrize(("accepted", "words"), [("zh-CN,en", "申诉"), ("es", "Recurrir"), ("fi", "Appeal")])
def test_the_form_speaks_the_readers_language(client, accepted, words):
    assert words in client.get("/appeal", headers={"Accept-Language": accepted}).text
