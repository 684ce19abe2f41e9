"""Our own verification and text judge: by meeting length, reports and exhibits, cold and warm."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator

from eval.perf.figures import Figure, milliseconds, timed
from eval.perf.meetings import meeting, sample
from eval.perf.peak import float32_peak, int8_peak
from models.judge import Passage
from models.runtime import OnnxJudge, load_judge
from verifier.case import Case
from verifier.policy import load_policy
from verifier.verify import verify

TURNS = (10, 100, 500, 1_000, 5_000)
TWO_HOURS = 1_000
"""Turns of a two-hour meeting: one every seven seconds."""
PARAMETERS = 12 * (4 * 384**2 + 2 * 384 * 1_536)
"""Weights of the encoder's matrices (models/network.py); each is used once a token, for a product and a sum."""


def verification(seconds: float) -> Iterator[Figure]:
    """Cold: no sentence was seen before. Warm: the same meeting again, as for a second request about it."""
    policy, judge = load_policy(), load_judge(timeout_s=600)
    numbers = itertools.count()
    verify(meeting(10, variant=next(numbers)), policy, judge)
    ready: list[Case]
    for turns in TURNS:
        fresh = (meeting(turns, variant=next(numbers)) for _ in itertools.count())
        ready = list(itertools.islice(fresh, 60 if turns <= 1_000 else 8))
        following = iter(ready)
        cold = timed(lambda: verify(next(following), policy, judge), at_least=3, seconds=seconds, at_most=len(ready))  # noqa: B023
        yield milliseconds(f"verify, {turns} turns, cold", cold)
        warm = timed(lambda: verify(ready[0], policy, judge), at_least=5, seconds=seconds / 2)  # noqa: B023
        yield milliseconds(f"verify, {turns} turns, warm", warm)
    for what, more in (
        ("500 reports", {"reports": 500}),
        ("200 exhibits", {"exhibits": 200}),
        ("20 claims", {"claims": 20}),
    ):
        case = meeting(500, variant=next(numbers), **more)
        verify(case, policy, judge)
        samples = timed(lambda: verify(case, policy, judge), at_least=3, seconds=seconds / 2)  # noqa: B023
        yield milliseconds(f"verify, 500 turns and {what}, warm", samples)
    some = sample()[:60]
    took = sum(timed(lambda: [verify(case, policy, judge) for case in some], at_least=1, seconds=0, at_most=1))
    yield Figure("evaluation", len(some) / took * 1000, "cases/s", len(some), note="one process, sample data")


def judging(seconds: float) -> Iterator[Figure]:
    """Tokens a second inside the judge, and the share of the machine's peak that this is."""
    threads = os.cpu_count() or 1
    yield float32_peak()
    peak = int8_peak(threads)
    yield peak
    judge = load_judge(timeout_s=600)
    assert isinstance(judge, OnnxJudge)
    passages = passages_of(200)
    encoded = judge._tokenizer.encode(passages, *judge._lengths)
    tokens = sum(len(one.ids) for one in encoded)
    judge.logits(passages[:8])
    best = min(timed(lambda: judge.logits(passages), at_least=2, seconds=seconds, at_most=20))
    rate = tokens / best * 1000
    yield Figure("judge", rate, "tokens/s", tokens, note=f"{threads} threads, {len(passages)} passages, best run")
    yield Figure("judge, share of int8 peak", 100 * rate * 2 * PARAMETERS / 1e9 / peak.value, "%", tokens)


def passages_of(count: int) -> list[Passage]:
    """Passages with context, no two alike."""
    case = meeting(count + 2, variant=10_000)
    texts = [signal.text or "" for signal in case.signals]
    return [Passage(texts[n], (texts[n + 1], texts[n + 2])) for n in range(count)]


_START = """
import time, resource; began = time.perf_counter()
from verifier.policy import load_policy
from models.runtime import load_judge
from models.judge import Passage
load_policy(); load_judge().judge([Passage("Good morning.")])
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def starting(runs: int = 3) -> Iterator[Figure]:
    """From an empty process to a first answer of the judge, and the memory that this takes."""
    found = [
        subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
        for _ in range(runs)
    ]
    yield milliseconds("start to first answer", [float(seconds) * 1000 for seconds, _ in found])
    yield Figure("memory after the first answer", max(float(kib) for _, kib in found) / 1024, "MiB", runs)
