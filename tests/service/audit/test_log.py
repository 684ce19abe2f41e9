import threading

import pytest
from sqlalchemy import delete

from service.audit.entry import BEGINNING, Entry
from service.audit.log import AuditBroken, entries, head, record
from service.audit.tables import AuditEntry

from .conftest import NOON

ENTRY = {"at": NOON, "kind": "request.received", "actor": "tooling", "subject": "r", "detail": {}}


def all_of(store, **wanted):
    with store.reading() as session:
        return list(entries(session, **wanted))


def test_each_entry_names_the_one_before_it(store, write):
    write(3)
    chain = all_of(store)
    assert [e.seq for e in chain] == [1, 2, 3]
    assert [e.prev_hash for e in chain] == [BEGINNING, chain[0].hash, chain[1].hash]
    assert all(e.hash == e.computed_hash() for e in chain)
    with store.reading() as session:
        assert head(session) == (3, chain[-1].hash)


def test_entries_are_found_by_subject_and_kind(store, write):
    write(3)
    assert [e.seq for e in all_of(store, subject="r1")] == [2]
    assert len(all_of(store, kind="request.received")) == 3
    assert all_of(store, kind="permit.issued") == []


def test_several_entries_of_one_transaction_follow_each_other(store):
    with store.transaction() as session:
        for _ in range(3):
            record(session, **ENTRY)
    assert [e.seq for e in all_of(store)] == [1, 2, 3]


def test_an_entry_goes_with_its_transaction(store, write):
    write(1)
    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        record(session, **ENTRY), 1 / 0
    assert len(all_of(store)) == 1
    write(1, first=1)
    assert [e.seq for e in all_of(store)] == [1, 2]


@pytest.mark.parametrize("detail", [{"x": float("nan")}, {"x": object()}])
def test_what_can_not_be_written_down_undoes_the_transaction(store, detail):
    with pytest.raises((ValueError, TypeError)), store.transaction() as session:
        record(session, **ENTRY), record(session, **{**ENTRY, "detail": detail})
    assert all_of(store) == []


def test_a_moment_without_a_zone_is_refused(store):
    with pytest.raises(ValueError, match="zone"), store.transaction() as session:
        record(session, **{**ENTRY, "at": NOON.replace(tzinfo=None)})


def test_writers_at_once_make_one_chain(store):
    def write():
        for _ in range(5):
            with store.transaction() as session:
                record(session, **ENTRY)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chain = all_of(store)
    assert [e.seq for e in chain] == list(range(1, 41))
    assert [e.prev_hash for e in chain[1:]] == [e.hash for e in chain[:-1]]


def test_nothing_is_added_to_a_log_that_was_cut(store, write):
    write(3)
    with store.transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == 3))
    with pytest.raises(AuditBroken):
        write(1)


def test_a_line_reads_back_to_the_same_entry(store, write):
    write(2)
    assert [Entry.from_line(e.line()) for e in all_of(store)] == all_of(store)
