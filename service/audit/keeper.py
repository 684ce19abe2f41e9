"""Signs checkpoints while the service runs, and says so loudly when the log is not as it was written."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from service.audit.chain import START, BadEntry, Link
from service.audit.checkpoints import BadCheckpoint, append_checkpoint, read_checkpoints, sign_checkpoint
from service.audit.inspect import inspect
from service.clock import Clock
from service.permits.keys import SigningKeys
from service.store.base import Store

log = logging.getLogger("takedown.audit")

EVERY_S = 10.0
"""A tail that is cut within this time, with the head set to match, is the most that can go unseen."""


class Keeper:
    """Follows the log from checkpoint to checkpoint."""

    def __init__(
        self,
        store: Store,
        keys: SigningKeys,
        clock: Clock,
        path: Path,
        witness: Callable[[int, str], None] = lambda seq, token: None,
    ) -> None:
        """Checkpoints go to `path`, and each one with its number of entries to the `witness`."""
        self._store = store
        self._keys = keys
        self._clock = clock
        self._path = path
        self._witness = witness
        self._last: Link | None = None
        self._one_at_a_time = threading.Lock()
        self.broken: str | None = None
        """What is wrong with the log, once something is; only people can put that right."""

    def once(self) -> Link:
        """Check what was added since the last checkpoint and sign it. Raises `BadEntry` or `BadCheckpoint`."""
        with self._one_at_a_time:
            return self._once()

    def _once(self) -> Link:
        if self._last is None:
            points = read_checkpoints(self._path, self._keys.public)
            self._last = points[-1].link if points else START
        with self._store.reading() as session:
            link = inspect(session, start=self._last)
        if link != self._last:
            token = sign_checkpoint(link, self._clock(), self._keys)
            append_checkpoint(self._path, token)
            self._last = link
            self._witness(link[0], token)
        return link

    async def watch(self) -> None:
        """Go on until cancelled; sign once more then."""
        try:
            while self.broken is None:
                await asyncio.to_thread(self._try)
                await asyncio.sleep(EVERY_S)
        finally:
            if self.broken is None:
                self._try()

    def _try(self) -> None:
        try:
            self.once()
        except (BadEntry, BadCheckpoint) as found:
            self.broken = f"the audit log is not as it was written: {found}"
            log.critical("%s", self.broken)
        except (SQLAlchemyError, OSError):
            log.exception("no checkpoint could be written; trying again")
