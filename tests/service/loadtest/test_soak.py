"""The soak finds what is not whole, and a few seconds of it find nothing."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, text, update

from service.loadtest.mixed import Told
from service.loadtest.soak import Life, main, page
from service.loadtest.whole import Whole
from service.permits.issue import issuer, token_of
from service.permits.keys import SigningKeys
from service.permits.redeem import redeem
from service.permits.tables import PermitRecord
from service.permits.target import target_name
from service.requests.book import Book
from service.requests.tables import RequestRecord
from tests.service.requests.asking import answering, case_of, submission
from tests.service.requests.conftest import SetClock
from tests.service.stores import KINDS, empty_database


@pytest.mark.parametrize("kind", KINDS)
def test_a_few_seconds_with_kills_find_nothing_and_say_so(kind, tmp_path):
    with empty_database(kind, tmp_path) as database:
        out = tmp_path / "soak.json"
        result = CliRunner().invoke(
            main,
            ["--minutes", "0.1", "--kill-every", "2.5", "--database", database, "--model", "/nonexistent",
             "--out", str(out), "--keep", str(tmp_path / "kept")],
        )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())
    assert found["whole"]
    assert found["kills"] >= 2
    assert found["acknowledged"] > 0
    assert found["audit_entries"] > found["acknowledged"]
    assert found["memory_mib"]["max"] > 20
    assert "Everything held." in out.with_suffix(".md").read_text()


@pytest.fixture
def told(store, tmp_path):
    """A store with one cleared request whose permit was used, and what its caller was told."""
    clock, keys = SetClock(), SigningKeys(tmp_path / "keys.json")
    found = Book(store, clock, on_cleared=[issuer(keys)]).submit(submission(case_of("03")), answering("cleared"))
    with store.reading() as session:
        token = token_of(session, found.request_id, keys)
    permit = redeem(store, keys, token, found.action, target_name(found.target), by="t", at=clock())
    told = Told(answered={found.request_id: "cleared"}, permits={found.request_id: permit.jti})
    told.redeemed[permit.jti] = 1
    return told


@pytest.fixture
def whole(store, tmp_path):
    return Whole(store.url.render_as_string(hide_password=False), tmp_path / "keys.json", tmp_path / "checkpoints")


def test_what_is_whole_is_whole_each_time(whole, told):
    assert whole.broken(told) == whole.broken(told) == []
    assert whole.entries == 5


def change(statement):
    def damage(store, told):
        with store.engine.begin() as connection:
            connection.execute(statement)

    return damage


def tell(**said):
    def damage(store, told):
        for name, more in said.items():
            getattr(told, name).update(more)

    return damage


BROKEN = {
    "a lost submission": (tell(answered={"gone": "review"}), "lost"),
    "another answer": (change(update(RequestRecord).values(disposition="review")), "recorded as"),
    "a permit without a record": (tell(permits={"x": "no-such-permit"}), "without a record"),
    "a use without a record": (change(update(PermitRecord).values(redeemed_at=None)), "does not say so"),
    "a second use": (lambda store, told: told.redeemed.update(told.permits.values()), "used 2 times"),
    "a permit for what is refused": (change(update(RequestRecord).values(state="denied")), "neither"),
    "a permit that is gone": (change(delete(PermitRecord)), "no permit"),
    "a lost decision": (lambda store, told: told.decided.add(("r", "ana")), "lost"),
    "a changed log": (change(text("UPDATE audit_entries SET actor = 'nobody' WHERE seq = 2")), "broken"),
    "a cut log": (change(text("DELETE FROM audit_entries WHERE seq = 5")), "broken"),
}


@pytest.mark.parametrize(("damage", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_whole_is_said(store, whole, told, damage, said):
    damage(store, told)
    assert any(said in one for one in whole.broken(told)), whole.broken(told)


def test_growth_is_told_of_long_lives_alone():
    life = Life(1.0, memory=[(float(n), 300 + n / 36) for n in range(600)])  # 100 MiB an hour
    assert life.growth_mib_per_hour() == pytest.approx(100)
    assert Life(1.0, memory=life.memory[:200]).growth_mib_per_hour() is None
    steady = Life(1.0, memory=[(float(n), 300.0) for n in range(600)])
    assert steady.growth_mib_per_hour() == 0


def test_the_page_says_what_did_not_hold():
    found = {
        "whole": False, "broken": ["a permit was used 2 times"], "database": "sqlite", "seconds": 60.0, "kills": 0,
        "kill_upper_95": None, "acknowledged": 1, "dispositions": {}, "permits_seen": 0, "redeemed": 0, "decisions": 0,
        "audit_entries": 1, "unheard_calls": 0, "statuses": {}, "verify_ms": {"p50": None}, "ready_s": {},
        "memory_mib": {},
    }  # fmt: skip
    assert "Not everything held:\n- a permit was used 2 times" in page(found)
