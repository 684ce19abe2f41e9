"""Small cases for the indicators' worked examples: a neighbours' meeting, complete record, nothing wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from verifier.case import Account, Case, Evidence, Report

START = datetime(2025, 5, 20, 18, 0, tzinfo=UTC)
TALK = (
    ("p1", "good evening everybody, the first item is the playground and the second is the hedge"),
    ("p2", "the hedge is too high again, we should ask the council to cut it before summer"),
    ("p3", "nobody should touch the old tree, we will not burn the shed, that is not how we do things"),
    ("p4", "i can bring the ladder on saturday if somebody else brings the shears"),
    ("p1", "thank you all, the minutes will be sent around by the end of the week"),
)


def account(
    name: str, *, days: int = 900, network: str | None = None, device: str | None = None, **more: Any
) -> Account:
    """An account made `days` days before the meeting, on a network and device of its own unless told."""
    values: dict[str, Any] = {
        "account_id": f"a-{name}",
        "created_at": START - timedelta(days=days),
        "country": "NL",
        "email_domain": "club.example",
        "network_id": network or f"n-{name}",
        "device_id": device or f"d-{name}",
    }
    return Account(**(values | more))


def report(
    name: str, text: str, *, minutes: int = 40, present: bool | None = False, who: Account | None = None
) -> Report:
    """A report some minutes into the meeting."""
    return Report(
        report_id=f"r-{name}",
        submitted_at=START + timedelta(minutes=minutes),
        reporter=who or account(name),
        reporter_in_meeting=present,
        text=text,
    )


def exhibit(name: str, kind: str, text: str, *, minutes: int = 35, author: Account | None = None) -> Evidence:
    """An exhibit captured some minutes into the meeting."""
    values = {"captured_at": START + timedelta(minutes=minutes), "author": author}
    return Evidence.model_validate({"evidence_id": f"e-{name}", "kind": kind, "text": text, **values})


def sketch(
    *,
    request: dict[str, Any] | None = None,
    claim: dict[str, Any] | None = None,
    meeting: dict[str, Any] | None = None,
    **parts: Any,
) -> Case:
    """A case in which the host is wrongly said to have made a threat; the parts given replace its own."""
    people = [
        {
            "participant_id": f"p{n}",
            "display_name": name,
            "role": role,
            "joined_at": START,
            "account": account(f"p{n}"),
        }
        for n, (name, role) in enumerate(
            [
                ("Joke Visser", "host"),
                ("Bram", "attendee"),
                ("Sanne de Wit", "attendee"),
                ("Kees", "attendee"),
            ],
            1,
        )
    ]
    asked = START + timedelta(minutes=62)
    base: dict[str, Any] = {
        "request": {
            "request_id": "REQ-1",
            "submitted_at": asked,
            "requester": {"actor_id": "agent-1", "role": "support_agent"},
            "target": {"kind": "meeting", "meeting_id": "m-1"},
            "action": "end_meeting",
            "claims": ({"claim_id": "c1", "category": "violent_threat", "narrative": "The host threatened people.",
                        "participant_ids": ("p1",), "occurred_at": START + timedelta(minutes=30)} | (claim or {}),),
        }
        | (request or {}),
        "meeting": {
            "meeting_id": "m-1",
            "title": "Neighbours",
            "language": "en",
            "scheduled_start": START,
            "scheduled_end": START + timedelta(minutes=60),
            "started_at": START,
            "ended_at": START + timedelta(minutes=60),
            "host_account": account("p1"),
            "participants": tuple(people),
            "coverage": tuple(
                {"kind": kind, "start": START, "end": START + timedelta(minutes=60)} for kind in ("transcript", "chat")
            ),
        }
        | (meeting or {}),
        "signals": tuple(
            {"signal_id": f"s{n}", "kind": "transcript", "observed_at": START + timedelta(minutes=6 * n),
             "participant_id": who, "text": text, "language": "en"}
            for n, (who, text) in enumerate(TALK)
        ),
    }  # fmt: skip
    return Case.model_validate(base | parts)
