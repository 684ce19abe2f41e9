"""A service that is started again and again over one database, and killed in between."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from service.loadtest.server import free_port, memory_mib

READY_S = 180.0
"""Far longer than a start takes: on a machine that does much else, slowness is no finding."""
REVIEWERS = tuple(f"reviewer-{n}" for n in range(1, 9))
"""Independent of everybody in the cases, and as many as a limit that protects reviewers leaves at work."""
PLATFORM = "platform"


class Victim:
    """The service as a process: `start`, `kill`, and what both need."""

    def __init__(self, folder: Path, database: str | None, model_dir: Path | None) -> None:
        """`model_dir`: the text judge's folder; None: the shipped one."""
        self.folder = folder
        self.database = database or f"sqlite:///{folder / 'soak.db'}"
        self.permit_keys, self.checkpoints = folder / "keys.json", folder / "checkpoints.txt"
        self.keys = {name: secrets.token_urlsafe(32) for name in (PLATFORM, *REVIEWERS)}
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._environ = self._prepare(model_dir)

    def start(self) -> float:
        """Start it and wait until it answers; seconds that took. Raises `TimeoutError` when it never does."""
        began = time.perf_counter()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", str(port)],
                stdout=log, stderr=log, env=self._environ, cwd=self.folder,
            )  # fmt: skip
        while time.perf_counter() - began < READY_S:
            if self._process.poll() is not None:
                raise TimeoutError(f"the service ended with code {self._process.returncode} when it was started")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200:
                    return time.perf_counter() - began
            time.sleep(0.02)
        raise TimeoutError("the service did not start again")

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def ended_by_itself(self) -> bool:
        """Whether it is gone without having been killed."""
        return self._process is not None and self._process.poll() is not None

    def memory_mib(self) -> float:
        """Resident memory now; 0 while it isn't running."""
        try:
            return memory_mib(self._process.pid) if self._process is not None else 0.0
        except (OSError, LookupError):
            return 0.0

    def headers(self, name: str) -> dict[str, str]:
        """As whom to call."""
        return {"Authorization": f"Bearer {self.keys[name]}"}

    def _prepare(self, model_dir: Path | None) -> dict[str, str]:
        entries = [
            {"key_sha256": hashlib.sha256(key.encode()).hexdigest(), "name": name, **_may(name)}
            for name, key in self.keys.items()
        ]
        people = [{"id": name, "name": name, "roles": ["lead"], "languages": ["en"]} for name in REVIEWERS]
        (self.folder / "people.yaml").write_text(json.dumps({"people": people}), "utf-8")  # JSON is YAML
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TAKEDOWN_")}
        return environ | {
            "TAKEDOWN_DATABASE": self.database,
            "TAKEDOWN_PERMIT_KEYS": str(self.permit_keys),
            "TAKEDOWN_CHECKPOINTS": str(self.checkpoints),
            "TAKEDOWN_API_KEYS": json.dumps(entries),
            "TAKEDOWN_PEOPLE": str(self.folder / "people.yaml"),
            "TAKEDOWN_RATE_PER_MINUTE": "1000000",
            **({"TAKEDOWN_MODEL_DIR": str(model_dir)} if model_dir is not None else {}),
        }


def _may(name: str) -> dict[str, object]:
    if name == PLATFORM:
        return {"scopes": ["requests:submit", "telemetry:write", "permits:redeem"]}
    return {"scopes": ["reviews:decide"], "person": name}
