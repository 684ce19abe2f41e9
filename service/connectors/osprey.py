"""Results of Osprey's rules (https://github.com/roostorg/osprey), as `docs/examples/osprey_sink.py` sends them.

Osprey runs rules over events and knows no meetings. What a result means for one is said by its rules, in features of
these names: `TakedownMeeting`, `TakedownParticipant`, `TakedownCategory`, `TakedownScore`. A feature whose rule failed
or did not apply is null there, and nothing follows from it here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from service.connectors.observed import NotUnderstood, Observed
from service.connectors.reading import moment, optional_text, part, short, text
from verifier.case import DEFAULT_CATEGORIES, Signal

MAX_VERDICTS = 20


def observed(result: Mapping[str, Any]) -> Observed | None:
    """What a result tells; None when it is about no meeting, or names no category. Raises `NotUnderstood`.

    A rule without a probability gives none here either: such a signal is shown to people and supports nothing.
    """
    features, action = part(result, "extracted_features"), part(result, "action")
    meeting_id, category = (optional_text(features, f"Takedown{name}") for name in ("Meeting", "Category"))
    if meeting_id is None or category is None:
        return None
    if category not in DEFAULT_CATEGORIES:
        raise NotUnderstood("TakedownCategory is no category of ours")
    when = moment(action, "timestamp")
    if when is None:
        raise NotUnderstood("no time in timestamp")
    name = text(action, "action_name")
    found = Signal(
        signal_id=f"osprey-{text(action, 'action_id')}-{category}",
        kind="classifier",
        observed_at=when,
        participant_id=short(optional_text(features, "TakedownParticipant")),
        category=category,
        score=_score(features.get("TakedownScore")),
        source=f"osprey:{name}"[:200],
        details={"event": name[:200], "verdicts": _verdicts(result.get("verdicts"))},
    )
    return Observed(meeting_id, signals=(found,))


def _score(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise NotUnderstood("TakedownScore is no probability")
    return float(value)


def _verdicts(value: Any) -> list[str]:
    given = value if isinstance(value, list) else []
    return [one[:100] for one in given[:MAX_VERDICTS] if isinstance(one, str)]
