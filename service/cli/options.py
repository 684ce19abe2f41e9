"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def policy_option(function: _F) -> _F:
    """`--policy FILE`."""
    return click.option(
        "--policy", "policy_file", type=click.Path(path_type=Path), metavar="FILE",
        envvar="TAKEDOWN_POLICY", show_envvar=True,
        help="Policy in YAML; the default policy when not given.",
    )(function)  # fmt: skip


def model_option(function: _F) -> _F:
    """`--model DIR`."""
    return click.option(
        "--model", "model_dir", type=click.Path(path_type=Path), metavar="DIR",
        envvar="TAKEDOWN_MODEL_DIR", show_envvar=True,
        help="Folder of the text judge; the shipped one when not given.",
    )(function)  # fmt: skip


def timeout_option(function: _F) -> _F:
    """`--judge-timeout SECONDS`."""
    return click.option(
        "--judge-timeout", "judge_timeout_s", type=click.FloatRange(min=0, min_open=True), default=15.0,
        envvar="TAKEDOWN_JUDGE_TIMEOUT_S", show_envvar=True, show_default=True, metavar="SECONDS",
        help="Give up on the text judge after this long; the answer is then `review`.",
    )(function)  # fmt: skip
