"""Broken glass before reviewers: whoever is tied to the two, or to the request, neither sees nor reviews it."""

import pytest

from service.audit.log import entries
from service.breakglass.glass import Emergency, ask, confirm
from service.breakglass.tables import BreakGlass
from service.permits.keys import SigningKeys
from service.requests.tables import RequestRecord
from service.review import glasses
from tests.service.breakglass.test_break_glass import ALERT, EMERGENCY

from .desk import put
from .test_leases import refused

NOTE = "The recording shows it plainly; nobody could have waited."


@pytest.fixture
def broken(store, clock, tmp_path):
    """Breaks the glass; the use's id."""
    from service.webhooks.endpoints import Endpoints

    alerts = Endpoints([ALERT])

    def use(first="ana", second="chi", emergency=EMERGENCY):
        with store.transaction() as session:
            glass_id = ask(session, emergency, by=first, at=clock(), alerts=alerts).id
        with store.transaction() as session:
            keys = SigningKeys(tmp_path / "keys.json")
            why = "I see the same and agree."
            confirm(session, glass_id, by=second, why=why, at=clock(), keys=keys, alerts=alerts)
        return glass_id

    return use


def seen_by(office, person):
    return [one.glass.id for one in glasses.owed_to(office, person)]


def test_it_waits_before_those_who_are_independent_of_both_and_of_nobody_else(office, broken):
    glass_id = broken("ana", "lia")
    assert seen_by(office, "chi") == seen_by(office, "dee") == [glass_id]
    # Ben sits at Ana's desk; Lia's manager, her report and her desk stand aside; an auditor decides nothing.
    for person in ("ana", "lia", "ben", "boss", "junior", "mate", "aud", "stranger", None):
        assert seen_by(office, person) == []


def test_a_third_person_looks_which_is_logged_and_says_what_they_found(office, store, broken, clock):
    glass_id = broken()
    clock.forward(hours=1)
    use = glasses.look(office, glass_id, "dee")
    assert (use.target, use.used_at, use.overdue) == ("meeting:m1", None, False)
    glasses.find(office, glass_id, "dee", "unjustified", NOTE)
    with store.reading() as session:
        kept = session.get(BreakGlass, glass_id)
        assert (kept.reviewed_by, kept.finding, kept.note) == ("dee", "unjustified", NOTE)
        kinds = [(e.kind, e.actor) for e in entries(session, subject=f"break-glass:{glass_id}")]
    assert ("content.viewed", "dee") in kinds
    assert ("break-glass.reviewed", "dee") in kinds
    assert seen_by(office, "dee") == []
    with refused("glass-closed"):
        glasses.find(office, glass_id, "eli", "justified", NOTE)


@pytest.mark.parametrize("person", ["ana", "lia", "ben", "boss", "junior", "mate"])
def test_whoever_is_tied_to_the_two_sees_and_finds_nothing_and_is_logged(office, store, broken, person):
    glass_id = broken("ana", "lia")
    with refused("not-independent"):
        glasses.look(office, glass_id, person)
    with refused("not-independent"):
        glasses.find(office, glass_id, person, "justified", NOTE)
    with store.reading() as session:
        tries = [(e.actor, e.said["deed"]) for e in entries(session, kind="review.refused")]
    assert tries == [(person, "view_glass"), (person, "review_glass")]


def test_whoever_is_tied_to_the_request_behind_it_stands_aside_too(office, store, broken, clock):
    put(store, clock, request_id="R-g")
    with store.reading() as session:
        request = session.get(RequestRecord, "R-g")
    emergency = Emergency(request.action, request.target, EMERGENCY.reason, "R-g")
    glass_id = broken("ana", "chi", emergency)
    assert seen_by(office, "lia") == seen_by(office, "mate") == [], "Lia is the requester of it"
    assert seen_by(office, "dee") == [glass_id]
    assert glasses.look(office, glass_id, "dee").request.request_id == "R-g"


@pytest.mark.parametrize("glass_id", ["", "none", "\x00" * 20, "x" * 100, "e\u0301" * 10])
def test_what_is_not_there_is_not_found(office, glass_id):
    with refused("not-found"):
        glasses.look(office, glass_id, "dee")


def test_what_nobody_agreed_to_is_not_reviewed(office, store, clock):
    from service.webhooks.endpoints import Endpoints

    with store.transaction() as session:
        glass_id = ask(session, EMERGENCY, by="ana", at=clock(), alerts=Endpoints([ALERT])).id
    with refused("not-found"):
        glasses.find(office, glass_id, "dee", "justified", NOTE)


def test_a_finding_takes_a_sentence_that_can_be_checked(office, broken):
    with refused("invalid-decision"):
        glasses.find(office, broken(), "dee", "justified", "fine")
