"""Two people, an alert, a marked permit, and a review that nobody can skip."""

import base64
import contextlib
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from service.audit.log import entries
from service.breakglass.glass import LIFETIME, REVIEW_WITHIN, WINDOW, Emergency, ask, confirm, owed, review
from service.permits.keys import SigningKeys
from service.permits.redeem import redeem
from service.permits.tables import PermitRecord
from service.permits.token import PermitRefused, read
from service.problems import ProblemDetails
from service.store.base import Store
from service.store.schema import create_all
from service.webhooks.endpoints import Endpoint, Endpoints
from tests.service.permits.conftest import request_record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEETING = {"kind": "meeting", "meeting_id": "m1", "account_id": None, "participant_id": None}
EMERGENCY = Emergency("end_meeting", MEETING, "A person is being hurt on camera at this moment.")
ALERT = Endpoint(
    name="oncall", url="https://oncall.example/", events=["break-glass.*"],
    secret="whsec_" + base64.b64encode(b"k" * 32).decode(),
)  # fmt: skip


class Office:
    """The functions with what they need, each in a transaction of its own."""

    def __init__(self, store, keys, alerts=None):
        self.store, self.keys, self.at = store, keys, NOON
        self.alerts = Endpoints([ALERT]) if alerts is None else alerts

    def ask(self, by="ana", emergency=EMERGENCY):
        with self.store.transaction() as session:
            return ask(session, emergency, by=by, at=self.at, alerts=self.alerts).id

    def confirm(self, glass_id, by="ben"):
        with self.store.transaction() as session:
            why = "I see the same and agree."
            return confirm(session, glass_id, by=by, why=why, at=self.at, keys=self.keys, alerts=self.alerts)

    def review(self, glass_id, by="cleo", finding="justified"):
        with self.store.transaction() as session:
            review(session, glass_id, by=by, finding=finding, note="Looked at the recording.", at=self.at)

    def owed(self):
        with self.store.reading() as session:
            return [one.id for one in owed(session)]

    def kinds(self):
        with self.store.reading() as session:
            return [e.kind for e in entries(session)]


@pytest.fixture
def office(store, tmp_path):
    return Office(store, SigningKeys(tmp_path / "keys.json"))


def refused(attempt, *args, **how):
    with pytest.raises(ProblemDetails) as caught:
        attempt(*args, **how)
    return caught.value.kind


def test_two_people_break_the_glass_and_a_third_looks_at_it(office):
    glass_id = office.ask()
    assert office.owed() == []
    permit = read(office.confirm(glass_id), office.keys.public, NOON)
    assert permit.break_glass is True
    assert permit.approvers == ["ana", "ben"]
    assert (permit.action, permit.target) == ("end_meeting", "meeting:m1")
    assert permit.exp - permit.iat == LIFETIME.total_seconds()
    assert office.owed() == [glass_id]
    office.review(glass_id)
    assert office.owed() == []
    assert office.kinds() == ["break-glass.asked", "break-glass.confirmed", "permit.issued", "break-glass.reviewed"]


def test_the_permit_works_once_like_any_other(office):
    token = office.confirm(office.ask())
    assert redeem(office.store, office.keys, token, "end_meeting", "meeting:m1", by="gate", at=NOON).break_glass
    with pytest.raises(PermitRefused):
        redeem(office.store, office.keys, token, "end_meeting", "meeting:m1", by="gate", at=NOON)


def test_one_person_is_not_enough(office):
    glass_id = office.ask()
    assert refused(office.confirm, glass_id, by="ana") == "not-independent"
    assert refused(office.confirm, glass_id, by=None) == "needs-person"
    assert refused(office.ask, by=None) == "needs-person"
    assert "permit.issued" not in office.kinds()


def test_time_that_passes_permits_nothing(office):
    glass_id = office.ask()
    office.at += WINDOW
    assert refused(office.confirm, glass_id) == "glass-closed"
    assert "permit.issued" not in office.kinds()


def test_agreeing_twice_is_one_permit(office):
    glass_id = office.ask()
    office.confirm(glass_id)
    assert refused(office.confirm, glass_id, by="cleo") == "glass-closed"
    assert office.kinds().count("permit.issued") == 1


def test_without_anybody_who_would_be_told_the_glass_stays_whole(store, tmp_path):
    other = Endpoint(**{**ALERT.model_dump(), "events": ["permit.issued"]})
    for alerts in (Endpoints(), Endpoints([other])):
        assert refused(Office(store, SigningKeys(tmp_path / "k"), alerts).ask) == "glass-closed"


def test_a_review_is_by_a_third_person_and_only_once(office):
    glass_id = office.ask()
    assert refused(office.review, glass_id) == "glass-closed", "nothing was permitted yet"
    office.confirm(glass_id)
    assert refused(office.review, glass_id, by="ana") == "not-independent"
    assert refused(office.review, glass_id, by="ben") == "not-independent"
    assert refused(office.review, glass_id, by=None) == "needs-person"
    office.review(glass_id, finding="unjustified")
    assert refused(office.review, glass_id) == "glass-closed"


def test_a_review_that_is_overdue_keeps_the_glass_whole_for_everybody(office):
    glass_id = office.ask()
    office.confirm(glass_id)
    waiting = office.ask(by="dora")
    office.at += REVIEW_WITHIN + timedelta(seconds=1)
    assert refused(office.ask, by="eve") == "glass-closed"
    assert refused(office.confirm, waiting, by="eve") == "glass-closed"
    assert office.owed() == [glass_id], "it does not go away by itself"
    office.review(glass_id)
    assert office.ask(by="eve")


def test_a_permit_that_was_never_used_is_reviewed_all_the_same(office):
    office.confirm(office.ask())
    office.at += timedelta(hours=1)
    assert len(office.owed()) == 1


def test_a_request_that_could_not_wait_keeps_its_own_permit(office):
    with office.store.transaction() as session:
        session.add(request_record(state="in_review", disposition="review", target=MEETING))
    named = Emergency("end_meeting", MEETING, "It can't wait for the queue any more.", "r1")
    permit = read(office.confirm(office.ask(emergency=named)), office.keys.public, NOON)
    assert permit.case_digest == "c" * 64
    with office.store.reading() as session:
        assert session.get(PermitRecord, permit.jti).request_id != "r1"
    for wrong in (
        Emergency("suspend_account", MEETING, "It can't wait for the queue any more.", "r1"),
        Emergency("end_meeting", MEETING | {"meeting_id": "m2"}, "It can't wait for the queue.", "r1"),
        Emergency("end_meeting", MEETING, "It can't wait for the queue any more.", "r2"),
    ):
        assert refused(office.ask, emergency=wrong) == "not-found"


def test_nobody_asked_for_this(office):
    assert refused(office.confirm, "x" * 22) == "not-found"
    assert refused(office.review, "x" * 22) == "not-found"


PEOPLE = st.sampled_from(["ana", "ben", "cleo", None])


class AnyOrder(RuleBasedStateMachine):
    """Whatever people do in whatever order: each permit has two names, each stays owed until a third one."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        store = Store("sqlite://")
        create_all(store)
        self.office = Office(store, SigningKeys(Path(self.folder.name) / "k"))
        self.asked, self.permitted, self.reviewed = {}, {}, set()

    @rule(by=PEOPLE)
    def ask(self, by):
        with contextlib.suppress(ProblemDetails):
            self.asked[self.office.ask(by=by)] = (by, self.office.at)

    @precondition(lambda self: self.asked)
    @rule(by=PEOPLE, data=st.data())
    def confirm(self, by, data):
        glass_id = data.draw(st.sampled_from(sorted(self.asked)))
        try:
            self.permitted[glass_id] = read(
                self.office.confirm(glass_id, by=by), self.office.keys.public, self.office.at
            )
        except ProblemDetails:
            return
        first, at = self.asked[glass_id]
        assert None not in (first, by)
        assert self.permitted[glass_id].approvers == sorted({first, by})
        assert len({first, by}) == 2
        assert self.office.at < at + WINDOW

    @precondition(lambda self: self.asked)
    @rule(by=PEOPLE, data=st.data())
    def review(self, by, data):
        glass_id = data.draw(st.sampled_from(sorted(self.asked)))
        try:
            self.office.review(glass_id, by=by)
        except ProblemDetails:
            return
        assert by not in (None, *self.permitted[glass_id].approvers)
        self.reviewed.add(glass_id)

    @rule(minutes=st.sampled_from([1, 14, 15, 60, 60 * 72, 60 * 80]))
    def wait(self, minutes):
        self.office.at += timedelta(minutes=minutes)

    @invariant()
    def what_is_owed_stays(self):
        assert set(self.office.owed()) == set(self.permitted) - self.reviewed
        assert self.office.kinds().count("permit.issued") == len(self.permitted)

    def teardown(self):
        self.office.store.close()
        self.folder.cleanup()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(stateful_step_count=25)
