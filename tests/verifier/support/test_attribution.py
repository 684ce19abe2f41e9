"""Whose doing: the target's people, those who run the meeting, strangers, and who is one with whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.stubs import (
    START,
    THREAT,
    THREATS,
    GradedJudge,
    KeywordJudge,
    account,
    exhibit,
    people,
    plain_policy,
    report,
    said,
    sketch,
)
from verifier.support.attribution import attribute
from verifier.verify import verify

POLICY = plain_policy()


def meeting_of(*members, target=None, **parts):
    """A meeting of these participants, with this target."""
    request = {"target": target or {"kind": "meeting", "meeting_id": "m-1"}} | parts.pop("request", {})
    return sketch(meeting={"participants": members}, request=request, **parts)


def member(name, role="attendee", *, minute=0, who="own", **more):
    joined = START + timedelta(minutes=minute)
    own = account(name) if who == "own" else who
    return {"participant_id": name, "role": role, "joined_at": joined, "account": own} | more


def target(kind, **ids):
    return {"kind": kind, "meeting_id": "m-1"} | ids


HOST = member("p1", "host")


class TestTarget:
    members = (HOST, member("p2", "cohost"), member("p3", "panelist"), member("p4"), member("g", who=None))

    @pytest.mark.parametrize("kind", ["meeting", "recording"])
    def test_a_meeting_is_those_who_run_it(self, kind):
        who = attribute(meeting_of(*self.members, target=target(kind)), POLICY)
        assert who.target_ids == who.host_side == {"p1", "p2", "p3"}
        assert who.is_meeting
        assert who.speaks_for_host()

    @pytest.mark.parametrize(
        ("ids", "expected"),
        [
            ({"kind": "account", "account_id": "a-p4"}, {"p4"}),
            ({"kind": "account", "account_id": "a-nobody"}, set()),
            ({"kind": "participant", "participant_id": "p4"}, {"p4"}),
            ({"kind": "participant", "participant_id": "p4", "account_id": "a-p4"}, {"p4"}),
            ({"kind": "participant", "participant_id": "g"}, {"g"}),
        ],
    )
    def test_accounts_and_participants(self, ids, expected):
        who = attribute(meeting_of(*self.members, target={"meeting_id": "m-1"} | ids), POLICY)
        assert who.target_ids == expected
        assert not who.problem
        assert not who.is_meeting
        assert not who.speaks_for_host()

    @pytest.mark.parametrize("kind", ["account", "participant"])
    def test_an_account_is_everybody_who_uses_it(self, kind):
        again = member("p5", minute=20, who=account("p4"))
        ids = {"account_id": "a-p4"} if kind == "account" else {"participant_id": "p4"}
        assert attribute(meeting_of(*self.members, again, target=target(kind, **ids)), POLICY).target_ids == {
            "p4",
            "p5",
        }

    def test_the_host_account_runs_the_meeting_in_any_role(self):
        phone = member("p6", minute=40, who=account("p1"))
        assert "p6" in attribute(meeting_of(*self.members, phone), POLICY).host_side

    @pytest.mark.parametrize(
        ("ids", "problem"),
        [
            ({"kind": "meeting", "meeting_id": "m-2"}, "another meeting"),
            ({"kind": "account"}, "names none"),
            ({"kind": "participant"}, "names none"),
            ({"kind": "participant", "participant_id": "p99"}, "not in this meeting"),
            ({"kind": "participant", "participant_id": "p4", "account_id": "a-p1"}, "does not use the account"),
        ],
    )
    def test_targets_that_are_not_in_the_record(self, ids, problem):
        case = meeting_of(*self.members, target={"meeting_id": "m-1"} | ids, signals=(said("p1", THREAT),))
        assert problem in attribute(case, POLICY).problem
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert (answer.claims[0].verdict, answer.disposition) == ("not_enough_info", "review")
        assert problem in " ".join(answer.reasons)

    @pytest.mark.parametrize(
        "ids",
        [
            {"kind": "account", "account_id": "a-p4", "participant_id": "p3"},
            {"kind": "participant", "participant_id": "g", "account_id": "a-p3"},
        ],
    )
    def test_a_target_that_names_two_people_is_none(self, ids):
        doer = ids["participant_id"] if ids["kind"] == "participant" else "p4"
        case = meeting_of(
            *self.members,
            target={"meeting_id": "m-1"} | ids,
            request={"action": "remove_participant"},
            signals=(said(doer, THREAT),),
        )
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert answer.disposition == "review"
        assert answer.claims[0].verdict == "not_enough_info"

    @pytest.mark.parametrize("kind", ["meeting", "recording"])
    @pytest.mark.parametrize(
        "ids",
        [
            {"account_id": "a-p4"},
            pytest.param({"participant_id": "p4"}),
        ],
    )
    def test_a_meeting_with_somebody_beside_it_is_none_either(self, kind, ids):
        case = meeting_of(*self.members, target=target(kind, **ids), signals=(said("p1", THREAT),))
        assert verify(case, POLICY, KeywordJudge(THREATS)).disposition == "review"


class TestStrangers:
    def strangers(self, *members, **parts):
        return attribute(meeting_of(HOST, *members, **parts), POLICY).strangers

    @pytest.mark.parametrize(
        ("who", "minute", "stranger"),
        [
            (None, 10, True),
            (None, 5, False),  # on time
            (account("x", days=3), 10, True),
            (account("x", days=3), 0, False),
            (account("x", days=13), 10, True),
            (account("x", days=15), 10, False),
            (account("x", created_at=None), 10, True),  # of an age nobody knows
        ],
    )
    def test_latecomers_on_no_or_a_new_account(self, who, minute, stranger):
        assert ("x" in self.strangers(member("x", minute=minute, who=who))) is stranger

    def test_a_join_at_an_unknown_time_is_late(self):
        assert "x" in self.strangers(member("x", who=None) | {"joined_at": None})

    @pytest.mark.parametrize("event", ["join_invited", "registration", "admitted", "promoted"])
    def test_an_invitation_makes_a_latecomer_a_guest_of_the_house(self, event):
        came = said("x", None, name="s-join", kind="security_event", details={"event": event})
        assert "x" not in self.strangers(member("x", minute=10, who=None), signals=(came,))

    @pytest.mark.parametrize("kind", ["transcript", "chat"])
    def test_saying_that_one_was_invited_is_no_invitation(self, kind):
        line = said("x", "join_invited", name="s-join", kind=kind, details={"event": "join_invited"})
        assert "x" in self.strangers(member("x", minute=10, who=None), signals=(line,))

    @pytest.mark.parametrize(
        ("text", "event", "minute", "left", "stranger"),
        [
            ("Removed participant p9.", None, 20, 0, True),
            ("", "participant_removed", 20, 0, True),
            ("Removed participant p9.", None, 0, 0, False),
            ("Removed a file.", None, 20, 0, False),
            ("Removed participant p9.", None, 20, 60, False),
        ],
    )
    def test_whom_the_host_put_out_after_they_came_late(self, text, event, minute, left, stranger):
        gone = START + timedelta(minutes=30)
        late = member("p9", minute=minute, left_at=gone + timedelta(seconds=left))
        action = {"signal_id": "x", "kind": "host_action", "observed_at": gone, "participant_id": "p1", "text": text}
        action |= {"details": {"event": event} if event else {}}
        who = attribute(meeting_of(HOST, member("p2"), late, signals=(action,)), POLICY)
        assert ("p9" in who.strangers) is stranger

    @pytest.mark.parametrize("place", [{"network": "n-9"}, {"device": "d-9"}])
    @pytest.mark.parametrize("asker", ["requester", "reporter", "author"])
    def test_whoever_shares_a_place_with_those_who_complain(self, place, asker):
        theirs = account("asker", **place)
        parts = {
            "requester": {"request": {"requester": {"actor_id": "r", "role": "user", "account": theirs}}},
            "reporter": {"reports": (report("1", "Bad", who=theirs),)},
            "author": {"request": {"evidence": (exhibit("1", "document", "Bad", author=theirs),)}},
        }[asker]
        members = [member("x", who=account("x", **place)), member("y")]
        found = self.strangers(*members, **parts)
        assert set(found) == {"x"}
        assert ("network" if "network" in place else "device") in found["x"]

    def test_unknown_places_are_not_one_place(self):
        nowhere = account("asker").model_copy(update={"network_id": None, "device_id": None})
        x = account("x").model_copy(update={"network_id": None, "device_id": None})
        assert not self.strangers(member("x", who=x), reports=(report("1", "Bad", who=nowhere),))

    def test_empty_labels_are_not_one_place(self):
        nowhere = account("asker").model_copy(update={"network_id": "", "device_id": ""})
        x = account("x").model_copy(update={"network_id": "", "device_id": ""})
        assert not self.strangers(member("x", who=x), reports=(report("1", "Bad", who=nowhere),))

    def test_the_host_is_never_a_stranger(self):
        mine = account("asker", network="n-p1")
        assert not attribute(meeting_of(HOST, reports=(report("1", "Bad", who=mine),)), POLICY).strangers

    def test_a_cohost_on_the_requester_s_device_is_one(self):
        theirs = account("asker", device="d-9")
        who = attribute(
            meeting_of(
                HOST,
                member("c", "cohost", who=account("c", device="d-9")),
                reports=(report("1", "Bad", who=theirs),),
            ),
            POLICY,
        )
        assert "c" in who.strangers
        assert who.target_ids == {"p1"}

    @pytest.mark.parametrize("role", ["cohost", "panelist"])
    @pytest.mark.parametrize("asker", ["requester", "reporter", "author"])
    def test_nobody_frames_a_meeting_with_their_own_doing(self, role, asker):
        """Promoted by an unsuspecting host, they show the violation themselves and complain of it."""
        mine = account("c")
        parts = {
            "requester": {"request": {"requester": {"actor_id": "r", "role": "user", "account": mine}}},
            "reporter": {"reports": (report("1", "Look what they did", who=mine, present=True),)},
            "author": {"request": {"evidence": (exhibit("1", "document", "Look.", author=mine),)}},
        }[asker]
        claim = {"participant_ids": (), "narrative": "People in the meeting threatened us."}
        case = meeting_of(HOST, member("c", role), signals=(said("c", THREAT),), claim=claim, **parts)
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert answer.disposition != "cleared"
        assert answer.claims[0].wrong_subject

    def test_a_cohost_who_complains_of_the_host_does_not_weaken_the_case(self):
        mine = account("c")
        case = meeting_of(
            HOST,
            member("c", "cohost"),
            signals=(said("p1", THREAT),),
            reports=(report("1", "The host threatened us", who=mine, present=True),),
        )
        assert verify(case, POLICY, KeywordJudge(THREATS)).disposition == "cleared"

    def test_a_cohost_at_the_host_s_home_is_none(self):
        home = "n-p1"
        theirs = account("asker", network=home)
        case = meeting_of(
            HOST,
            member("c", "cohost", who=account("c", network=home)),
            reports=(report("1", "Bad", who=theirs),),
        )
        assert attribute(case, POLICY).target_ids == {"p1", "c"}


class TestCrowd:
    """Three independent attendees count against a meeting; fewer, or one hand three times, don't."""

    def verdict(self, *members, doers):
        said_by = tuple(said(d, THREAT, name=f"x{d}") for d in doers)
        claim = {"participant_ids": (), "narrative": "People in the meeting threatened others."}
        case = meeting_of(HOST, *members, signals=said_by, claim=claim)
        claim = verify(case, POLICY, KeywordJudge(THREATS)).claims[0]
        return claim.verdict, claim.wrong_subject

    def test_three_independent_attendees(self):
        members = [member(f"a{n}") for n in range(3)]
        assert self.verdict(*members, doers=["a0", "a1", "a2"]) == ("supported", False)

    @pytest.mark.parametrize("doers", [["a0"], ["a0", "a1"]])
    def test_one_or_two_support_only_their_own_removal(self, doers):
        members = [member(f"a{n}") for n in range(3)]
        assert self.verdict(*members, doers=doers) == ("not_enough_info", True)

    @pytest.mark.parametrize("place", [{"network": "n-9"}, {"device": "d-9"}])
    def test_however_many_share_one_place_they_are_one(self, place):
        members = [member(f"a{n}", who=account(f"a{n}", **place)) for n in range(5)]
        verdict, wrong = self.verdict(*members, doers=[f"a{n}" for n in range(5)])
        assert (verdict, wrong) == ("not_enough_info", True)

    def test_a_chain_of_shared_places_is_one_place(self):
        accounts = [
            account("a0", network="n-1", device="d-0"),
            account("a1", network="n-1", device="d-1"),
            account("a2", network="n-2", device="d-1"),
        ]
        members = [member(f"a{n}", who=a) for n, a in enumerate(accounts)]
        assert self.verdict(*members, doers=["a0", "a1", "a2"])[0] == "not_enough_info"

    @pytest.mark.parametrize("who", [None, "fresh"])
    @pytest.mark.parametrize("minute", [0, 20])
    def test_guests_and_new_accounts_do_not_count(self, who, minute):
        members = [
            member(f"a{n}", minute=minute, who=account(f"a{n}", days=2) if who else None, display_name=f"Guest {n}")
            for n in range(4)
        ]
        verdict, wrong = self.verdict(*members, doers=[f"a{n}" for n in range(4)])
        assert (verdict, wrong) == ("not_enough_info", True)

    def test_a_claim_that_the_host_did_it_is_refuted_by_a_complete_record(self):
        case = meeting_of(HOST, member("a0", minute=20, who=None), signals=(said("a0", THREAT),))
        answer = verify(case, POLICY, KeywordJudge(THREATS))
        assert answer.claims[0].verdict == "refuted"
        assert "a0" in " ".join(answer.reasons)

    def test_a_host_who_joins_in_never_makes_a_crowd_count_less(self):
        crowd = tuple(said(f"a{n}", "v88", name=f"x{n}") for n in range(3))
        members = [HOST, *(member(f"a{n}") for n in range(3))]
        for extra in ([], [said("p1", "v57", name="h1")], [said("p1", "v57", name="h1"), said("p1", "v66", name="h2")]):
            answer = verify(meeting_of(*members, signals=(*crowd, *extra)), POLICY, GradedJudge())
            assert answer.claims[0].verdict == "supported"


def test_panels_are_people_who_were_chosen():
    case = meeting_of(*people("host", "cohost", "panelist", "attendee"))
    who = attribute(case, POLICY)
    assert who.host_side == {"p1", "p2", "p3"}
    assert who.known_attendees == {"p4"}
