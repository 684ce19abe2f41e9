"""A permit from its issue to its only use."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError

from service.audit.log import entries
from service.permits.issue import NotPermitted, issue, token_of
from service.permits.redeem import redeem
from service.permits.revoke import revoke
from service.permits.tables import PermitRecord
from service.permits.token import PermitRefused, read

from .conftest import ACTION, HOUR, NOON, TARGET, request_record


def use(store, keys, token, *, action=ACTION, target=TARGET, at=NOON):
    return redeem(store, keys, token, action, target, by="gate", at=at)


def refused(store, keys, token, **how):
    with pytest.raises(PermitRefused) as caught:
        use(store, keys, token, **how)
    return caught.value.reason


def kinds(store):
    with store.reading() as session:
        return Counter(e.kind for e in entries(session))


def test_a_permit_says_what_was_decided(store, keys, issued):
    permit = read(issued, keys.public, NOON)
    assert (permit.request_id, permit.action, permit.target) == ("r1", ACTION, TARGET)
    assert (permit.case_digest, permit.policy_version, permit.model_version) == ("c" * 64, "p", "m")
    assert permit.approvers == []
    assert permit.break_glass is False
    assert kinds(store) == {"permit.issued": 1}


def test_it_works_once(store, keys, issued):
    assert use(store, keys, issued).request_id == "r1"
    assert refused(store, keys, issued) == "redeemed"
    assert kinds(store) == {"permit.issued": 1, "permit.redeemed": 1, "permit.refused": 1}


def test_of_two_hundred_at_once_one_succeeds(store, keys, issued):
    results, start = [], threading.Barrier(200)

    def come():
        start.wait()
        try:
            use(store, keys, issued)
            results.append("used")
        except PermitRefused as refusal:
            results.append(refusal.reason)

    threads = [threading.Thread(target=come) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(results) == {"used": 1, "redeemed": 199}
    assert kinds(store)["permit.redeemed"] == 1


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"action": "suspend_account"}, "mismatch"),
        ({"target": "meeting:m2"}, "mismatch"),
        ({"at": NOON + HOUR}, "expired"),
    ],
)
def test_a_refused_use_leaves_the_permit_unused(store, keys, issued, how, reason):
    assert refused(store, keys, issued, **how) == reason
    assert use(store, keys, issued)


def test_a_revoked_permit_is_worth_nothing(store, keys, issued):
    jti = read(issued, keys.public, NOON).jti
    with store.transaction() as session:
        revoke(session, jti, by="ana", why="mistaken", at=NOON)
        revoke(session, jti, by="ana", why="again", at=NOON)
    assert refused(store, keys, issued) == "revoked"
    assert kinds(store)["permit.revoked"] == 1


def test_a_used_permit_can_not_be_revoked(store, keys, issued):
    permit = use(store, keys, issued)
    with pytest.raises(PermitRefused), store.transaction() as session:
        revoke(session, permit.jti, by="ana", why="late", at=NOON)
    with pytest.raises(LookupError), store.transaction() as session:
        revoke(session, "x" * 22, by="ana", why="unknown", at=NOON)


def test_a_genuine_token_without_a_record_is_worth_nothing(store, keys, issued):
    with store.transaction() as session:
        session.execute(delete(PermitRecord))
    assert refused(store, keys, issued) == "not-valid"


def test_a_record_that_says_something_else_goes_before_the_token(store, keys, issued):
    with store.transaction() as session:
        session.execute(text("UPDATE permits SET claims = replace(claims, 'end_meeting', 'block_meeting')"))
    assert refused(store, keys, issued) == "not-valid"


def test_a_token_is_as_good_after_its_key_was_rotated_and_asked_for_again(store, keys, issued):
    keys.rotate()
    with store.reading() as session:
        again = token_of(session, "r1", keys)
    assert again != issued
    assert read(again, keys.public, NOON) == read(issued, keys.public, NOON)
    assert use(store, keys, again)
    assert refused(store, keys, issued) == "redeemed"
    with store.reading() as session:
        assert token_of(session, "r1", keys) is None


def test_a_request_has_one_permit(store, keys, issued):
    with pytest.raises(IntegrityError), store.transaction() as session:
        issue(session, request_record(), [], NOON, keys=keys)
    assert kinds(store) == {"permit.issued": 1}


def test_a_permit_that_was_not_committed_is_worth_nothing(store, keys):
    tokens = []
    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        tokens.append(issue(session, request_record(), [], NOON, keys=keys)), 1 / 0
    assert refused(store, keys, tokens[0]) == "not-valid"


@pytest.mark.parametrize("state", ["received", "assessed", "in_review", "denied", "expired"])
def test_no_other_state_permits_anything(store, keys, state):
    with pytest.raises(NotPermitted), store.transaction() as session:
        issue(session, request_record(state=state), ["ana", "ben"], NOON, keys=keys)


@pytest.mark.parametrize(
    ("record", "approvers"),
    [
        (request_record(disposition="review"), []),
        (request_record(assessment={"disposition": "cleared", "degraded": ["no model"]}), []),
        (request_record(assessment=None), []),
        (request_record(state="approved", disposition="review"), []),
        (request_record(state="approved", disposition="hold"), ["ana"]),
        (request_record(state="approved", disposition="hold"), ["ana", "ana"]),
        (request_record(state="approved", disposition="hold"), ["ana", "tied-1"]),
        (request_record(state="approved", disposition="hold"), ["ana", "liaison-1"]),
    ],
)
def test_a_state_alone_is_not_enough(store, keys, record, approvers):
    with pytest.raises(NotPermitted), store.transaction() as session:
        issue(session, record, approvers, NOON, keys=keys)
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(PermitRecord)) == 0


def test_who_agreed_stands_in_the_permit(store, keys):
    with store.transaction() as session:
        held = request_record(state="approved", disposition="hold")
        token = issue(session, held, ["ben", "ana"], NOON, keys=keys, lifetime=timedelta(minutes=5))
    permit = read(token, keys.public, NOON)
    assert permit.approvers == ["ana", "ben"]
    assert permit.exp - permit.iat == 300
