"""Ready means: the text judge has answered a probe. Until then, why not."""

from __future__ import annotations

import asyncio
import logging

from models.judge import JudgeUnavailable
from service.engine import CaseVerifier

log = logging.getLogger("takedown.readiness")

RETRY_S = 15.0
"""Between probes of a judge that failed: soon enough to recover, rarely enough to cost nothing."""


class Readiness:
    """Probes the judge in the background until it answers."""

    def __init__(self, verifier: CaseVerifier) -> None:
        self._verifier = verifier
        self.model_version: str | None = None
        self.reason = "the text judge has not answered a probe yet"

    @property
    def ready(self) -> bool:
        """Whether the judge has answered."""
        return self.model_version is not None

    async def watch(self) -> None:
        """Probe until it answers."""
        while not self.ready:
            await self._probe()
            if not self.ready:
                await asyncio.sleep(RETRY_S)

    async def _probe(self) -> None:
        try:
            self.model_version = await asyncio.to_thread(self._verifier.probe)
        except JudgeUnavailable as unavailable:
            self.reason = str(unavailable)
            log.warning("not ready: %s", self.reason)
        except Exception:
            self.reason = "the probe failed; the service's log says why"
            log.exception("the probe failed")
        else:
            log.info("ready: model %s, policy %s", self.model_version, self._verifier.policy.version)
