"""Which verifier, policy and model would answer."""

from __future__ import annotations

import os
from pathlib import Path

import verifier
from models.judge import JudgeUnavailable
from service.engine import open_verifier
from service.terminal import safe
from verifier.policy import InvalidPolicy, load_policy


def version_lines() -> list[str]:
    """One line each; what can't be loaded says why."""
    lines = [f"takedown-verifier {verifier.__version__}"]
    try:
        policy = load_policy(_path("TAKEDOWN_POLICY"))
    except InvalidPolicy as invalid:
        return [*lines, f"policy    not valid: {safe(str(invalid))}"]
    lines.append(f"policy    {policy.version}")
    try:
        model = open_verifier(policy, _path("TAKEDOWN_MODEL_DIR")).probe()
    except JudgeUnavailable as unavailable:
        model = f"unavailable: {safe(str(unavailable))}"
    return [*lines, f"model     {model}"]


def _path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None
