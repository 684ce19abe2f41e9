"""The certificate: what was promised, on which data, for which versions, under which assumptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from eval.certify.promise import Promise
from eval.scoring.intervals import share, upper_bound
from eval.scoring.records import Record

SCHEMA_VERSION = "1"
ASSUMES = (
    "Cases to come are exchangeable with the calibration cases: the same mix of requests, from the same process.",
    "Calibration cases are independent of each other and of what the model and the policy were fitted on.",
    "Labels are right: `cleared` is acceptable exactly where a person would let the action run.",
    "The promise is about requests that must not be cleared, on average over them, not about any one kind of them.",
)


def certificate(promise: Promise, *, data: dict[str, Any], versions: dict[str, str], loosest: float) -> dict[str, Any]:
    """The certificate as data, ready for JSON."""
    chosen = promise.chosen
    assert chosen is not None
    loose = promise.steps[-1]
    return {
        "schema_version": SCHEMA_VERSION,
        "promise": f"at most {promise.alpha:g} of requests that must not be cleared are cleared, "
        f"with confidence {1 - promise.delta:g}",
        "alpha": promise.alpha,
        "delta": promise.delta,
        "method": "learn then test, fixed sequence, exact binomial",
        "threshold": {"clear_at": promise.threshold, "policy_had": loosest},
        "false_clears": share(chosen.false_clears, promise.must_not).as_json(),
        "upper_bound": promise.bound,
        "auto_clears": share(chosen.auto_cleared, promise.may).as_json(),
        "auto_clears_at_loosest_tested": share(loose.auto_cleared, promise.may).as_json(),
        "steps": [
            {
                "clear_at": s.threshold,
                "false_clears": s.false_clears,
                "p_value": s.p_value,
                "auto_cleared": s.auto_cleared,
            }
            for s in promise.steps
        ],
        "assumes": list(ASSUMES),
        "data": data,
        "versions": versions,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def with_threshold(policy: str, clear_at: float) -> str:
    """A policy's YAML with `clear_at` replaced, comments kept. Raises `ValueError` where it has no such line."""
    text, count = re.subn(r"(?m)^(\s*clear_at:\s*)[0-9.]+", rf"\g<1>{clear_at:g}", policy)
    if count != 1:
        raise ValueError("the policy must have exactly one `clear_at:` line")
    return text


def check(promised: dict[str, Any], records: Sequence[Record], versions: dict[str, str], digest: str) -> dict[str, Any]:
    """Does the promise hold on these records? `kept`: the data do not contradict it at 95 % confidence."""
    must_not = [r for r in records if r.labelled and "cleared" not in r.acceptable]
    errors = sum(r.falsely_cleared for r in must_not)
    found = share(errors, len(must_not), 0.90)
    remarks = []
    if promised["data"]["sha256"] == digest:
        remarks.append("this is the calibration data itself: it proves nothing")
    if changed := [k for k, v in promised["versions"].items() if versions.get(k) != v]:
        remarks.append(f"the certificate is for another {', '.join(changed)}: it does not apply")
    return {
        "promise": promised["promise"],
        "alpha": promised["alpha"],
        "false_clears": share(errors, len(must_not)).as_json(),
        "upper_bound": upper_bound(errors, len(must_not), promised["delta"]) if must_not else None,
        "kept": not must_not or found.low <= promised["alpha"],
        "applies": not remarks,
        "remarks": remarks,
    }
