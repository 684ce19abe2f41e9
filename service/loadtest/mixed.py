"""Mixed load: callers who submit and redeem, reviewers who decide, and everything that they were told."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import threading
import time
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import httpx

from service.loadtest.victim import PLATFORM, REVIEWERS, Victim

CASES = ("03-remove-planted-intruder", "20-transcript-gap-at-claimed-time", "12-terrorism-host-fundraises-and-praises")
"""What may be cleared, what goes to people, and what is large."""
AGAIN = 0.1
"""Share of submissions that are sent a second time."""


@dataclass
class Told:
    """What callers were told, and so must be true for ever. Guarded by `lock`."""

    answered: dict[str, str] = field(default_factory=dict)
    """Request id -> disposition of an answer with 200."""
    permits: dict[str, str] = field(default_factory=dict)
    """Request id -> permit's number."""
    redeemed: Counter[str] = field(default_factory=Counter)
    """Permit's number -> redemptions that succeeded."""
    decided: set[tuple[str, str]] = field(default_factory=set)
    """Review and person of decisions that were acknowledged."""
    wrong: list[str] = field(default_factory=list)
    """What must never be answered, in sentences."""
    statuses: Counter[str] = field(default_factory=Counter)
    unheard: int = 0
    """Calls without an answer, as when the service is killed."""
    verified_ms: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Load:
    """Threads of callers and reviewers against a service that comes and goes."""

    def __init__(self, victim: Victim, callers: int, reviewers: int, seed: int) -> None:
        self.told = Told()
        self._victim = victim
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._run = f"{random.Random(seed).randrange(16**6):06x}-{int(time.time())}"  # noqa: S311 - a name
        self._cases = [_bundled(name) for name in CASES]
        self._threads = [threading.Thread(target=self._go, args=(self._call, seed + n)) for n in range(callers)]
        self._threads += [
            threading.Thread(target=self._go, args=(self._review, seed - n - 1)) for n in range(reviewers)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go(self, work: Any, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - load, no secret
        while not self._stop.is_set():
            with httpx.Client(base_url=self._victim.url, timeout=30, trust_env=False) as http:
                try:
                    while not self._stop.is_set() and str(http.base_url).rstrip("/") == self._victim.url:
                        work(http, chance)
                except httpx.HTTPError:
                    with self.told.lock:
                        self.told.unheard += 1
                    self._stop.wait(0.5)  # it starts again; its processor time is for that
                except Exception as mistake:
                    with self.told.lock:
                        self.told.wrong.append(
                            f"an answer that can't be read: {type(mistake).__name__}: {mistake}"[:300]
                        )
                    return

    def _call(self, http: httpx.Client, chance: random.Random) -> None:
        """Submit; where it is cleared, fetch the permit and try to use it twice."""
        request_id = f"soak-{self._run}-{next(self._numbers)}"
        body = _numbered(chance.choice(self._cases), request_id)
        began = time.perf_counter()
        answer = self._send(http, "POST", "/v1/verifications", PLATFORM, json=body)
        if answer.status_code != 200:
            return self._rest(answer)
        disposition = answer.json()["disposition"]
        with self.told.lock:
            self.told.answered[request_id] = disposition
            self.told.verified_ms.append((time.perf_counter() - began) * 1000)
        if chance.random() < AGAIN:
            again = self._send(http, "POST", "/v1/verifications", PLATFORM, json=body)
            if again.status_code == 200 and again.json()["disposition"] != disposition:
                self._wrong(f"{request_id} was answered {disposition}, and then otherwise")
        return self._use(http, request_id)

    def _use(self, http: httpx.Client, request_id: str) -> None:
        status = self._send(http, "GET", f"/v1/requests/{request_id}", PLATFORM)
        if status.status_code != 200:
            return
        found = status.json()
        permit = found.get("permit")
        if (permit is not None) and found["state"] not in ("cleared", "approved"):
            self._wrong(f"{request_id} is {found['state']} and has a permit")
        if permit is None:
            return
        said = _payload(permit)
        with self.told.lock:
            self.told.permits[request_id] = said["jti"]
        use = {"permit": permit, "action": said["action"], "target": said["target"]}
        for _ in range(2):
            answer = self._send(http, "POST", "/v1/permits/redeem", PLATFORM, json=use)
            if answer.status_code == 200:
                with self.told.lock:
                    self.told.redeemed[said["jti"]] += 1

    def _review(self, http: httpx.Client, chance: random.Random) -> None:
        """Take a case, decide it as chance has it; who approves may use the permit."""
        person = chance.choice(REVIEWERS)
        taken = self._send(http, "POST", "/v1/reviews/next", person)
        if taken.status_code != 200:
            self._stop.wait(0.2)
            return
        line = taken.json()
        review_id = line["review_id"]
        shown = self._send(http, "GET", f"/v1/reviews/{review_id}", person)
        if shown.status_code != 200:
            return
        answer = _answer(shown.json(), approve=chance.random() < 0.4)
        decided = self._send(http, "POST", f"/v1/reviews/{review_id}/decision", person, json=answer)
        if decided.status_code == 200:
            with self.told.lock:
                self.told.decided.add((review_id, person))
            if decided.json().get("outcome") == "approve":
                self._use(http, line["request_id"])

    def _send(self, http: httpx.Client, method: str, path: str, who: str, **how: Any) -> httpx.Response:
        answer = http.request(method, path, headers=self._victim.headers(who), **how)
        kind = "" if answer.status_code < 400 else f" {answer.json()['type'].rpartition(':')[2]}"
        with self.told.lock:
            self.told.statuses[f"{answer.status_code}{kind}"] += 1
        if answer.status_code >= 500 and answer.status_code != 503:
            self._wrong(f"{method} {path.partition('soak-')[0]} was answered {answer.status_code}")
        return answer

    def _rest(self, answer: httpx.Response) -> None:
        if answer.status_code in (429, 503):
            with contextlib.suppress(ValueError):
                self._stop.wait(min(1.0, float(answer.headers.get("retry-after", 1))))

    def _wrong(self, what: str) -> None:
        with self.told.lock:
            self.told.wrong.append(what)


def _bundled(name: str) -> dict[str, Any]:
    document = json.loads((files("service.examples") / f"{name}.json").read_text("utf-8"))
    case: dict[str, Any] = document.get("case", document)
    return case


def _numbered(case: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    """The case under an id of its own."""
    return {**case, "request": {**case["request"], "request_id": request_id}}


def _payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    said: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said


def _answer(shown: Mapping[str, Any], *, approve: bool) -> dict[str, Any]:
    request, ledger = shown["case"]["request"], shown["assessment"]["ledger"]
    verdict = "supported" if approve else "refuted"
    return {
        "outcome": "approve" if approve else "deny",
        "verdicts": {claim["claim_id"]: verdict for claim in request["claims"]},
        "pretextual": not approve,
        "cites": [f"{entry['claim_id']}/{entry['element']}" for entry in ledger[:1]],
        "reason": "The record was read and compared with the claim, element by element.",
        "confirm": request["action"] if approve else "",
    }
