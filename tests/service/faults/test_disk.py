"""A disk that is full when keys or checkpoints are to be written: what was there stays, nothing half-written counts."""

import errno
import json
import os
import resource
import subprocess
import sys

import pytest

from service.audit.checkpoints import read_checkpoints
from service.audit.keeper import Keeper
from service.permits.keys import SigningKeys
from tests.service.requests.conftest import SetClock
from tests.service.review import desk


@pytest.fixture
def full_disk(monkeypatch):
    def no_space(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill():
        monkeypatch.setattr(os, "fsync", no_space)

    return fill


def test_rotating_keys_on_a_full_disk_keeps_the_key_that_signs(tmp_path, full_disk, monkeypatch):
    keys = SigningKeys(tmp_path / "keys.json")
    before, kid = (tmp_path / "keys.json").read_bytes(), keys.signing[0]
    full_disk()
    with pytest.raises(OSError, match="No space"):
        keys.rotate()
    assert keys.signing[0] == kid
    assert (tmp_path / "keys.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
    monkeypatch.undo()
    assert keys.rotate() != kid


def test_a_first_key_that_could_not_be_written_is_no_key(tmp_path, full_disk):
    full_disk()
    with pytest.raises(OSError, match="No space"):
        SigningKeys(tmp_path / "keys.json")
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_found_no_space_is_written_once_there_is_some(store, tmp_path, full_disk, monkeypatch):
    clock, keys, path = SetClock(), SigningKeys(tmp_path / "keys.json"), tmp_path / "checkpoints"
    keeper = Keeper(store, keys, clock, path)
    desk.put(store, clock)
    first = keeper.once()
    desk.put(store, clock)
    full_disk()
    keeper._try()
    assert keeper.broken is None  # no space is no forgery
    monkeypatch.undo()
    assert keeper.once()[0] > first[0]
    assert keeper.broken is None
    read = read_checkpoints(path, keys.public)
    assert read[-1].link == keeper.once()
    assert Keeper(store, keys, clock, path).once() == keeper.once()  # another process reads what was left


SCRIPT = """
import resource, sys
from pathlib import Path
from service.permits.keys import SigningKeys
resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    SigningKeys(Path(sys.argv[1])).rotate()
except OSError as error:
    print(error.errno)
"""


def test_a_write_that_the_system_cuts_short_leaves_the_old_file(tmp_path):
    path = tmp_path / "keys.json"
    SigningKeys(path)
    before = path.read_bytes()
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(errno.EFBIG)
    assert path.read_bytes() == before
    assert json.loads(before)["keys"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 40
