"""Whatever is done to an export or to the rows is found, and the first bad entry is named."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from service.audit.chain import BadEntry
from service.audit.checkpoints import BadCheckpoint, append_checkpoint, read_checkpoints, sign_checkpoint
from service.audit.export import export, verify_export
from service.audit.inspect import inspect
from service.audit.log import entries, head, record
from service.audit.tables import AuditEntry, AuditHead
from service.permits.keys import SigningKeys
from tests.service.stores import KINDS, open_store

from .conftest import NOON

N = 12
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)


@pytest.fixture(scope="module", params=KINDS)
def store(request, tmp_path_factory):
    with open_store(request.param, tmp_path_factory.mktemp("log")) as opened:
        for i in range(N):
            with opened.transaction() as session:
                record(
                    session, at=NOON + timedelta(seconds=i), kind="request.received", actor="tooling",
                    subject=f"r{i % 3}", detail={"n": i, "words": "ein „Wort“", "share": i / 7, "list": [None, True]},
                )  # fmt: skip
        yield opened


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return SigningKeys(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture(scope="module")
def exported(store, keys):
    with store.reading() as session:
        return "".join(line + "\n" for line in export(session, NOON, keys)).encode()


def bad(exported, keys):
    with pytest.raises(BadEntry) as caught:
        verify_export(exported.splitlines(keepends=True), keys.public)
    return caught.value.seq


def lines_of(exported):
    return exported.splitlines(keepends=True)


def test_an_untouched_export_verifies(exported, keys, store):
    with store.reading() as session:
        assert verify_export(lines_of(exported), keys.public) == head(session)


def test_an_export_of_an_empty_log_verifies(tmp_path, keys):
    with open_store("sqlite", tmp_path) as empty, empty.reading() as session:
        lines = [line.encode() + b"\n" for line in export(session, NOON, keys)]
        assert verify_export(lines, keys.public)[0] == 0
        assert inspect(session)[0] == 0


@SHARED
@given(data=st.data())
def test_any_byte_of_an_export_that_is_changed(exported, keys, data):
    at = data.draw(st.integers(0, len(exported) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != exported[at]))
    line = exported[:at].count(b"\n") + 1
    assert bad(exported[:at] + bytes([byte]) + exported[at + 1 :], keys) in (line, line - 1)


@SHARED
@given(data=st.data())
def test_any_bytes_of_an_export_that_are_removed_or_added(exported, keys, data):
    at = data.draw(st.integers(0, len(exported) - 1))
    end = data.draw(st.integers(at, min(len(exported), at + 40)))
    put = data.draw(st.binary(max_size=3))
    changed = exported[:at] + put + exported[end:]
    if changed != exported:
        bad(changed, keys)


@SHARED
@given(cut=st.integers(1, 3000))
def test_any_tail_of_an_export_that_is_cut(exported, keys, cut):
    bad(exported[:-cut], keys)


@SHARED
@given(order=st.permutations(range(N + 1)))
def test_lines_of_an_export_in_another_order(exported, keys, order):
    lines = lines_of(exported)
    if list(order) != sorted(order):
        first = next(i for i, n in enumerate(order) if i != n)
        assert bad(b"".join(lines[n] for n in order), keys) == first + 1


@SHARED
@given(gone=st.sets(st.integers(0, N), min_size=1))
def test_lines_of_an_export_that_are_removed(exported, keys, gone):
    lines = lines_of(exported)
    assert bad(b"".join(line for n, line in enumerate(lines) if n not in gone), keys) <= min(gone) + 1


def test_an_export_that_somebody_else_signed(exported, keys, tmp_path):
    foreign = SigningKeys(tmp_path / "k")
    with pytest.raises(BadEntry, match="not signed by a key"):
        verify_export(lines_of(exported), foreign.public)


def test_a_log_that_was_written_anew_with_right_hashes(exported, keys, tmp_path):
    """Whoever owns the database can compute every hash; they can't sign."""
    with open_store("sqlite", tmp_path) as other:
        for i in range(N):
            with other.transaction() as session:
                record(session, at=NOON, kind="request.received", actor="x", subject=str(i), detail={})
        with other.reading() as session:
            forged = [line.encode() + b"\n" for line in export(session, NOON, SigningKeys(tmp_path / "k"))]
    assert bad(b"".join([*forged[:-1], lines_of(exported)[-1]]), keys) == N


def test_an_old_end_does_not_close_a_longer_log(store, exported, keys):
    with store.reading() as session:
        chain = list(entries(session))
    early = sign_checkpoint((5, chain[4].hash), NOON, keys)
    lines = lines_of(exported)[:-1]
    end = b'{"checkpoint":"' + early.encode() + b'"}\n'
    assert verify_export([*lines[:5], end], keys.public) == (5, chain[4].hash)
    bad(b"".join([*lines, end]), keys)
    bad(b"".join([*lines[:5], end, *lines[5:]]), keys)


class UndoneError(Exception):
    pass


def found_in(store, change, checkpoints=()):
    """The entry that is named after a change to the rows; the change is undone."""
    named = None
    try:
        with store.transaction() as session:
            change(session)
            session.expire_all()
            try:
                inspect(session, checkpoints)
            except BadEntry as error:
                named = error.seq
            raise UndoneError
    except UndoneError:
        return named


def test_untouched_rows_verify(store):
    with store.reading() as session:
        assert inspect(session)[0] == N


TEXTS = ("at", "kind", "actor", "subject", "detail", "prev_hash", "hash")


@SHARED
@given(data=st.data())
def test_any_character_of_a_row_that_is_changed(store, data):
    seq, name = data.draw(st.integers(1, N)), data.draw(st.sampled_from(TEXTS))
    column = getattr(AuditEntry, name)
    with store.reading() as session:
        was = session.scalar(select(column).where(AuditEntry.seq == seq))
    at = data.draw(st.integers(0, len(was) - 1))
    put = data.draw(st.characters(codec="utf-8", exclude_characters="\x00" + was[at], exclude_categories=("Cs",)))
    changed = was[:at] + put + was[at + 1 :]
    where = update(AuditEntry).where(AuditEntry.seq == seq)
    assert found_in(store, lambda session: session.execute(where.values({name: changed}))) == seq


@pytest.mark.parametrize("name", TEXTS)
def test_a_row_that_can_not_even_be_read(store, name):
    if not store.embedded:
        pytest.skip("PostgreSQL holds no such text")
    broken = text(f"UPDATE audit_entries SET {name} = CAST(x'ff' AS TEXT) WHERE seq = 7")
    assert found_in(store, lambda session: session.execute(broken)) == 7
    blob = text(f"UPDATE audit_entries SET {name} = CAST({name} AS BLOB) WHERE seq = 7")
    assert found_in(store, lambda session: session.execute(blob)) == 7


@SHARED
@given(seq=st.integers(1, N), other=st.integers(-5, 10_000).filter(lambda n: not 1 <= n <= N))
def test_any_number_that_is_changed(store, seq, other):
    where = update(AuditEntry).where(AuditEntry.seq == seq).values(seq=other)
    named = found_in(store, lambda session: session.execute(where))
    assert named == (1 if other < 1 else seq)


@SHARED
@given(gone=st.sets(st.integers(1, N), min_size=1))
def test_any_rows_that_are_removed(store, gone):
    rows = delete(AuditEntry).where(AuditEntry.seq.in_(gone))
    assert found_in(store, lambda session: session.execute(rows)) == min(gone)


@pytest.mark.parametrize("pair", [(1, 2), (1, N), (4, 9), (N - 1, N)])
def test_rows_that_change_places(store, pair):
    one, two = pair

    def swap(session):
        for was, to in ((one, 999), (two, one), (999, two)):
            session.execute(update(AuditEntry).where(AuditEntry.seq == was).values(seq=to))

    assert found_in(store, swap) == one


def test_a_head_that_is_changed_or_gone(store):
    assert found_in(store, lambda session: session.execute(delete(AuditHead))) is not None
    assert found_in(store, lambda session: session.execute(update(AuditHead).values(seq=N - 1))) is not None
    assert found_in(store, lambda session: session.execute(update(AuditHead).values(hash="0" * 64))) is not None


def cut_well(session, last=N - 3):
    """Cuts the tail and sets the head to match, as somebody would who knows the tables."""
    session.execute(delete(AuditEntry).where(AuditEntry.seq > last))
    kept = session.scalar(select(AuditEntry.hash).where(AuditEntry.seq == last))
    session.execute(update(AuditHead).values(seq=last, hash=kept))


def test_a_tail_cut_with_its_head_shows_by_the_checkpoints(store, keys, tmp_path):
    with store.reading() as session:
        append_checkpoint(tmp_path / "points", sign_checkpoint(head(session), NOON, keys))
    points = read_checkpoints(tmp_path / "points", keys.public)
    assert found_in(store, lambda session: None, points) is None
    assert found_in(store, cut_well) is None, "without a checkpoint outside it can't show"
    assert found_in(store, cut_well, points) == N - 2


def test_a_log_written_anew_shows_by_the_checkpoints(store, keys, tmp_path):
    with store.reading() as session:
        append_checkpoint(tmp_path / "points", sign_checkpoint(head(session), NOON, keys))
    points = read_checkpoints(tmp_path / "points", keys.public)

    def rewrite(session):
        cut_well(session, last=N - 3)
        for i in range(3):
            record(session, at=NOON, kind="request.received", actor="x", subject=str(i), detail={})

    assert found_in(store, rewrite) is None
    assert found_in(store, rewrite, points) == N


def test_the_check_goes_on_from_a_checkpoint(store):
    with store.reading() as session:
        chain = list(entries(session))
        assert inspect(session, start=(5, chain[4].hash))[0] == N
        assert inspect(session, start=(N, chain[-1].hash))[0] == N
        for start in ((5, "0" * 64), (N + 1, "0" * 64)):
            with pytest.raises(BadEntry):
                inspect(session, start=start)
    assert found_in(store, lambda session: session.execute(text("DELETE FROM audit_entries"))) == 1


def test_a_checkpoint_file_that_was_touched(store, keys, tmp_path):
    path = tmp_path / "points"
    with store.reading() as session:
        for _ in range(2):
            append_checkpoint(path, sign_checkpoint(head(session), NOON, keys))
    whole = path.read_text()
    path.write_text(whole[:10] + ("A" if whole[10] != "A" else "B") + whole[11:])
    with pytest.raises(BadCheckpoint, match="line 1"):
        read_checkpoints(path, keys.public)
    path.write_text(whole[:-20])
    assert len(read_checkpoints(path, keys.public)) == 1, "a line that was being written counts for nothing"
    assert read_checkpoints(tmp_path / "none", keys.public) == []
