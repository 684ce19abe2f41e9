"""`takedown-verifier policy`: check and show policies."""

from __future__ import annotations

import json
from pathlib import Path

import click

from service.cli.exits import Exit
from service.cli.options import policy_option
from service.terminal import safe
from verifier.policy import InvalidPolicy, Policy, load_policy


@click.group()
def policy() -> None:
    """Check a policy file, or show the policy in force."""


@policy.command(epilog="Example: takedown-verifier policy check our-policy.yaml")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Validate policy files: every problem with its place, or the version.

    Exit code 2 when a file is not valid.
    """
    ctx.exit(max(_check_one(path) for path in files))


@policy.command(epilog="Example: takedown-verifier policy show --json")
@policy_option
@click.option("--json", "as_json", is_flag=True, help="JSON instead of YAML.")
@click.pass_context
def show(ctx: click.Context, policy_file: Path | None, as_json: bool) -> None:
    """Print the policy in force, complete and resolved."""
    try:
        loaded = load_policy(policy_file)
    except InvalidPolicy as invalid:
        _complain(policy_file, invalid)
        ctx.exit(Exit.BAD_INPUT)
    click.echo(_as_json(loaded) if as_json else _as_yaml(loaded))


def _check_one(path: Path) -> Exit:
    try:
        loaded = load_policy(path)
    except InvalidPolicy as invalid:
        _complain(path, invalid)
        return Exit.BAD_INPUT
    click.echo(f"{safe(str(path))}: valid, {len(loaded.categories)} categories, version {loaded.version}")
    return Exit.CLEARED


def _complain(path: Path | None, invalid: InvalidPolicy) -> None:
    for problem in invalid.problems:
        click.echo(
            f"{safe(str(path or 'default policy'))}: {safe(problem.pointer or '/')}: {safe(problem.message)}"
            f"\n    {safe(problem.hint)}",
            err=True,
        )


def _as_json(loaded: Policy) -> str:
    return json.dumps(loaded.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False)


def _as_yaml(loaded: Policy) -> str:
    import yaml

    document = loaded.model_dump(mode="json", by_alias=True)
    version = document.pop("version")
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return f"# version: {version}\n{text}".rstrip()
