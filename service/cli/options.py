"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
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


def database_option(function: _F) -> _F:
    """`--database URL`."""
    return click.option(
        "--database", metavar="URL", default="sqlite:///takedown.db",
        envvar="TAKEDOWN_DATABASE", show_envvar=True, show_default=True,
        help="Where everything is kept.",
    )(function)  # fmt: skip


def signing_keys_option(function: _F) -> _F:
    """`--signing-keys FILE`."""
    return click.option(
        "--signing-keys", type=click.Path(path_type=Path), default=Path("takedown-permit-keys.json"), metavar="FILE",
        envvar="TAKEDOWN_PERMIT_KEYS", show_envvar=True, show_default=True,
        help="The keys that sign permits and checkpoints.",
    )(function)  # fmt: skip


def duration(value: str) -> timedelta:
    """A length of time, as an option's type: `90d`, `12h`, `30m`."""
    found = re.fullmatch(r"([0-9]{1,5})([dhm])", value)
    if found is None:
        raise click.BadParameter("give a whole number of days, hours or minutes: 90d, 12h, 30m")
    unit = {"d": "days", "h": "hours", "m": "minutes"}[found[2]]
    return timedelta(**{unit: int(found[1])})
