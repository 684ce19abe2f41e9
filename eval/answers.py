"""Answers of an earlier run, used again where versions and the very case are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from eval.cases import lines
from eval.running import Prediction
from verifier.case import Case
from verifier.verify import case_digest

Answers = Mapping[str, Prediction]
"""Case id to prediction."""


def kept(path: Path, versions: Mapping[str, str]) -> dict[str, Prediction]:
    """What a predictions file holds under these versions; failures and a last line cut short are left out."""
    found: dict[str, Prediction] = {}
    for line in lines(path) if path.exists() else ():
        try:
            prediction = json.loads(line)
        except ValueError:
            continue
        if prediction.get("versions") == versions and not prediction.get("error"):
            found[prediction["case_id"]] = prediction
    return found


def of(case_id: str, case: Case, answers: Answers) -> Prediction | None:
    """The answer for this case, if there is one: its id alone doesn't tell, its content does."""
    found = answers.get(case_id)
    return found if found is not None and found.get("case_digest") == case_digest(case) else None
