"""`make demo`: starts the service, sends it bundled cases over real HTTP, and shows what it answered.

Nothing stays behind, unless KEEP=1 asks for the service to be left running.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.demo_people import NAMES, Reviewers, settle
from service.terminal import safe

READY_WITHIN_S = 60.0
ANSWER_WITHIN_S = 120.0

STORIES = {
    "01-june4-vigil-fake-complaints": "A memorial meeting, reported by people who never joined it",
    "02-planted-intruders-memory-meeting": "Strangers show propaganda, then ask to suspend the organiser",
    "03-remove-planted-intruder": "The same intruder: asked to remove only them",
    "08-lecture-on-terrorism-honest-report": "A lecture about terrorism, honestly misunderstood",
    "10-csam-hash-match-by-host-liaison": "Known abuse material, shared by the host",
    "12-terrorism-host-fundraises-and-praises": "A host who raises money for terrorists",
    "20-transcript-gap-at-claimed-time": "Nobody recorded the claimed time",
}
STYLES = {"cleared": "bold green", "review": "bold yellow", "hold": "bold red"}


class DemoFailed(RuntimeError):  # noqa: N818 - reads as what it is
    """The service did not do what it should."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One case, its answer, and how long that took."""

    story: str
    case: dict[str, Any]
    acceptable: tuple[str, ...]
    assessment: dict[str, Any]
    milliseconds: float


def main() -> int:
    """Run the demo; 0 when the service answered every case."""
    console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 120)
    keep = os.environ.get("KEEP") == "1"
    folder = Path(tempfile.mkdtemp(prefix="takedown-demo-"))
    process: subprocess.Popen[bytes] | None = None
    served = False
    try:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        reviewers = settle(folder, _database(folder))
        process = _start(port, folder, reviewers)
        console.print(f"Starting the service at {address} …")
        began = time.perf_counter()
        versions = _wait_until_ready(process, address)
        console.print(f"Ready after {time.perf_counter() - began:.1f} s: {versions}\n")
        answers = [_ask(address, name, story) for name, story in STORIES.items()]
        console.print(_table(answers))
        _sum_up(console, answers)
        served = True
        if keep:
            console.print(f"\nThe console:  {address}/console  (sign in as {', '.join(NAMES)}: {reviewers.password})")
            console.print(f"The API:      {address}/docs")
            console.print(f"Stop it:      kill {process.pid}; rm -r {folder}   (log: {folder / 'service.log'})")
        else:
            console.print("See what isn't cleared as a reviewer would, at /console:  make demo KEEP=1")
        return 0
    except (DemoFailed, OSError) as failed:
        console.print(f"The demo failed: {safe(str(failed))}")
        _show_log(console, folder)
        return 1
    finally:
        if process is not None and not (keep and served):
            _stop(process)
        if not (keep and served):
            shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _database(folder: Path) -> str:
    return f"sqlite:///{folder / 'takedown.db'}"


def _start(port: int, folder: Path, reviewers: Reviewers) -> subprocess.Popen[bytes]:
    ours = ("TAKEDOWN_API_KEYS", "TAKEDOWN_HOST", "TAKEDOWN_PORT")
    environ = {k: v for k, v in os.environ.items() if k not in ours}
    environ["TAKEDOWN_PERMIT_KEYS"] = str(folder / "permit-keys.json")
    environ["TAKEDOWN_CHECKPOINTS"] = str(folder / "checkpoints.txt")
    environ["TAKEDOWN_DATABASE"] = _database(folder)
    environ["TAKEDOWN_PEOPLE"] = str(reviewers.directory)
    with (folder / "service.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ, start_new_session=True,
        )  # fmt: skip


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(15)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> str:
    why = "it never answered"
    for _ in _until(READY_WITHIN_S, pause=0.1):
        if process.poll() is not None:
            raise DemoFailed(f"the service ended with code {process.returncode}")
        with contextlib.suppress(OSError):
            status, document = _call(f"{address}/readyz")
            if status == 200:
                return f"model {document['model']}, policy {document['policy']}"
            why = str(document.get("detail"))
    raise DemoFailed(f"the service was not ready within {READY_WITHIN_S:.0f} s: {why}")


def _until(seconds: float, *, pause: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(pause)


def _ask(address: str, name: str, story: str) -> Answered:
    labelled = json.loads(files("service").joinpath("examples", f"{name}.json").read_text("utf-8"))
    began = time.perf_counter()
    status, answer = _call(f"{address}/v1/verifications", labelled["case"])  # the label stays here
    milliseconds = (time.perf_counter() - began) * 1000
    if status != 200:
        raise DemoFailed(f"{name}: {status} {answer.get('title')}: {answer.get('detail')}")
    acceptable = tuple(labelled["label"]["acceptable_dispositions"])
    return Answered(story, labelled["case"], acceptable, answer, milliseconds)


def _call(url: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310 - always our own loopback address
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback never goes through a proxy
    try:
        with opener.open(request, timeout=ANSWER_WITHIN_S) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            document = json.loads(error.read() or b"{}")
            return error.code, document if isinstance(document, dict) else {}


def _table(answers: list[Answered]) -> Table:
    table = Table(box=box.ROUNDED, show_lines=True, expand=True)
    table.add_column("case", ratio=4)
    table.add_column("asked", ratio=4)
    table.add_column("verdict", ratio=3)
    table.add_column("answer", no_wrap=True)
    table.add_column("first reasons", ratio=11)
    table.add_column("ms", justify="right", no_wrap=True)
    for answered in answers:
        request, answer = answered.case["request"], answered.assessment
        claims = ", ".join(claim["category"].replace("_", " ") for claim in request["claims"])
        verdicts = "\n".join(_verdict(claim) for claim in answer["claims"])
        disposition = answer["disposition"]
        table.add_row(
            Text(answered.story),
            Text(safe(f"{request['action'].replace('_', ' ')}, for {claims}")),
            Text(verdicts),
            Text(disposition.upper(), style=STYLES[disposition]),
            Text("\n").join(Text(safe(reason)) for reason in answer["reasons"][:2]),
            Text(f"{answered.milliseconds:.0f}"),
        )
    return table


def _verdict(claim: dict[str, Any]) -> str:
    word = str(claim["verdict"]).replace("_", " ")
    return f"{word} (wrong subject)" if claim.get("wrong_subject") else word


def _sum_up(console: Console, answers: list[Answered]) -> None:
    right = sum(a.assessment["disposition"] in a.acceptable for a in answers)
    console.print(f"{right} of {len(answers)} answers are as people labelled these cases; labels were not sent.")
    for answered in answers:
        if answered.assessment["disposition"] not in answered.acceptable:
            console.print(f"  differs: {answered.story}: people say {' or '.join(answered.acceptable)}")
    console.print(
        "\nRead one line by line:  .venv/bin/takedown-verifier verify "
        "service/examples/02-planted-intruders-memory-meeting.json"
    )


def _show_log(console: Console, folder: Path) -> None:
    with contextlib.suppress(OSError):
        lines = (folder / "service.log").read_text("utf-8", "replace").splitlines()[-30:]
        console.print("\n".join(["The end of the service's log:", *map(safe, lines)]))


if __name__ == "__main__":
    sys.exit(main())
