"""Calls that are the same and come together share one piece of work and its result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any


class Flights:
    """Work under way, by what makes it the same."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def share(self, key: Hashable, begin: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """The result of the work that `key` names, begun now unless it is under way.

        Somebody who goes away does not end it for the others.
        """
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(begin())
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(task)

    def _landed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # heard, also when everybody has gone away
