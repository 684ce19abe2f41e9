"""A few workers and a short queue: who comes when both are full is told so at once."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from service.problems import ProblemDetails

_T = TypeVar("_T")

RETRY_AFTER_S = 2
"""A verification takes about half a second; a short queue is empty by then."""


class WorkPool:
    """Runs CPU-bound work in threads, never more than was asked for."""

    def __init__(self, workers: int, waiting: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="verification")
        self._places = threading.BoundedSemaphore(workers + waiting)

    async def run(self, work: Callable[[], _T]) -> _T:
        """The result of `work`. Raises a problem, and does not begin, when there is no place.

        It runs in the caller's context, so that its log lines and spans belong to the call. A caller
        who goes away does not free its place before its work has ended.
        """
        if not self._places.acquire(blocking=False):
            raise overloaded()
        try:
            job: Future[_T] = self._executor.submit(contextvars.copy_context().run, work)
        except BaseException:
            self._places.release()
            raise
        job.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(job)

    def close(self) -> None:
        """Take no more work; what has begun is finished, since what it records must be whole."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def overloaded() -> ProblemDetails:
    """The answer to one too many."""
    return ProblemDetails(
        "overloaded",
        "All workers are busy and the queue is full, or too much is being sent at once. "
        "Nothing was decided; send the same request again.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
