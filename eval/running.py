"""Running the verifier over many cases: one prediction a case, whatever happens to any of them."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cases import InvalidCase, name_of, parse, unreadable
from models.judge import JudgeUnavailable, MissingJudge, TextJudge
from models.runtime import load_judge
from verifier.policy import Policy, load_policy
from verifier.verify import verify
from verifier.version import VERSION

Prediction = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run is made with; small enough to send to another process."""

    policy: Path | None = None
    model: Path | None = None
    judge_timeout_s: float = 60.0
    judge_threads: int | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """A policy and a text judge, ready to answer."""

    policy: Policy
    judge: TextJudge

    @property
    def versions(self) -> dict[str, str]:
        """What answers."""
        return {"verifier": VERSION, "policy": self.policy.version, "model": self.judge.version}

    def predict(self, line: str, number: int) -> Prediction:
        """The assessment of one line, with `case_id` and `elapsed_ms` (wall time of `verify` alone).

        A line that can't be read, or a case on which the verifier fails, gives disposition `review` and `error`.
        """
        try:
            item = parse(line, number, self.policy.categories)
            began = time.perf_counter()
            assessment = verify(item.case, self.policy, self.judge)
            elapsed = time.perf_counter() - began
        except Exception as error:
            return failure(line, number, error)
        document = assessment.model_dump(mode="json")
        return {"case_id": item.case_id, **document, "elapsed_ms": round(elapsed * 1000, 3)}


def failure(line: str, number: int, error: BaseException) -> Prediction:
    """The prediction for a case that could not be answered: a person decides."""
    said = " ".join(str(error).split())[:2000] or "no message"
    told = unreadable(said, number) if isinstance(error, InvalidCase) else f"{type(error).__name__}: {said}"
    return {
        "case_id": name_of(line, number),
        "disposition": "review",
        "claims": [],
        "pretext": {"score": 0.0, "flagged": False, "indicators": []},
        "error": told.encode("utf-8", "replace").decode(),
        "elapsed_ms": None,
    }


def open_engine(setup: Setup) -> Engine:
    """Load the policy and the judge; without a judge the run goes on, and answers say so."""
    policy = load_policy(setup.policy)
    try:
        judge = load_judge(setup.model, timeout_s=setup.judge_timeout_s, threads=setup.judge_threads)
    except JudgeUnavailable as unavailable:
        judge = MissingJudge(str(unavailable))
    return Engine(policy, judge)


def run(
    numbered: Iterable[tuple[int, str]], setup: Setup, workers: int = 1, engine: Engine | None = None
) -> Iterator[Prediction]:
    """Predict every line, in order. Memory is bounded whatever the length of the input."""
    if workers <= 1:
        engine = engine or open_engine(setup)
        for number, line in numbered:
            yield engine.predict(line, number)
        return
    yield from _in_processes(numbered, setup, workers)


_ENGINE: Engine | None = None


def _start(setup: Setup) -> None:
    global _ENGINE
    _ENGINE = open_engine(setup)


def _predict(line: str, number: int) -> Prediction:
    assert _ENGINE is not None
    return _ENGINE.predict(line, number)


def _pool(setup: Setup, workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(setup,))


def _in_processes(numbered: Iterable[tuple[int, str]], setup: Setup, workers: int) -> Iterator[Prediction]:
    threads = setup.judge_threads or max(1, (os.cpu_count() or workers) // workers)
    setup = Setup(setup.policy, setup.model, setup.judge_timeout_s, threads)
    waiting: deque[tuple[int, str, Future[Prediction]]] = deque()
    pool = _pool(setup, workers)
    try:
        for number, line in numbered:
            waiting.append((number, line, _submit(pool, line, number)))
            if len(waiting) > workers * 4:
                prediction, pool = _take(waiting, pool, setup, workers)
                yield prediction
        while waiting:
            prediction, pool = _take(waiting, pool, setup, workers)
            yield prediction
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, line: str, number: int) -> Future[Prediction]:
    try:
        return pool.submit(_predict, line, number)
    except BrokenProcessPool as broken:
        lost: Future[Prediction] = Future()
        lost.set_exception(broken)
        return lost


def _take(
    waiting: deque[tuple[int, str, Future[Prediction]]], pool: ProcessPoolExecutor, setup: Setup, workers: int
) -> tuple[Prediction, ProcessPoolExecutor]:
    """The next answer. If a worker process died, that case fails and the rest go to new processes."""
    number, line, future = waiting.popleft()
    try:
        return future.result(), pool
    except BrokenProcessPool as broken:
        pool.shutdown(wait=False, cancel_futures=True)
        pool = _pool(setup, workers)
        rest = [(n, text, _submit(pool, text, n)) for n, text, _ in waiting]
        waiting.clear()
        waiting.extend(rest)
        return failure(line, number, broken), pool
    except Exception as error:
        return failure(line, number, error), pool
