import asyncio
import contextlib

import pytest
from sqlalchemy import delete, update

from service.audit import keeper as keeping
from service.audit.chain import BadEntry
from service.audit.checkpoints import read_checkpoints
from service.audit.keeper import Keeper
from service.audit.tables import AuditEntry, AuditHead
from service.permits.keys import SigningKeys

from .conftest import NOON


@pytest.fixture
def keys(tmp_path):
    return SigningKeys(tmp_path / "keys.json")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoints.txt"


def keeper(store, keys, path, *witness):
    return Keeper(store, keys, lambda: NOON, path, *witness)


def cut(store, last):
    with store.transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq > last))
        kept = session.get(AuditEntry, last)
        session.execute(update(AuditHead).values(seq=last, hash=kept.hash))


def test_checkpoints_follow_the_log(store, write, keys, path):
    seen = []
    one = keeper(store, keys, path, lambda seq, token: seen.append(token))
    assert one.once()[0] == 0
    assert not path.exists()
    for n in (3, 5):
        write(n)
        one.once()
        one.once()
    assert [p.seq for p in read_checkpoints(path, keys.public)] == [3, 8]
    assert path.read_text().split() == seen


def test_a_restarted_service_goes_on_from_the_last_checkpoint(store, write, keys, path):
    write(3)
    keeper(store, keys, path).once()
    write(2, first=3)
    assert keeper(store, keys, path).once()[0] == 5


@pytest.mark.parametrize("last", [1, 2])
def test_a_tail_that_was_cut_while_the_service_was_down_is_found(store, write, keys, path, last):
    write(3)
    keeper(store, keys, path).once()
    cut(store, last)
    with pytest.raises(BadEntry):
        keeper(store, keys, path).once()


def test_a_tail_that_was_cut_and_grown_again_is_found(store, write, keys, path):
    write(5)
    keeper(store, keys, path).once()
    cut(store, 3)
    write(9, first=50)
    with pytest.raises(BadEntry):
        keeper(store, keys, path).once()


def test_a_running_service_says_that_its_log_was_changed(store, write, keys, path, monkeypatch):
    monkeypatch.setattr(keeping, "EVERY_S", 0.01)
    one = keeper(store, keys, path)
    write(3)

    async def run():
        watching = asyncio.create_task(one.watch())
        while not path.exists():
            await asyncio.sleep(0.01)
        await asyncio.to_thread(cut, store, 1)
        await asyncio.wait_for(watching, 10)

    asyncio.run(run())
    assert "not as it was written" in one.broken


def test_a_service_that_stops_signs_once_more(store, write, keys, path):
    one = keeper(store, keys, path)

    async def run():
        watching = asyncio.create_task(one.watch())
        await asyncio.sleep(0.3)
        await asyncio.to_thread(write, 2)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    asyncio.run(run())
    assert [p.seq for p in read_checkpoints(path, keys.public)] == [2]
