"""An output sink for Osprey (https://github.com/roostorg/osprey): what its rules find in meetings becomes telemetry.

Put this file among your Osprey plugins, set TAKEDOWN_URL and TAKEDOWN_KEY (scope `telemetry:write`), and let rules say
which meeting a result is about, for example of events that a classifier sends:

    TakedownMeeting: Optional[str] = JsonData(path='$.meeting_id', required=False)
    TakedownParticipant: Optional[str] = JsonData(path='$.participant_id', required=False)
    TakedownCategory: Optional[str] = JsonData(path='$.classifier.category', required=False)
    TakedownScore: Optional[float] = JsonData(path='$.classifier.probability', required=False)

Osprey's own documentation has the last word on how rules are written. Leave the score out where a rule counts what
users report, or anything else that is no probability: it is then shown to people and supports nothing. What can't be
delivered after three attempts is lost, and counted by Osprey; nobody claims coverage for it, so its absence speaks for
nothing.
"""

import json
import os
import urllib.request
from collections.abc import Sequence
from typing import Any

from osprey.engine.executor.execution_context import ExecutionResult
from osprey.worker.adaptor.plugin_manager import hookimpl_osprey
from osprey.worker.lib.config import Config
from osprey.worker.sinks.sink.output_sink import BaseOutputSink

FEATURES = ("TakedownMeeting", "TakedownParticipant", "TakedownCategory", "TakedownScore")
"""Nothing else of a result leaves Osprey: other features may hold what users wrote."""


class TakedownSink(BaseOutputSink):
    """Sends results that name a meeting and a category to the verifier."""

    timeout = 2.0
    max_retries = 2  # the same result again is the same signal: its id is made of the action's

    def __init__(self, url: str, key: str) -> None:
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise ValueError("TAKEDOWN_URL must begin with https://")
        self._url, self._key = url.rstrip("/") + "/v1/connectors/osprey", key

    def will_do_work(self, result: ExecutionResult) -> bool:
        """Whether a rule said which meeting this is about, and what it points to."""
        features = result.extracted_features
        return bool(features.get("TakedownMeeting")) and bool(features.get("TakedownCategory"))

    def push(self, result: ExecutionResult) -> None:
        """Send one result; what goes wrong is raised, so that Osprey tries again and counts it."""
        call = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._url, json.dumps(document(result)).encode(), method="POST",
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )  # fmt: skip
        with urllib.request.urlopen(call, timeout=self.timeout) as answer:  # noqa: S310
            answer.read(1)

    def stop(self) -> None:
        """Nothing is kept."""


def document(result: ExecutionResult) -> dict[str, Any]:
    """What is sent."""
    action = result.action
    return {
        "action": {
            "action_id": action.action_id,
            "action_name": action.action_name,
            "timestamp": action.timestamp.isoformat(),
        },
        "extracted_features": {name: result.extracted_features.get(name) for name in FEATURES},
        "verdicts": [effect.verdict for effect in result.verdicts],
    }


@hookimpl_osprey
def register_output_sinks(config: Config) -> Sequence[BaseOutputSink]:
    """Beside the sinks that you have."""
    return [TakedownSink(os.environ["TAKEDOWN_URL"], os.environ["TAKEDOWN_KEY"])]
