"""Meetings of any length, out of the texts of the sample: real sentences in many languages, none twice."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from functools import cache
from pathlib import Path

from eval.cases import lines, parse
from verifier.case import Case

SAMPLE = Path(__file__).parents[1] / "data" / "takedownbench_sample.jsonl.gz"


@cache
def sample() -> tuple[Case, ...]:
    """The cases of the sample."""
    return tuple(parse(line, n).case for n, line in enumerate(lines(SAMPLE), 1))


def meeting(turns: int, *, claims: int = 2, reports: int = 2, exhibits: int = 1, variant: int = 0) -> Case:
    """A case with so many turns, claims, reports and exhibits; another `variant` shares no sentence with this one."""
    base = next(case for case in sample() if case.signals and case.meeting.participants and case.request.claims)
    start = base.meeting.started_at or base.request.submitted_at - timedelta(hours=2)
    document = json.loads(base.model_dump_json())
    people = [one["participant_id"] for one in document["meeting"]["participants"]]
    texts = itertools.cycle(_texts())
    document["signals"] = [
        {
            "signal_id": f"turn-{n}",
            "kind": "chat" if n % 5 == 0 else "transcript",
            "observed_at": (start + timedelta(seconds=7200 * n / turns)).isoformat(),
            "participant_id": people[n % len(people)],
            "text": f"{next(texts)} ({variant}.{n})",
            "language": "en",
        }
        for n in range(turns)
    ]
    document["request"]["claims"] = [
        {**document["request"]["claims"][0], "claim_id": f"claim-{n}", "category": category}
        for n, category in zip(range(claims), itertools.cycle(["terrorism", "hate_speech", "harassment"]), strict=False)
    ]
    document["reports"] = [
        {"report_id": f"report-{n}", "submitted_at": (start + timedelta(minutes=n % 90)).isoformat(),
         "text": f"{next(texts)} [{variant}.{n}]"}
        for n in range(reports)
    ]  # fmt: skip
    document["request"]["evidence"] = [
        {"evidence_id": f"exhibit-{n}", "kind": "other", "text": f"{next(texts)} <{variant}.{n}>"}
        for n in range(exhibits)
    ]
    document["request"]["request_id"] = f"perf-{turns}-{reports}-{exhibits}-{variant}"
    return Case.model_validate_json(json.dumps(document))


@cache
def _texts() -> tuple[str, ...]:
    return tuple(dict.fromkeys(signal.text for case in sample() for signal in case.signals if signal.text))
