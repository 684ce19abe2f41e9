"""Words go, digests and decisions stay, and what is still being decided is not touched."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from service.audit.log import entries
from service.cli.retention import retention
from service.requests.assembly import assemble
from service.requests.book import Book, case_of, transition
from service.requests.tables import RequestRecord
from service.retention.erase import erase_items, erase_meeting, erase_older
from service.store.opening import open_store
from service.telemetry.intake import add_reports, add_signals, put_meeting, text_digest
from service.telemetry.tables import ItemRecord
from tests.service.requests import asking
from verifier.assessment import Assessment

START = datetime(2026, 3, 1, tzinfo=UTC)
CASE = asking.case_of("02")
M = CASE.meeting.meeting_id


@pytest.fixture
def filled(store):
    fill(store, START)
    return store


def fill(store, at):
    with store.transaction() as session:
        put_meeting(session, CASE.meeting, by="bridge", at=at)
        add_signals(session, M, CASE.signals, by="bridge", at=at)
        add_reports(session, M, CASE.reports, by="bridge", at=at)
    Book(store, lambda: at).submit(asking.submission(CASE), asking.answering("review"))


def deny(store, at):
    with store.transaction() as session:
        transition(session, session.get(RequestRecord, CASE.request.request_id), "denied", actor="ana", at=at, why="")


def everything_stored(store):
    """Every row of every table as one text."""
    with store.reading() as session:
        names = ["requests", "request_cases", "telemetry_items", "telemetry_meetings", "audit_entries"]
        return "\n".join(str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in names)


def words():
    """Enough of each text to be sure that it is that one."""
    said = [s.text for s in CASE.signals] + [r.text for r in CASE.reports] + [e.text for e in CASE.request.evidence]
    told = [c.narrative for c in CASE.request.claims] + [CASE.request.justification, CASE.meeting.title]
    return [json.dumps(text)[1:-1] for text in said + told if text and len(text) > 8]


def test_an_erased_meeting_leaves_digests_and_decisions_and_no_word(filled):
    assert any(word in everything_stored(filled) for word in words())
    deny(filled, START)
    with filled.transaction() as session:
        done = erase_meeting(session, M, by="op", at=START, why="ticket 12")
    assert (done.items, done.cases, done.open_requests) == (len(CASE.signals) + len(CASE.reports), 1, 0)
    left = everything_stored(filled)
    assert [word for word in words() if word in left] == []
    with filled.reading() as session:
        kept = session.get(RequestRecord, CASE.request.request_id)
        assert (kept.state, kept.disposition) == ("denied", "review")
        assert Assessment.model_validate(kept.assessment).claims[0].verdict == "not_enough_info"
        assert case_of(session, kept.request_id) is None
        digests = set(session.scalars(select(ItemRecord.text_sha256)))
        assert {text_digest(s.text) for s in CASE.signals if s.text} <= digests
        last = list(entries(session))[-1]
    assert (last.kind, last.actor, last.subject) == ("content.erased", "op", M)


def test_what_is_erased_never_speaks_for_silence(filled):
    with filled.transaction() as session:
        erase_items(session, M, "signal", [CASE.signals[1].signal_id], by="op", at=START, why="one line")
    with filled.reading() as session:
        stated = assemble(session, CASE.request, "desk", START)
    assert stated.case.meeting.coverage == ()
    assert any("erased" in note for note in stated.notes)


def test_an_erased_record_does_not_come_back_with_the_next_batch(filled):
    with filled.transaction() as session:
        erase_meeting(session, M, by="op", at=START, why="all of it")
        again = add_signals(session, M, CASE.signals, by="bridge", at=START)
    assert (again.stored, again.known) == (0, len(CASE.signals))
    with filled.reading() as session:
        assert all(item.document["text"] in (None, "") for item in session.scalars(select(ItemRecord)))


def test_the_case_of_an_open_request_stays_until_it_is_decided(filled):
    with filled.transaction() as session:
        done = erase_meeting(session, M, by="op", at=START, why="early")
    assert (done.cases, done.open_requests) == (0, 1)
    assert Book(filled, lambda: START).stated(CASE.request.request_id).case == CASE


def test_time_erases_what_is_decided_and_old_and_nothing_else(filled):
    keep, late = timedelta(days=30), START + timedelta(days=31)
    assert erase_older(filled, keep, by="cron", at=late).items == 0  # people still decide
    deny(filled, START + timedelta(days=2))
    assert erase_older(filled, keep, by="cron", at=START + timedelta(days=30)).items == 0
    first = erase_older(filled, keep, by="cron", at=late)
    assert (first.items, first.cases) == (len(CASE.signals) + len(CASE.reports), 0)  # decided only 29 days ago
    second = erase_older(filled, keep, by="cron", at=START + timedelta(days=33))
    assert (second.items, second.cases) == (0, 1)
    assert [word for word in words() if word in everything_stored(filled)] == []


def test_erasing_on_the_command_line(tmp_path):
    url = f"sqlite:///{tmp_path / 'takedown.db'}"
    store = open_store(url)
    fill(store, START)
    deny(store, START)
    run = CliRunner().invoke(
        retention, ["erase", M, "--report", CASE.reports[0].report_id, "--why", "t", "--database", url]
    )
    assert "1 signals and reports, 1 recorded cases" in run.output
    run = CliRunner().invoke(retention, ["apply", "--keep", "1d", "--database", url])
    assert f"erased: {len(CASE.signals) + len(CASE.reports) - 1} signals" in run.output, run.output
    assert [word for word in words() if word in everything_stored(store)] == []
    store.close()
