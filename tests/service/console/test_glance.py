"""The first figures of a case page, over every worked case."""

from datetime import timedelta

import pytest

from service.console.exhibits import shown_exhibits
from service.console.glance import glance
from service.console.persons import Persons
from service.console.ties import ties
from tests.service.fakes import CASES, answer
from tests.service.requests.asking import case_of
from verifier.policy import load_policy

POLICY = load_policy()
NUMBERS = sorted(file.name[:2] for file in CASES.glob("*.json"))


def facts(case, disposition="hold", **changed):
    persons = Persons(case)
    told = answer(case, disposition).model_copy(update=changed)
    return glance(case, told, ties(case, POLICY, persons), shown_exhibits(case, persons))


def labelled(found, word):
    return next((one for one in found if word in one.label), None)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_case_has_its_claims_and_its_record_first(number):
    found = facts(case_of(number))
    assert "claim" in found[0].label
    assert "record" in found[1].label
    assert len(found) <= 5
    assert all(one.href.startswith("#") for one in found)


def test_the_vigil_tells_one_source_behind_its_complaints_and_how_fresh_they_are():
    found = facts(case_of("01"))
    sources = labelled(found, "independent source")
    assert (sources.figure, sources.tone) == ("1", "against")
    assert "behind 6 complaints" in sources.label
    assert sources.detail == "5 of 5 complainants never joined; 5 accounts at most 12 h old"
    past = labelled(found, "earlier requests")
    assert (past.figure, past.label) == ("11", "of 23 earlier requests refused")


def test_a_gap_in_the_record_is_never_rounded_away():
    case = case_of("01")
    meeting = case.meeting
    [first, *rest] = [c for c in meeting.coverage if c.kind == "chat"]
    asked = case.request.submitted_at

    def share(end):
        cut = first.model_copy(update={"start": meeting.started_at, "end": end})
        heard = first.model_copy(update={"kind": "transcript", "start": meeting.started_at, "end": asked})
        changed = case.model_copy(update={"meeting": meeting.model_copy(update={"coverage": (cut, cut, heard)})})
        return labelled(facts(changed), "recorded").figure

    assert rest == []
    assert share(asked) == "100 %"
    assert share(asked - timedelta(seconds=1)) == "99 %"
    assert share(meeting.started_at + (asked - meeting.started_at) / 2) == "50 %"


def test_a_claimed_time_that_nobody_recorded_is_said_first():
    found = labelled(facts(case_of("20")), "recorded")
    assert found.tone == "open"
    assert found.detail.startswith("nobody recorded what was said at the claimed time")
    assert int(found.figure.split()[0]) < 90, "chat alone is not the record"
    assert not labelled(facts(case_of("01")), "recorded").detail.startswith("nobody")


def test_what_is_real_but_not_the_targets_doing_speaks_against_the_request():
    found = facts(case_of("02"))
    assert (found[0].figure, found[0].tone) == ("1", "against")
    assert "not the target's doing" in found[0].label


def test_what_is_supported_speaks_for_it():
    case = case_of("12")
    claims = tuple(c.model_copy(update={"verdict": "supported"}) for c in answer(case).claims)
    assert facts(case, "review", claims=claims)[0].tone == "for"
