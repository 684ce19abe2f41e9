"""Finishes what was received and never answered, because the process ended in between."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from service.api.house import House
from service.problems import ProblemDetails
from service.requests.assess import assess

log = logging.getLogger("takedown.resume")

PAUSE_S = 2.0
"""While all workers are busy; whoever asks now goes first."""


async def finish_unanswered(house: House) -> None:
    """Assess every request that was recorded without an answer. One that another process answers meanwhile is left."""
    for request_id in await asyncio.to_thread(house.requests.unanswered):
        while True:
            try:
                await house.pool.run(partial(_finish, house, request_id))
                log.info("request that was received earlier is answered now")
            except ProblemDetails:
                await asyncio.sleep(PAUSE_S)
                continue
            except Exception:
                log.exception("a request that was received earlier could not be answered; it stays received")
            break


def _finish(house: House, request_id: str) -> None:
    house.requests.settle(request_id, assess(house.requests.stated(request_id), house.verifier))
