"""A real PostgreSQL server that is restarted under load: nothing acknowledged is lost, and nobody has to help.

The server is a temporary one of this machine's own binaries, never one that others use.
"""

import getpass
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from service.audit.inspect import inspect
from service.requests.tables import RequestRecord
from service.settings import Settings
from tests.service.fakes import FakeVerifier
from tests.service.test_api import URL
from tests.service.test_serve import free_port

from .conftest import House


def binaries():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: path.parts[-3])
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Cluster:
    """A server of its own, in a folder of its own; run as somebody who is not root, as it demands."""

    def __init__(self, folder):
        self.folder, self.port, self._bin = Path(folder), free_port(), binaries()
        self._as = []
        if getpass.getuser() == "root":
            self._as = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync")
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, program, *arguments):
        command = [*self._as, str(self._bin / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, timeout=120)

    def control(self, what, *more):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "90", "-l", log, "-o", options, what, *more)


@pytest.fixture
def cluster():
    usable = os.name == "posix" and binaries() is not None
    if not usable or (getpass.getuser() == "root" and shutil.which("runuser") is None):
        pytest.skip("no PostgreSQL server's binaries on this machine")
    folder = tempfile.mkdtemp(prefix="takedown-pg-")
    try:
        try:
            made = Cluster(folder)
            made.control("start")
        except (subprocess.SubprocessError, LookupError, OSError) as error:
            pytest.skip(f"PostgreSQL can't be started here: {type(error).__name__}")
        yield made
        made.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_server_that_restarts_under_load_loses_nothing_and_needs_no_hands(cluster, tmp_path, serve, how):
    house = House(serve(FakeVerifier("cleared"), Settings(database=cluster.url, permit_keys=tmp_path / "keys.json")))
    stop, answered, others = threading.Event(), {}, []

    def call(name):
        number = 0
        while not stop.is_set():
            number += 1
            request = {**house.document["request"], "request_id": f"{name}-{number}"}
            answer = house.client.post(URL, json={**house.document, "request": request})
            if answer.status_code == 200:
                answered[request["request_id"]] = answer.json()["disposition"]
            else:
                others.append((answer.status_code, answer.json()["type"].rpartition(":")[2]))

    callers = [threading.Thread(target=call, args=(f"caller{n}",)) for n in range(4)]
    for caller in callers:
        caller.start()
    try:
        for _ in range(2):
            before = len(answered)
            end = time.monotonic() + 60
            while len(answered) < before + 5 and time.monotonic() < end:
                time.sleep(0.05)
            assert len(answered) >= before + 5, others[-3:]
            cluster.control("restart", "-m", how)
    finally:
        stop.set()
        for caller in callers:
            caller.join(60)
    assert set(others) <= {(503, "not-recorded"), (503, "overloaded")}, set(others)
    with house.store.reading() as session:
        kept = dict(session.execute(select(RequestRecord.request_id, RequestRecord.disposition)).all())
        inspect(session)
    assert {one: kept.get(one) for one in answered} == answered
    assert house.permits() == sum(disposition == "cleared" for disposition in kept.values())
    answer = house.ask()
    assert (answer.status_code, answer.json()["disposition"]) == (200, "cleared")
