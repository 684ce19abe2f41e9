"""The certificate: what was promised, on which data, for which versions, under which assumptions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from eval.certify.promise import Promise
from eval.scoring.intervals import share, upper_bound
from eval.scoring.records import Record
from models.manifest import NAME, read

SCHEMA_VERSION = "2"
"""Raised where a key changes meaning or goes away."""
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
        "auto_clears_at_policy": share(promise.may_cleared_by_policy, promise.may).as_json(),
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
        "versions": dict(versions),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def with_threshold(policy: str, clear_at: float) -> str:
    """A policy's YAML with `clear_at` replaced, comments kept. Raises `ValueError` where it has no such line."""
    text, count = re.subn(r"(?m)^(\s*clear_at:\s*)[0-9.]+", rf"\g<1>{clear_at:g}", policy)
    if count != 1:
        raise ValueError("the policy must have exactly one `clear_at:` line")
    return text


def with_note(policy: str, document: dict[str, Any]) -> str:
    """A policy's YAML with what was promised of it as comments at its head, in the place of an earlier promise.

    The policy's hash names them along with the rest.
    """
    policy = re.sub(r"\A# Certified [^\n]*\n# clear_at [^\n]*\n# \(sha256 [^\n]*\n", "", policy)
    data = document["data"]
    note = (
        f"# Certified {document['created_at'][:10]}: {document['promise']}.",
        f"# clear_at {document['threshold']['clear_at']:g}, {document['method']}, on {data['cases']} cases",
        f"# (sha256 {data['sha256']}), with model {document['versions']['model']}.",
    )
    return "\n".join((*note, policy))


def note_in_manifest(folder: Path, document: dict[str, Any]) -> None:
    """Put the certificate's essence into a weights folder's manifest, for whoever looks at the weights alone.

    New weights come with a new manifest, so that a promise never outlives what it was made of. Raises
    `click.ClickException` where the folder holds another model than the one that was certified.
    """
    found = read(folder)
    if found.version != document["versions"]["model"]:
        raise click.ClickException(f"{folder} holds {found.version}, not {document['versions']['model']}")
    path = folder / NAME
    body = json.loads(path.read_text(encoding="utf-8"))
    keys = ("promise", "alpha", "delta", "threshold", "upper_bound", "assumes", "data", "versions", "created_at")
    body["certificate"] = {key: document[key] for key in keys}
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


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
