"""`takedown-verifier verify`: cases in, assessments out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.exits import OF_DISPOSITION, Exit, most_serious
from service.cli.failure import debugging, sentence
from service.cli.options import model_option, policy_option, timeout_option
from service.engine import CaseVerifier, open_verifier
from service.problems import ProblemDetails, counted, of_invalid_case
from service.terminal import safe, safe_json
from verifier.policy import InvalidPolicy, load_policy
from verifier.problems import MAX_CASE_BYTES, InvalidCase, parse_case

if TYPE_CHECKING:
    from service.cli.report import Explain
    from verifier.assessment import Assessment
    from verifier.case import Case


@click.command(
    epilog="""\b
Examples:
  takedown-verifier verify case.json
  takedown-verifier verify --json case.json | jq .disposition
  cat case.json | takedown-verifier verify --json -
  takedown-verifier verify --json queue/*.json > answers.jsonl

\b
Exit codes:
  0 cleared   3 review   4 hold   2 bad input   1 failure
  Several files: the most serious one (1, then 2, 4, 3, 0)."""
)
@click.argument("cases", nargs=-1, required=True, metavar="CASE.json...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per case on stdout, and nothing else.")
@click.option("--blur", is_flag=True, help="Hide the words of quotes and allegations; keep their shape.")
@click.option("--explain", is_flag=True, help="Name the words of each supporting quote that carried it.")
@policy_option
@model_option
@timeout_option
@click.pass_context
def verify(
    ctx: click.Context,
    cases: tuple[str, ...],
    as_json: bool,
    blur: bool,
    explain: bool,
    policy_file: Path | None,
    model_dir: Path | None,
    judge_timeout_s: float,
) -> None:
    """Verify takedown requests, each a case in a JSON file; `-` reads standard input.

    A labelled case is accepted too: its label is set aside and never looked at.
    """
    try:
        policy = load_policy(policy_file)
    except InvalidPolicy as invalid:
        _complain(
            ProblemDetails("invalid-policy", counted(invalid.problems), invalid.problems),
            str(policy_file),
            as_json,
        )
        ctx.exit(Exit.BAD_INPUT)
    verifier = ctx.obj if ctx.obj is not None else open_verifier(policy, model_dir, timeout_s=judge_timeout_s)
    exits = [
        _verify_one(name, verifier, as_json=as_json, blur=blur, explain=explain, alone=len(cases) == 1, first=n == 0)
        for n, name in enumerate(cases)
    ]
    ctx.exit(most_serious(exits))


def _verify_one(
    name: str, verifier: CaseVerifier, *, as_json: bool, blur: bool, explain: bool, alone: bool, first: bool
) -> Exit:
    try:
        raw = _read(name)
        case = _parse(raw, verifier)
    except ProblemDetails as problem:
        _complain(problem, name, as_json)
        return Exit.BAD_INPUT
    try:
        assessment = verifier.verify(case)
        code = OF_DISPOSITION[assessment.disposition]
        if as_json:
            _print_json(assessment, indent=2 if alone else None)
        else:
            _print_report(case, assessment, blur=blur, explain=verifier.explain if explain else None, first=first)
    except Exception as error:
        if debugging():
            raise
        _complain(ProblemDetails("failed", sentence(error)), name, as_json)
        return Exit.FAILED
    return code


def _read(name: str) -> bytes:
    try:
        with click.open_file(name, "rb") as stream:
            raw: bytes = stream.read(MAX_CASE_BYTES + 1)
    except OSError as error:
        raise ProblemDetails("unreadable-input", f"can't read the file: {error.strerror}") from None
    return raw


def _parse(raw: bytes, verifier: CaseVerifier) -> Case:
    try:
        return parse_case(raw, categories=verifier.policy.categories)
    except InvalidCase as invalid:
        raise of_invalid_case(invalid, raw) from None


def _print_json(assessment: Assessment, *, indent: int | None) -> None:
    document = safe_json(assessment.model_dump_json(indent=indent)) + "\n"
    stdout = sys.stdout.buffer
    stdout.write(document.encode())
    stdout.flush()


def _print_report(case: Case, assessment: Assessment, *, blur: bool, explain: Explain | None, first: bool) -> None:
    from service.cli.report import print_report

    if not first:
        click.echo()
    print_report(case, assessment, file=sys.stdout, blur=blur, explain=explain)


def _complain(problem: ProblemDetails, name: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(problem.document(instance=name)), err=True)
        return
    click.echo(f"{safe(name)}: {problem.title.lower()}: {safe(problem.detail)}", err=True)
    for one in problem.errors:
        click.echo(f"  {safe(one.pointer or '/')}: {safe(one.message)}\n      {safe(one.hint)}", err=True)
