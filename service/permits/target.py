"""The one name of a target, as permits and gates write it: `meeting:ID`, `account:ID`, `participant:MEETING/ID`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


def target_name(target: Mapping[str, Any]) -> str:
    """The name of a case's target. Two targets never share one: what separates is escaped inside ids."""
    kind = str(target["kind"])
    if kind == "participant":
        return f"participant:{_escaped(target['meeting_id'])}/{_escaped(target['participant_id'])}"
    return f"{kind}:{_escaped(target['account_id' if kind == 'account' else 'meeting_id'])}"


def _escaped(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise ValueError("the target has no id")
    return quote(name, safe=":@")
