"""How often a key may call. Counted in this process: replicas each count for themselves."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.keys.callers import Caller
from service.problems import ProblemDetails


class Rates:
    """Counts calls per key over a moving minute."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute`: for keys that have no limit of their own."""
        self._default = per_minute
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, caller: Caller) -> None:
        """Count one call. Raises a problem with `Retry-After` for one too many; local callers are not counted."""
        if caller.key_id is None:
            return
        limit = RateLimitItemPerMinute(caller.rate_per_minute or self._default)
        if not self._limiter.hit(limit, caller.key_id):
            wait = self._limiter.get_window_stats(limit, caller.key_id).reset_time - time.time()
            raise ProblemDetails(
                "too-many-calls",
                f"This key may call {limit.amount} times a minute. Nothing was decided; call again later.",
                headers={"Retry-After": str(max(1, math.ceil(wait)))},
            )
