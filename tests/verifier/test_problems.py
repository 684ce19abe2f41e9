"""Reading a case from bytes: a valid case, or every problem with it, where it is and what would be right."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stubs import CASE_FILES, plain, sketch
from verifier import problems
from verifier.case import Case, LabelledCase
from verifier.problems import InvalidCase, parse_case, parse_labelled_case


@pytest.fixture
def document():
    """A valid case, to be spoilt."""
    return plain(sketch())


def refused(raw, read=parse_case, **more):
    """The problems for which an input is refused, by pointer."""
    if not isinstance(raw, bytes | str):
        raw = json.dumps(raw)
    with pytest.raises(InvalidCase) as caught:
        read(raw, **more)
    assert caught.value.problems
    assert all(p.message and p.hint for p in caught.value.problems)
    assert all(p.pointer == "" or p.pointer.startswith("/") for p in caught.value.problems)
    return {p.pointer: p for p in caught.value.problems}


def test_bare_and_labelled_forms_are_one_case():
    raw = CASE_FILES[0].read_bytes()
    bare = json.dumps(json.loads(raw)["case"], ensure_ascii=False)
    assert parse_case(raw) == parse_case(bare) == parse_case(bare.encode()) == parse_labelled_case(raw).case


def test_a_bare_case_is_no_labelled_case(document):
    assert {"/case_id", "/case", "/label"} <= set(refused(document, parse_labelled_case))


def test_problems_of_a_labelled_case_point_into_it():
    labelled = json.loads(CASE_FILES[0].read_bytes())
    labelled["case"]["meeting"]["titel"] = "x"
    assert "/case/meeting/titel" in refused(labelled)


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        ((), "/colour"),
        (("request",), "/request/colour"),
        (("request", "requester"), "/request/requester/colour"),
        (("request", "claims", 0), "/request/claims/0/colour"),
        (("meeting", "host_account"), "/meeting/host_account/colour"),
        (("signals", 2), "/signals/2/colour"),
    ],
)
def test_unknown_fields(document, place, pointer):
    node = document
    for key in place:
        node = node[key]
    node["colour"] = "red"
    assert "spelling" in refused(document)[pointer].hint


@pytest.mark.parametrize(
    ("place", "value", "hint"),
    [
        (("request", "request_id"), 7, "text"),
        (("request", "request_id"), None, "text"),
        (("meeting", "public_link"), "yes", "true or false"),
        (("meeting", "participants"), {}, "list"),
        (("meeting", "host_account"), "a-1", "object"),
        (("meeting", "host_account", "prior_violations"), "1", "whole number"),
        (("signals", 0, "score"), "0.5", "number"),
        (("request", "action"), "shut_down", "end_meeting"),
        (("request", "requester", "role"), "king", "trust_and_safety"),
        (("signals", 0, "kind"), "rumour", "transcript"),
        (("request", "requester", "country"), "nl", "two capitals"),
        (("request", "claims", 0, "category"), "treason", "published schema"),
        (("request", "claims"), [], "at least one"),
        (("schema_version",), "2", "'1'"),
    ],
)
def test_wrong_values(document, place, value, hint):
    node = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    found = refused(document)
    pointer = "/" + "/".join(map(str, place))
    assert pointer in found
    assert hint in found[pointer].hint


@pytest.mark.parametrize(
    ("time", "about"),
    [
        ("2025-06-04T02:40:55", "time zone"),
        ("2025-06-04", "RFC 3339"),
        ("yesterday", "RFC 3339"),
        ("2025-13-04T02:40:55Z", "RFC 3339"),
        ("1970-01-01T00:00:00Z", "clock"),
        ("0001-01-01T00:00:00Z", "clock"),
        ("9999-12-31T23:59:59-12:00", "clock"),
        ("2200-01-01T00:00:01Z", "clock"),
        ("", "RFC 3339"),
        (True, "RFC 3339"),
        ([], "RFC 3339"),
    ],
)
@pytest.mark.parametrize("place", ["submitted_at", "occurred_at"])
def test_naive_and_absurd_times(document, place, time, about):
    request = document["request"]
    (request if place == "submitted_at" else request["claims"][0])[place] = time
    pointer = "/request/submitted_at" if place == "submitted_at" else "/request/claims/0/occurred_at"
    assert about in refused(document)[pointer].hint


def test_milliseconds_and_offsets_are_fine(document):
    document["request"]["submitted_at"] = "2025-06-04T10:40:55.250+08:00"
    assert parse_case(json.dumps(document)).request.submitted_at == datetime(2025, 6, 4, 2, 40, 55, 250_000, tzinfo=UTC)


def test_spans_that_end_before_they_start(document):
    document["meeting"]["coverage"][0] |= {"start": "2025-05-20T18:30:00Z", "end": "2025-05-20T18:29:59Z"}
    assert "must not be before" in refused(document)["/meeting/coverage/0"].message


def test_all_problems_at_once(document):
    document["colour"] = 1
    document["request"]["submitted_at"] = "2025-06-04T02:40:55"
    document["signals"][1]["text"] = 5
    del document["meeting"]["meeting_id"]
    document["request"]["claims"][0]["category"] = "treason"
    assert set(refused(document)) == {
        "/colour",
        "/request/submitted_at",
        "/request/claims/0/category",
        "/meeting/meeting_id",
        "/signals/1/text",
    }


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (("signals",), "signal_id"),
        (("request", "claims"), "claim_id"),
        (("meeting", "participants"), "participant_id"),
        (("reports",), "report_id"),
        (("request", "evidence"), "evidence_id"),
    ],
)
def test_repeated_ids(document, where, name):
    things = {
        "report_id": {"report_id": "r", "submitted_at": "2025-05-20T18:30:00Z"},
        "evidence_id": {"evidence_id": "e", "kind": "other"},
    }
    node = document
    for key in where:
        node = node[key]
    node.append(dict(node[0]) if node else dict(things[name]))
    if len(node) == 1:
        node.append(dict(node[0]))
    (problem,) = refused(document).values()
    assert "/" + "/".join(where) in problem.message
    assert repr(node[0][name]) in problem.message


def test_pointers_are_escaped(document):
    document["request"]["a/b~c"] = 1
    assert "/request/a~1b~0c" in refused(document)


@pytest.mark.parametrize("raw", ["", b"", " ", "{", "[1,", b"\xff\xfe{", b"\x80", "nul", "{'a': 1}", '{"a": 1} x'])
def test_what_is_no_json(raw):
    assert "not valid JSON" in refused(raw)[""].message


@pytest.mark.parametrize("raw", ["[]", "null", "1", '"case"', "true"])
def test_what_is_json_but_no_object(raw):
    assert "" in refused(raw)


@pytest.mark.parametrize("raw", ["[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_deep_nesting(raw):
    assert refused(raw)


def test_deep_nesting_in_free_fields(document):
    nested = "[" * 5000 + "]" * 5000
    raw = json.dumps(document).replace('"details": {}', f'"details": {{"x": {nested}}}', 1)
    assert refused(raw)


def test_numbers_that_are_none(document):
    document["signals"][0]["score"] = float("nan")
    assert "/signals/0/score" in refused(document)
    document["signals"][0]["score"] = float("inf")
    assert "/signals/0/score" in refused(document)


def test_digits_without_end(document):
    raw = json.dumps(document).replace('"prior_violations": null', '"prior_violations": ' + "9" * 10_000, 1)
    assert refused(raw)


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfffb"])
def test_half_characters(document, text):
    raw = json.dumps(document).replace("Neighbours", text)
    assert refused(raw)
    assert refused(raw.encode())
    assert refused(json.dumps(document, ensure_ascii=False).replace("Neighbours", json.loads(f'"{text}"')))


def test_too_many_bytes(monkeypatch, document):
    raw = json.dumps(document)
    monkeypatch.setattr(problems, "MAX_CASE_BYTES", len(raw) - 1)
    (problem,) = refused(raw).values()
    assert f"{len(raw) - 1:,}" in problem.hint
    monkeypatch.setattr(problems, "MAX_CASE_BYTES", len(raw))
    assert isinstance(parse_case(raw), Case)


def test_bytes_are_counted_not_letters(monkeypatch, document):
    document["meeting"]["title"] = "追" * 1000
    raw = json.dumps(document, ensure_ascii=False)
    monkeypatch.setattr(problems, "MAX_CASE_BYTES", len(raw) + 1000)
    refused(raw)


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        (("request", "justification"), "/request/justification"),
        (("signals", 0, "text"), "/signals/0/text"),
        (("meeting", "title"), "/meeting/title"),
        (("request", "claims", 0, "narrative"), "/request/claims/0/narrative"),
    ],
)
def test_texts_that_are_too_long(document, place, pointer):
    node = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = "x" * 50_001
    assert "shorten" in refused(document)[pointer].hint


def test_too_many_items(document):
    document["request"]["claims"] = [document["request"]["claims"][0] | {"claim_id": f"c{n}"} for n in range(21)]
    assert "fewer" in refused(document)["/request/claims"].hint


def test_an_item_that_is_wrong_is_not_also_called_missing(document):
    document["request"]["claims"] = [{"claim_id": 1, "category": "csam"}]
    assert set(refused(document)) == {"/request/claims/0/claim_id"}


def test_categories_are_those_of_the_policy_in_force(document):
    document["request"]["claims"][0]["category"] = "unlicensed_advice"
    assert "csam" in refused(document)["/request/claims/0/category"].message
    case = parse_case(json.dumps(document), categories=["unlicensed_advice"])
    assert case.request.claims[0].category == "unlicensed_advice"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["case", "case_id", "label", "request", "meeting", "signals", "claims", "reports", "history"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.one_of(_JSON.map(json.dumps), st.text(max_size=40), st.binary(max_size=40)), st.booleans())
def test_anything_gives_a_case_or_problems(raw, labelled):
    read = parse_labelled_case if labelled else parse_case
    try:
        case = read(raw)
    except InvalidCase:
        assert refused(raw, read)
    else:
        assert isinstance(case, Case | LabelledCase)
