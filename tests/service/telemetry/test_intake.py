"""Telemetry comes late, twice and out of order, and a case is the same for it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.audit.log import entries
from service.problems import ProblemDetails
from service.telemetry.intake import add_coverage, add_reports, add_signals, put_meeting
from service.telemetry.reading import telemetry_of
from tests.service.fakes import case_file
from tests.service.stores import open_store
from verifier.case import MAX_SIGNALS, Meeting, Signal
from verifier.problems import InvalidCase, parse_case

AT = datetime(2026, 3, 1, tzinfo=UTC)
CASE = parse_case(json.dumps(json.loads(case_file("02").read_text("utf-8"))["case"]))
M = CASE.meeting.meeting_id


def take(store, what, *arguments):
    with store.transaction() as session:
        return what(session, *arguments, by="bridge", at=AT)


def known(store):
    with store.reading() as session:
        return telemetry_of(session, M)


def by_id(items):
    return sorted(items, key=lambda one: one.model_dump_json())


def test_what_was_sent_is_what_a_case_gets(store):
    take(store, add_signals, M, CASE.signals)
    take(store, add_reports, M, CASE.reports)
    take(store, put_meeting, CASE.meeting)
    found = known(store)
    assert found.notes == ()
    assert by_id(found.signals) == by_id(CASE.signals)
    assert by_id(found.reports) == by_id(CASE.reports)
    assert found.meeting == CASE.meeting.model_copy(
        update={"coverage": tuple(sorted(CASE.meeting.coverage, key=lambda c: (c.start, c.end, c.kind)))}
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_neither_order_nor_batches_nor_repetition_matter(tmp_path_factory, data):
    sent = data.draw(st.permutations([*CASE.signals, *data.draw(st.lists(st.sampled_from(CASE.signals), max_size=9))]))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(sent)), max_size=4)))
    with open_store("sqlite", tmp_path_factory.mktemp("order")) as store:
        for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
            if start < end:
                take(store, add_signals, M, sent[start:end])
        found = known(store).signals
    assert by_id(found) == by_id(CASE.signals)
    moments = [s.observed_at for s in found if s.observed_at]
    assert moments == sorted(moments)


def test_the_same_batch_again_changes_nothing_and_is_no_entry(store):
    first = take(store, add_signals, M, CASE.signals)
    again = take(store, add_signals, M, CASE.signals)
    assert (first.stored, first.known) == (len(CASE.signals), 0)
    assert (again.stored, again.known) == (0, len(CASE.signals))
    assert take(store, put_meeting, CASE.meeting)
    assert not take(store, put_meeting, CASE.meeting)
    with store.reading() as session:
        assert [entry.kind for entry in entries(session)] == ["telemetry.signals", "telemetry.meeting"]


def test_an_id_that_names_another_record_is_refused_with_the_whole_batch(store):
    take(store, add_signals, M, CASE.signals[:1])
    changed = CASE.signals[0].model_copy(update={"text": "something else"})
    with pytest.raises(ProblemDetails) as refused:
        take(store, add_signals, M, [CASE.signals[1], changed])
    assert refused.value.status == 409
    assert [p.pointer for p in refused.value.errors] == ["/signals/1/signal_id"]
    assert known(store).signals == CASE.signals[:1]
    twice = Signal(signal_id="x", kind="chat", text="a"), Signal(signal_id="x", kind="chat", text="b")
    with pytest.raises(ProblemDetails):
        take(store, add_signals, M, twice)


def test_the_same_id_in_another_meeting_is_another_record(store):
    take(store, add_signals, M, CASE.signals[:1])
    take(store, add_signals, "another", [CASE.signals[0].model_copy(update={"text": "other words"})])
    assert known(store).signals == CASE.signals[:1]


def test_a_later_description_replaces_the_earlier_one_and_coverage_adds_up(store):
    take(store, put_meeting, CASE.meeting)
    renamed = CASE.meeting.model_copy(update={"title": "renamed", "coverage": ()})
    take(store, put_meeting, renamed)
    take(store, add_coverage, M, CASE.meeting.coverage)
    found = known(store).meeting
    assert found.title == "renamed"
    assert len(found.coverage) == len(CASE.meeting.coverage)


def test_an_undescribed_meeting_says_so(store):
    take(store, add_signals, M, CASE.signals)
    found = known(store)
    assert len(found.signals) == len(CASE.signals)
    assert "never described" in found.notes[0]


@pytest.mark.parametrize("wrong", ["", "x" * 256, "nul\x00"])
def test_ids_that_cannot_be_keys_are_refused(store, wrong):
    with pytest.raises(InvalidCase):
        take(store, add_signals, wrong or "x" * 300, CASE.signals[:1])
    signal = Signal.model_construct(**{**CASE.signals[0].model_dump(), "signal_id": wrong})
    with pytest.raises(InvalidCase):
        take(store, add_signals, M, [signal])


def test_hostile_text_comes_back_as_it_was(store):
    words = "\x00 \u202e '; DROP TABLE requests; -- \U0001f600 \x1b[31m"
    take(store, add_signals, M, [Signal(signal_id="h", kind="chat", text=words, details={"n": 10**30, "x": "\x00"})])
    (found,) = known(store).signals
    assert found.text == words
    assert found.details["n"] == 10**30


def test_more_than_a_case_holds_is_left_out_and_said(store, monkeypatch):
    monkeypatch.setattr("service.telemetry.reading.MAX_SIGNALS", 5)
    take(store, add_signals, M, CASE.signals)
    found = known(store)
    assert len(found.signals) == 5
    assert any("only the latest 5" in note for note in found.notes)


def test_tens_of_thousands_of_signals(store):
    many = [
        Signal(
            signal_id=f"s{n}", kind="chat", observed_at=AT + timedelta(seconds=n), participant_id="p", text=f"line {n}"
        )
        for n in range(30_000)
    ]
    for start in range(0, len(many), 10_000):
        take(store, add_signals, M, many[start : start + 10_000])
    take(store, put_meeting, Meeting(meeting_id=M, host_account=CASE.meeting.host_account))
    found = known(store)
    assert list(found.signals) == many
    assert len(many) <= MAX_SIGNALS
