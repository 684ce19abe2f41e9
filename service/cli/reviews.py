"""`takedown-verifier reviews`: golden cases, export of decided cases, transparency report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.exits import Exit
from service.cli.options import database_option, model_option, policy_option, timeout_option
from service.cli.people import directory_option
from service.terminal import safe

if TYPE_CHECKING:
    from service.people import People
    from service.store.base import Store


@click.group()
def reviews() -> None:
    """Look after the review queue: golden cases, export of decided cases, transparency report."""


@reviews.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True), metavar="CASE.json...")
@directory_option
@database_option
@policy_option
@model_option
@timeout_option
@click.pass_context
def golden(
    ctx: click.Context, files: tuple[Path, ...], directory: Callable[[], People], database: str,
    policy_file: Path | None, model_dir: Path | None, judge_timeout_s: float,
) -> None:  # fmt: skip
    """Put labelled cases among the others; reviewers can't tell, and nothing follows from their answers."""
    from service.clock import utc_now
    from service.engine import open_verifier
    from service.review.golden import seed
    from service.review.office import Office
    from service.review.rules import load_rules
    from verifier.case import LabelledCase
    from verifier.policy import load_policy

    verifier = open_verifier(load_policy(policy_file), model_dir, timeout_s=judge_timeout_s)
    store = _open(database)
    try:
        office = Office(store, directory(), load_rules(), utc_now)
        for file in files:
            labelled = LabelledCase.model_validate_json(file.read_bytes(), strict=False)
            review = seed(office, labelled, verifier.verify)
            click.echo(f"{review.review_id}  {safe(str(file))}")
    except ValueError as error:
        click.echo(safe(str(error)), err=True)
        ctx.exit(Exit.BAD_INPUT)
    finally:
        store.close()


@reviews.command()
@click.option("--use", type=click.Choice(["evaluation", "training"]), help="Only what may be used for this.")
@database_option
def export(use: str | None, database: str) -> None:
    """Decided cases as labelled cases, one JSON object a line, on standard output."""
    from service.review.learning import labelled

    store = _open(database)
    try:
        with store.reading() as session:
            for case in labelled(session):
                if use is None or f"use:{use}" in case["slices"]:
                    sys.stdout.write(json.dumps(case, ensure_ascii=True) + "\n")
    finally:
        store.close()


@reviews.command()
@click.option("--days", type=click.IntRange(1, 3660), default=180, show_default=True, help="Up to now.")
@database_option
def report(days: int, database: str) -> None:
    """The transparency report as CSV, on standard output."""
    from service.review.transparency import as_csv
    from service.review.transparency import report as make

    until = datetime.now(UTC)
    store = _open(database)
    try:
        with store.reading() as session:
            sys.stdout.write(as_csv(make(session, until - timedelta(days=days), until)))
    finally:
        store.close()


def _open(database: str) -> Store:
    from service.store.opening import open_store

    return open_store(database)
