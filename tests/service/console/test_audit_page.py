"""The audit log on a page: for auditors, without what they are tied to, and without what must stay blind."""

import re

import pytest
from sqlalchemy import text

from service.audit.log import entries
from service.people import parse_people
from service.review import leases
from service.review.deciding import decide
from service.review.dossier import read
from service.review.listing import Filter, page
from tests.service.review import desk

from . import house as h
from .test_pages import sign_in


@pytest.fixture
def client(serve, tmp_path, monkeypatch):
    people = {"people": [*desk.PEOPLE["people"], {"id": "tia", "name": "Tia", "roles": ["auditor"], "desk": "liaison"}]}
    parse_people(people)
    monkeypatch.setattr(h, "PEOPLE", people)
    return serve(h.verifier("hold"), h.settings(tmp_path))


@pytest.fixture
def house(client):
    return client.app.state.house


@pytest.fixture
def half_decided(client, house):
    """A hold that one of two has answered."""
    assert client.post("/v1/verifications", json=h.document("03")).status_code == 200
    review = page(house.office, "ana", Filter()).lines[0].review_id
    answer(house, review, "ana")
    return review


def answer(house, review, person):
    leases.take(house.office, review, person)
    case = read(house.office, review, person).case
    decide(house.office, review, person, desk.saying(case, "deny", pretextual=True))


REASON = "shows nothing of the kind"


@pytest.mark.parametrize("person", ["ana", "dee", "lia"])
def test_it_is_for_auditors(client, house, person):
    token = sign_in(client, house, person)
    assert "/console/audit" not in client.get("/console").text
    assert client.get("/console/audit").status_code == 403
    assert client.post("/console/audit", data={"csrf": token}).status_code == 403


def test_an_answer_stays_blind_until_all_have_answered(client, house, half_decided):
    sign_in(client, house, "aud")
    told = client.get("/console/audit").text
    assert "review.decided" in told
    assert REASON not in told
    assert "others still decide" in told
    answer(house, half_decided, "chi")
    assert REASON in client.get("/console/audit").text


def test_an_auditor_who_is_tied_sees_that_there_is_an_entry_and_no_word_of_it(client, house, half_decided):
    answer(house, half_decided, "chi")
    sign_in(client, house, "tia")
    told = client.get("/console/audit").text
    assert "you are tied to what it is about" in told
    request_id = h.document("03")["request"]["request_id"]
    assert REASON not in told
    assert request_id not in told
    filtered = client.get("/console/audit", params={"subject": request_id}).text
    assert REASON not in filtered


def test_it_filters_goes_on_and_is_itself_on_record(client, house, half_decided):
    sign_in(client, house, "aud")
    request_id = h.document("03")["request"]["request_id"]
    told = client.get("/console/audit", params={"subject": request_id, "kind": "review.leased"}).text
    assert set(re.findall(r"<strong>([a-z.-]+)</strong>", told)) == {"review.leased"}
    for _ in range(55):
        client.get("/console/audit", params={"kind": "none"})
    first = client.get("/console/audit").text
    further = re.search(r'href="(\?[^"]*before=\d+)"', first)[1].replace("&amp;", "&")
    second = client.get(f"/console/audit{further}").text
    seqs = [[int(n) for n in re.findall(r'<span class="dim">(\d+)</span>', one)] for one in (first, second)]
    assert len(seqs[0]) == 50
    assert max(seqs[1]) == min(seqs[0]) - 1
    with house.store.reading() as session:
        assert {e.actor for e in entries(session, kind="audit.viewed")} == {"aud"}


def test_the_whole_log_is_checked_and_a_changed_word_shows(client, house, half_decided):
    token = sign_in(client, house, "aud")
    assert "each as it was written" in client.post("/console/audit", data={"csrf": token}).text
    with house.store.transaction() as session:
        session.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE seq = 2"))
    told = client.post("/console/audit", data={"csrf": token}).text
    assert "The log was changed" in told
    assert "each as it was written" not in told
    assert client.post("/console/audit", data={"csrf": "x"}).status_code == 403
