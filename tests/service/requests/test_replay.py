"""A past decision comes out again as it was, and whatever was changed since shows."""

import pytest
from sqlalchemy import update

from service.engine import LocalVerifier
from service.requests.assess import assess
from service.requests.replay import NotReplayable, replay
from service.requests.tables import CaseRecord, RequestRecord
from tests.service.fakes import FakeVerifier

from . import asking

R = "REQ-replay"


@pytest.fixture
def verifier(policy, judge):
    return LocalVerifier(policy, lambda: judge)


@pytest.fixture
def decided(store, book, verifier):
    case = asking.case_of("02", request_id=R)
    book.submit(asking.submission(case, notes=("something was missing",)), lambda stated: assess(stated, verifier))
    return store


def change(store, table, **values):
    with store.transaction() as session:
        session.execute(update(table).where(table.request_id == R).values(**values))


def test_the_same_versions_give_the_same_answer(decided, verifier):
    found = replay(decided, R, verifier)
    assert (found.same, found.differences) == (True, ())
    assert found.recorded == found.now


def test_a_changed_case_shows(decided, book, verifier):
    document = book.stated(R).case.model_dump(mode="json")
    document["signals"][1]["text"] = "something else"
    change(decided, CaseRecord, document=document)
    found = replay(decided, R, verifier)
    assert not found.same
    assert any(difference.startswith("case: the audit log names") for difference in found.differences)


def test_a_changed_answer_shows(decided, book, verifier):
    change(decided, RequestRecord, assessment={**book.get(R).assessment, "disposition": "cleared"})
    found = replay(decided, R, verifier)
    assert any(difference.startswith("recorded answer: the audit log") for difference in found.differences)
    assert any(difference.startswith("/disposition: recorded") for difference in found.differences)


def test_another_verifier_tells_where_it_differs(decided):
    found = replay(decided, R, FakeVerifier("review"))
    assert not found.same
    assert any(difference.startswith("/versions/model") for difference in found.differences)
    assert found.recorded != found.now


def test_what_is_not_there_is_said(decided, verifier):
    with pytest.raises(NotReplayable, match="no assessed request"):
        replay(decided, "none", verifier)
    change(decided, CaseRecord, document=None)
    with pytest.raises(NotReplayable, match="erased"):
        replay(decided, R, verifier)
