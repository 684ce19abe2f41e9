"""Kills a service at random moments under load, and checks what it left behind.

`python -m tests.service.audit.crashing --times 1000` does it a thousand times.
"""

import argparse
import base64
import contextlib
import json
import multiprocessing
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
from sqlalchemy import select

from service.audit.chain import START
from service.audit.checkpoints import read_checkpoints
from service.audit.inspect import inspect
from service.audit.log import entries
from service.permits.keys import SigningKeys
from service.permits.tables import PermitRecord
from service.permits.token import read
from service.requests.tables import RequestRecord
from service.settings import Settings
from service.store.base import Store
from tests.service.fakes import FakeVerifier, case_file
from tests.service.test_serve import free_port

PRELOADED = ["service.api.app", "tests.service.fakes", "uvicorn", "alembic.command"]
CLIENTS = 4
MOMENTS = (None, "acknowledged", "permits", "redeemed", "redeemed")
"""What must have come first; then it is killed within half a second, while other answers are under way."""


def run_service(folder, database, port):
    """What is killed: the real service over the real database, with a verifier that clears everything."""
    import uvicorn

    from service.api.app import create_app

    app = create_app(settings_in(folder, database), FakeVerifier("cleared"))
    uvicorn.run(app, port=port, log_level="critical")


def settings_in(folder, database):
    return Settings(
        database=database, permit_keys=folder / "keys.json", checkpoints=folder / "checkpoints.txt",
        rate_per_minute=1_000_000,
    )  # fmt: skip


class Load:
    """Clients that submit, fetch permits and redeem them, and remember every answer that reached them."""

    def __init__(self, url, numbers):
        self.url, self.numbers = url, numbers
        self.case = json.loads(case_file("02").read_text("utf-8"))["case"]
        self.acknowledged, self.permits, self.redeemed = set(), {}, Counter()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def wait(self, what):
        """Until a first answer of a kind has come."""
        for _ in range(6_000):
            if what is None or getattr(self, what):
                return
            time.sleep(0.01)
        raise AssertionError(f"nothing was {what} in a minute")

    def _run(self):
        with httpx.Client(base_url=self.url, timeout=20) as http:
            while not self.stop.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    self._one(http, f"crash-{next(self.numbers)}")
                    continue
                time.sleep(0.01)

    def _one(self, http, request_id):
        body = {**self.case, "request": {**self.case["request"], "request_id": request_id}}
        if http.post("/v1/verifications", json=body).status_code != 200:
            return
        self.acknowledged.add(request_id)
        permit = http.get(f"/v1/requests/{request_id}").json()["permit"]
        self.permits[request_id] = permit
        said = json.loads(_payload(permit))
        use = {"permit": permit, "action": said["action"], "target": said["target"]}
        for _ in range(2):
            if http.post("/v1/permits/redeem", json=use).status_code == 200:
                self.redeemed[request_id] += 1


def _payload(token):
    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Crashes:
    """One database that outlives many services."""

    def __init__(self, folder, database=None, seed=0):
        self.folder = folder
        self.database = database or f"sqlite:///{folder / 'takedown.db'}"
        self.random = random.Random(seed)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(PRELOADED)
        self.link = START
        self.numbers = iter(range(10**9))
        self.done = Counter()

    def crash(self):
        """Start, load, kill -9, check."""
        port = free_port()
        process = self.context.Process(target=run_service, args=(self.folder, self.database, port), daemon=True)
        process.start()
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        with Load(url, self.numbers) as load:
            load.wait(self.random.choice(MOMENTS))
            time.sleep(self.random.uniform(0, 0.5))
            os.kill(process.pid, signal.SIGKILL)
            process.join()
        self.check(load)

    def check(self, load):
        """What was acknowledged is there, what is there is on record, and the chain holds."""
        keys = SigningKeys(self.folder / "keys.json")
        store = Store(self.database)
        try:
            with store.reading() as session:
                points = read_checkpoints(self.folder / "checkpoints.txt", keys.public)
                end = inspect(session, [p for p in points if p.seq > self.link[0]], start=self.link)
                new = list(entries(session, after=self.link[0]))
                self._check_answers(session, load, keys)
                self._check_permits(session, new)
            self.done.update(crashes=1, acknowledged=len(load.acknowledged), redeemed=sum(load.redeemed.values()))
            self.done["entries"] = end[0]
            self.link = end
        finally:
            store.close()

    def _check_answers(self, session, load, keys):
        for request_id in load.acknowledged:
            found = session.get(RequestRecord, request_id)
            assert found is not None, f"{request_id} was acknowledged and is lost"
            assert found.state == "cleared"
            assert found.assessment["disposition"] == "cleared"
        for request_id, token in load.permits.items():
            jti = json.loads(_payload(token))["jti"]
            kept = session.get(PermitRecord, jti)
            assert kept is not None, f"a permit for {request_id} left the service without a record"
            assert read(token, keys.public, kept.issued_at).request_id == request_id
            if load.redeemed[request_id]:
                assert load.redeemed[request_id] == 1, f"the permit for {request_id} was used twice"
                assert kept.redeemed_at is not None

    def _check_permits(self, session, new):
        issued = Counter(e.said["jti"] for e in new if e.kind == "permit.issued")
        redeemed = Counter(e.said["jti"] for e in new if e.kind == "permit.redeemed")
        assert set(issued.values()) | set(redeemed.values()) <= {1}
        for jti in issued | redeemed:
            kept = session.get(PermitRecord, jti)
            assert kept is not None, "an entry tells of a permit that is not there"
            assert (kept.redeemed_at is not None) == (jti in redeemed)
        subjects = {e.subject for e in new}
        for kept in session.scalars(select(PermitRecord).where(PermitRecord.request_id.in_(subjects))):
            assert kept.jti in issued, "a permit without an entry"


def _wait_for(url, process):
    for _ in range(1_200):
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"{url}/healthz", timeout=5)
            return
        assert process.is_alive(), "the service did not start again after a crash"
        time.sleep(0.02)
    raise AssertionError("the service did not answer")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--database", help="an empty database; a SQLite file when not given")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        crashes = Crashes(Path(folder), given.database, given.seed)
        for n in range(1, given.times + 1):
            crashes.crash()
            if n % 20 == 0 or n == given.times:
                print(dict(crashes.done), flush=True)


if __name__ == "__main__":
    main()
