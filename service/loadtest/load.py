"""Clients that each send one request after the other, and what they saw."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from service.loopback import is_loopback


@dataclass
class Seen:
    """What the clients of one run saw."""

    clients: int
    seconds: float = 0.0
    answered_ms: list[float] = field(default_factory=list)
    """Of answers with an assessment."""
    statuses: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    """Calls without any answer, by kind of failure."""

    @property
    def rate(self) -> float:
        """Assessments a second."""
        return len(self.answered_ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came; not a number without answers."""
        ordered = sorted(self.answered_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def press(url: str, clients: int, calls: int, body: Callable[[int], bytes], *, seconds: float) -> Seen:
    """So many clients send `calls` requests in all, or as many as fit into `seconds`.

    Who is sent away (429, 503) waits as long as it was told, up to a second. Raises `ValueError` for an address
    that is not on this machine: this is a measurement, not a weapon.
    """
    if not is_loopback(httpx.URL(url).host):
        raise ValueError("load goes to this machine alone")
    seen, numbers, end = Seen(clients), iter(range(calls)), time.perf_counter() + seconds
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    began = time.perf_counter()
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as http:
        await asyncio.gather(*(_client(http, numbers, body, seen, end) for _ in range(clients)))
    seen.seconds = time.perf_counter() - began
    return seen


async def _client(http: httpx.AsyncClient, numbers: Any, body: Callable[[int], bytes], seen: Seen, end: float) -> None:
    for number in numbers:
        if time.perf_counter() > end:
            return
        began = time.perf_counter()
        try:
            answer = await http.post(
                "/v1/verifications", content=body(number), headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as error:
            seen.broken[type(error).__name__] += 1
            continue
        seen.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            seen.answered_ms.append((time.perf_counter() - began) * 1000)
        elif answer.status_code in (429, 503):
            await asyncio.sleep(min(1.0, float(answer.headers.get("retry-after", 1))))


def numbered(case: dict[str, Any], first: int = 0, *, same: int = 1) -> Callable[[int], bytes]:
    """Bodies of one case under ids of their own, from `first` on; `same` calls after each other send the same body.

    What was said is changed, too, so that nothing is answered from what was judged before.
    """

    def body(number: int) -> bytes:
        number = first + number // same
        request = {**case["request"], "request_id": f"load-{number}"}
        signals = [
            {**signal, "text": f"{signal['text']} ({number})"} if signal.get("text") else signal
            for signal in case["signals"]
        ]
        return json.dumps({**case, "request": request, "signals": signals}).encode()

    return body
