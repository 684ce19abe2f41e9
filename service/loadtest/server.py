"""A service of its own for a measurement: on loopback, with a database and keys that are gone afterwards."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running service."""

    url: str
    pid: int
    ready_s: float
    """From its start to its first `ready`."""

    def memory_mib(self) -> float:
        """Resident memory now."""
        return memory_mib(self.pid)


def memory_mib(pid: int) -> float:
    """Resident memory of a process. Raises `LookupError` for one that tells none, `OSError` for one that is gone."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("the process tells no memory")


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(more: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start one, wait until it is ready, and end it. Raises `TimeoutError` when it never is."""
    with tempfile.TemporaryDirectory(prefix="takedown-load-") as name:
        port, folder = free_port(), Path(name)
        environ = {k: v for k, v in os.environ.items() if not k.startswith("TAKEDOWN_") or k == "TAKEDOWN_MODEL_DIR"}
        environ |= {"TAKEDOWN_DATABASE": f"sqlite:///{folder / 'load.db'}", **(more or {})}
        environ["TAKEDOWN_PERMIT_KEYS"] = str(folder / "keys.json")
        began = time.perf_counter()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", str(port)],
                stdout=log, stderr=log, env=environ, cwd=folder,
            )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process)
            yield Server(url, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise TimeoutError(f"the service ended with code {process.returncode}")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.02)
    raise TimeoutError("the service never was ready")
