"""Keys of the store: shown once, kept as hashes, ended by time, rotation and revocation."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.audit.log import entries
from service.keys.book import Grant, KeyBook, KeyRefused
from service.keys.callers import LOCAL, SCOPES, Caller
from service.keys.environment import read_keys
from service.keys.rates import Rates
from service.problems import ProblemDetails

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FORM = Grant("form", ("requests:submit",))


@pytest.fixture
def now():
    return [NOW]


@pytest.fixture
def book(store, now):
    return KeyBook(store, lambda: now[0])


def test_a_key_says_who_calls_and_is_kept_only_as_a_hash(store, book):
    made = book.create(Grant("desk", ("telemetry:write", "requests:submit"), person="p-7"), by="op")
    caller = book.caller_with(made.secret)
    assert (caller.name, caller.person, caller.key_id) == ("desk", "p-7", made.key_id)
    assert caller.scopes == {"requests:submit", "telemetry:write"}
    assert len(made.secret) > 43
    assert made.key_id in made.secret
    with store.reading() as session:
        row = str(session.execute(text("SELECT * FROM api_keys")).one())
        log = str(list(entries(session)))
    secret_part = made.secret.rpartition(f"{made.key_id}_")[2]
    assert secret_part not in row + log
    assert hashlib.sha256(made.secret.encode()).hexdigest() in row


@pytest.mark.parametrize("wrong", ["", "tdv_", "x", "\x00", "\ud800", "é" * 99])
def test_another_key_opens_nothing(book, wrong):
    made = book.create(FORM, by="op")
    assert book.caller_with(wrong) is None
    assert book.caller_with(made.secret + " ") is None
    assert book.caller_with(made.key_id) is None


def test_a_key_ends_when_its_time_is_over(book, now):
    made = book.create(Grant("form", ("requests:submit",), lasts=timedelta(days=1)), by="op")
    now[0] = NOW + timedelta(days=1, seconds=-1)
    assert book.caller_with(made.secret) is not None
    now[0] = NOW + timedelta(days=1)
    assert book.caller_with(made.secret) is None


def test_a_revoked_key_opens_nothing_and_stays_known(book):
    made = book.create(FORM, by="op")
    book.revoke(made.key_id, by="op")
    assert book.caller_with(made.secret) is None
    assert [key.key_id for key in book.all()] == [made.key_id]
    with pytest.raises(KeyRefused):
        book.revoke(made.key_id, by="op")
    with pytest.raises(KeyRefused):
        book.rotate(made.key_id, overlap=timedelta(), lasts=None, by="op")


def test_revoking_the_last_key_does_not_open_the_service_to_everybody(book):
    assert not book.any()
    book.revoke(book.create(FORM, by="op").key_id, by="op")
    assert book.any()


def test_rotation_gives_the_same_rights_and_an_overlap(book, now):
    old = book.create(Grant("desk", ("audit:read",), "p-7", rate_per_minute=5, max_body_bytes=9), by="op")
    new = book.rotate(old.key_id, overlap=timedelta(hours=1), lasts=None, by="op")
    before, after = book.caller_with(old.secret), book.caller_with(new.secret)
    assert (after.name, after.scopes, after.person) == (before.name, before.scopes, before.person)
    assert (after.rate_per_minute, after.max_body_bytes) == (5, 9)
    now[0] = NOW + timedelta(hours=1)
    assert book.caller_with(old.secret) is None
    assert book.caller_with(new.secret) is not None


def test_rotation_never_makes_a_key_last_longer(book, now):
    old = book.create(Grant("form", ("requests:submit",), lasts=timedelta(hours=1)), by="op")
    book.rotate(old.key_id, overlap=timedelta(days=9), lasts=None, by="op")
    now[0] = NOW + timedelta(hours=1)
    assert book.caller_with(old.secret) is None


@pytest.mark.parametrize(
    "grant",
    [
        Grant("local", ("admin",)),
        Grant("verifier", ("admin",)),
        Grant("two words", ("admin",)),
        Grant("", ("admin",)),
        Grant("x", ()),
        Grant("x", ("everything",)),
        Grant("x", ("admin",), rate_per_minute=0),
    ],
)
def test_unsound_keys_are_not_made(book, grant):
    with pytest.raises(KeyRefused):
        book.create(grant, by="op")
    assert book.all() == ()


def test_one_name_has_one_valid_key(store, now, book):
    made = book.create(FORM, by="op")
    with pytest.raises(KeyRefused):
        book.create(FORM, by="op")
    book.revoke(made.key_id, by="op")
    book.create(FORM, by="op")
    sha = "0" * 64
    ring = read_keys(f'[{{"key_sha256": "{sha}", "name": "boot", "scopes": ["admin"]}}]')
    with pytest.raises(KeyRefused):
        KeyBook(store, lambda: now[0], ring).create(Grant("boot", ("admin",)), by="op")


def test_every_change_of_keys_is_in_the_audit_log(store, book):
    made = book.create(FORM, by="op")
    new = book.rotate(made.key_id, overlap=timedelta(), lasts=None, by="op")
    book.revoke(new.key_id, by="boss")
    with store.reading() as session:
        told = [(entry.kind, entry.actor, entry.subject) for entry in entries(session)]
    assert told == [
        ("key.created", "op", made.key_id),
        ("key.rotated", "op", new.key_id),
        ("key.revoked", "boss", new.key_id),
    ]


def test_one_call_too_many_is_told_when_to_come_back():
    rates = Rates(per_minute=3)
    slow = Caller("slow", frozenset(SCOPES), key_id="a", rate_per_minute=1)
    usual = Caller("usual", frozenset(SCOPES), key_id="b")
    rates.count(slow)
    for _ in range(3):
        rates.count(usual)
    for caller in (slow, usual):
        with pytest.raises(ProblemDetails) as refused:
            rates.count(caller)
        assert refused.value.status == 429
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 61
    for _ in range(9):
        rates.count(LOCAL)
