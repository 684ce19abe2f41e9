import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest

from service.letters.letter import LANGUAGES, AppealRight, without_code, words_of, write_letter
from service.letters.statement import RESTRICTIONS, statement_of
from tests.service.fakes import CASES, answer
from tests.service.requests.asking import case_of
from verifier.case import DEFAULT_CATEGORIES

SCHEMA = json.loads(Path(__file__).with_name("dsa_statement.schema.json").read_text("utf-8"))
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NUMBERS = sorted(file.name[:2] for file in CASES.glob("*.json"))


def in_language(case, language):
    return case.model_copy(update={"meeting": case.meeting.model_copy(update={"language": language})})


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("people", [0, 2])
def test_every_restriction_has_a_statement_that_the_database_would_take(number, people):
    case = case_of(number)
    document = statement_of(case, answer(case, "cleared"), AT, by_people=people)
    if case.request.action == "disclose_user_data":
        assert document is None
        return
    jsonschema.validate(document, SCHEMA)
    assert document["automated_decision"] == ("AUTOMATED_DECISION_PARTIALLY" if people else "AUTOMATED_DECISION_FULLY")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_statement_holds_no_word_and_no_name_from_the_case(number):
    case = case_of(number)
    told = json.dumps(statement_of(case, answer(case), AT, by_people=1), ensure_ascii=False)
    people = {p.display_name for p in case.meeting.participants if len(p.display_name) > 4}
    ids = {case.request.request_id, case.request.requester.actor_id, case.meeting.host_account.account_id}
    said = {s.text for s in case.signals if s.text and len(s.text) > 20}
    assert not [one for one in people | ids | said if one in told]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["restricted", "attempt", "upheld", "overturned"])
def test_a_letter_says_in_the_hosts_language_what_why_and_whether_a_government_asked(language, kind):
    case = in_language(case_of("01"), language)
    right = AppealRight("A" * 24, AT + timedelta(days=30), "https://x.example/appeal") if kind == "restricted" else None
    letter = write_letter(case, kind, people=2, right=right)
    words = words_of(language)
    assert letter.language == language
    assert words["actions"]["end_meeting"] in letter.body
    assert words["categories"]["terrorism"] in letter.body
    assert "CN" in letter.body
    assert case.meeting.title in letter.subject
    assert ("A" * 24 in letter.body) == (kind == "restricted")
    assert "2026-03-31" in letter.body or kind != "restricted"
    assert not re.search(r"\{\{|\{%|Undefined", letter.body)


def test_a_letter_repeats_nothing_that_the_requester_wrote_and_names_nobody():
    case = case_of("01")
    body = write_letter(case, "attempt", people=2).body
    assert case.request.requester.actor_id not in body
    assert case.request.requester.on_behalf_of.name not in body
    assert not any(c.narrative[:12] in body for c in case.request.claims)


def test_without_a_government_the_letter_says_so():
    case = case_of("17")
    assert "Whether a government asked: no" in write_letter(in_language(case, "en"), "attempt", people=1).body


def test_a_language_without_a_template_gets_english():
    assert write_letter(in_language(case_of("17"), "vi"), "attempt", people=1).language == "en"
    assert write_letter(in_language(case_of("17"), "zh-Hant-TW"), "attempt", people=1).language == "zh"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_every_action_and_category(language):
    words = words_of(language)
    assert set(words["categories"]) == set(DEFAULT_CATEGORIES)
    assert set(words["actions"]) == {*RESTRICTIONS, "disclose_user_data"}
    assert set(words["appeal"]) == {"title", "intro", "code", "text", "send", "done", "error"}


def test_the_code_is_for_its_reader_alone():
    right = AppealRight("aB3_" * 6, AT, "https://x.example/appeal")
    body = write_letter(case_of("17"), "restricted", people=0, right=right).body
    assert right.code in body
    assert right.code not in without_code(body)
