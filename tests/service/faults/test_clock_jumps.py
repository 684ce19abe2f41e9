"""Clocks that jump: nothing is permitted for longer, nothing is lost, the log stays one chain."""

from datetime import timedelta

import pytest

from service.audit.inspect import inspect
from service.permits.issue import issuer, token_of
from service.permits.keys import SigningKeys
from service.permits.redeem import redeem
from service.permits.target import target_name
from service.permits.token import PermitRefused
from service.requests.book import Book
from service.review.leases import take
from tests.service.requests.asking import answering, case_of, submission
from tests.service.requests.conftest import SetClock
from tests.service.review import desk


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def permitted(store, clock, tmp_path):
    """A cleared request, with what is needed to use its permit."""
    keys = SigningKeys(tmp_path / "keys.json")
    found = Book(store, clock, on_cleared=[issuer(keys)]).submit(submission(case_of("03")), answering("cleared"))
    with store.reading() as session:
        token = token_of(session, found.request_id, keys)

    def use():
        return redeem(store, keys, token, found.action, target_name(found.target), by="tooling", at=clock())

    return use


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=400), -timedelta(hours=2), -timedelta(days=400)])
def test_a_permit_is_worth_nothing_after_a_jump(permitted, clock, store, jump):
    clock.now += jump
    with pytest.raises(PermitRefused):
        permitted()
    with store.reading() as session:
        inspect(session)


def test_a_permit_works_again_once_the_clock_is_right_again(permitted, clock):
    clock.now -= timedelta(hours=2)
    with pytest.raises(PermitRefused):
        permitted()
    clock.now += timedelta(hours=2)
    assert permitted().break_glass is False
    with pytest.raises(PermitRefused, match="once"):
        permitted()


def test_entries_stay_one_chain_when_the_clock_goes_back(store, clock):
    for jump in (timedelta(0), -timedelta(days=3), timedelta(days=30), -timedelta(seconds=1)):
        clock.now += jump
        desk.put(store, clock)
    with store.reading() as session:
        number, _ = inspect(session)
    assert number == 16


def test_a_lease_ends_with_a_jump_ahead_and_nobody_decides_on_it(store, clock):
    review_id = desk.put(store, clock, request_id="leased")
    office = desk.office(store, clock)
    take(office, review_id, "ana")
    clock.now += timedelta(days=1)
    assert take(office, review_id, "ben").review_id == review_id
