"""What ties two accounts, and what is too common among ordinary participants to tie anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stubs import START, account, people, plain_policy, report, sketch
from verifier.pretext.sources import Sources

POLICY = plain_policy()


def member(name, *, minute=0.0, left=None, **more):
    """Somebody in the log, on an account of their own."""
    return people("attendee")[0] | {
        "participant_id": f"p-{name}",
        "display_name": name,
        "joined_at": START + timedelta(minutes=minute),
        "left_at": None if left is None else START + timedelta(minutes=left),
        "account": account(name, **more),
    }


def sources(*members, reports=(), request=None):
    """The neighbours' meeting with these people on top, and these reports."""
    own = tuple(p.model_dump() for p in sketch().meeting.participants)
    return Sources(sketch(meeting={"participants": (*own, *members)}, reports=reports, request=request or {}), POLICY)


CAMPUS = [member(f"c{n}", network="n-campus") for n in range(3)]


@pytest.mark.parametrize(
    ("quiet", "linked"), [([], 1), (CAMPUS[:2], 1), (CAMPUS, 0)], ids=["nobody else", "two others", "a campus"]
)
def test_a_network_ties_until_it_is_common(quiet, linked):
    reports = [report(str(n), f"own words {n}", who=account(f"x{n}", network="n-campus")) for n in range(2)]
    assert len(sources(*quiet, reports=tuple(reports)).linked) == linked


@pytest.mark.parametrize(
    "late",
    [{"minute": 30}, {"days": 2}],
    ids=["came late and uninvited", "are new"],
)
def test_those_who_are_strangers_themselves_make_nothing_common(late):
    quiet = [member(f"c{n}", network="n-campus", **late) for n in range(4)]
    reports = [report(str(n), f"own words {n}", who=account(f"x{n}", network="n-campus")) for n in range(2)]
    assert len(sources(*quiet, reports=tuple(reports)).linked) == 1


class TestRequester:
    def asked(self, other, *quiet, **mine):
        request = {"requester": {"actor_id": "f", "role": "trusted_flagger", "account": account("req", **mine)}}
        found = sources(*quiet, reports=(report("1", "bad", who=other),), request=request).tied_to_requester()
        return [how for _, how in found]

    def test_a_campus_desk_is_not_tied_to_its_students(self):
        student = member("s", network="n-campus")
        assert self.asked(student["account"], student, *CAMPUS, network="n-campus") == []

    def test_but_to_a_new_account_on_the_campus(self):
        other = account("x", days=1, network="n-campus")
        assert self.asked(other, *CAMPUS, network="n-campus") == ["shares a network with"]

    def test_a_device_ties_established_accounts(self):
        assert self.asked(account("x", device="d"), device="d") == ["shares a device with"]

    @pytest.mark.parametrize(
        ("domain", "days", "tied"),
        [
            ("northgate.example", 1, True),
            ("northgate.example", 900, False),
            ("gmail.com", 1, False),
            ("club.example", 1, False),  # many of the meeting have it
        ],
    )
    def test_a_rare_mail_domain_ties_new_accounts(self, domain, days, tied):
        other = account("x", days=days, email_domain=domain)
        assert bool(self.asked(other, email_domain=domain)) is tied


class TestInStep:
    """Two soft ties at once make one hand; one alone is chance."""

    def group(self, *, batch, company, network=None):
        made = START - timedelta(days=500)
        members = [
            member(
                f"v{n}",
                minute=20 + n / 10 if company else 20 + 5 * n,
                left=40 + n / 10 if company else 40 + 3 * n,
                created_at=made + timedelta(minutes=5 * n if batch else 60 * 24 * n),
                network=network,
            )
            for n in range(3)
        ]
        texts = ("he was loud", "look at the end please", "I did not like the tone")
        reports = [
            report(f"v{n}", text, who=m["account"], present=True)
            for n, (m, text) in enumerate(zip(members, texts, strict=True))
        ]
        return sources(*members, reports=tuple(reports))

    @pytest.mark.parametrize(
        ("batch", "company", "groups"), [(True, True, 1), (True, False, 0), (False, True, 0), (False, False, 0)]
    )
    def test_two_at_once(self, batch, company, groups):
        found = self.group(batch=batch, company=company)
        assert len(found.in_step) == groups
        assert found.independent == (1 if groups else 3)

    def test_a_household_comes_and_goes_together(self):
        assert self.group(batch=True, company=True, network="n-home").in_step == []


def test_new_accounts_tell_nothing_where_many_are_new():
    quiet = [member(f"q{n}", days=2) for n in range(6)]
    mine = member("x", days=2)
    complaint = report("1", "bad", who=mine["account"], present=True)
    assert sources(mine, reports=(complaint,)).complaints[0].fresh
    assert not sources(mine, *quiet, reports=(complaint,)).complaints[0].fresh


@pytest.mark.parametrize(
    ("kind", "text", "minutes", "absent"),
    [
        ("meeting", "bad", 61, True),
        ("recording", "bad", 61, False),  # may have watched it
        ("recording", "I was in the meeting, it was bad", 61, True),
        ("recording", "bad", 30, True),  # nothing to watch yet
    ],
)
def test_a_recording_is_watched_by_people_who_never_joined(kind, text, minutes, absent):
    request = {"target": {"kind": kind, "meeting_id": "m-1"}}
    found = sources(reports=(report("1", text, minutes=minutes),), request=request)
    assert found.complaints[0].absent is absent
