"""`takedown-verifier gate`: runs a command only with a valid permit, which it uses up."""

from __future__ import annotations

import os
import shutil

import click

from service.terminal import safe

REFUSED = 126
"""As shells say: the command was found and may not be run."""
NOT_FOUND = 127


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="""\b
Example:
  takedown-verifier gate --permit "$PERMIT" --action end_meeting --target meeting:m1 -- ./end-meeting.sh

\b
Exit codes:
  that of the command; 126 when there is no permit for it, 127 when it is not found.

The command finds TAKEDOWN_ACTION, TAKEDOWN_TARGET and TAKEDOWN_REQUEST_ID in its environment, and should act on
these alone.""",
)
@click.option("--permit", required=True, envvar="TAKEDOWN_PERMIT", show_envvar=True, help="The permit.")
@click.option("--action", required=True, help="What the command does, for example end_meeting.")
@click.option("--target", required=True, help="To what, for example meeting:ID or participant:MEETING/ID.")
@click.option("--url", default="http://127.0.0.1:8080", envvar="TAKEDOWN_URL", show_envvar=True, show_default=True,
              help="Where the service is.")  # fmt: skip
@click.argument("command", nargs=-1, required=True, metavar="-- COMMAND...")
@click.pass_context
def gate(ctx: click.Context, permit: str, action: str, target: str, url: str, command: tuple[str, ...]) -> None:
    """Run COMMAND only if the permit is for this action on this target, and was not used before.

    The key for the service (scope permits:redeem) comes from TAKEDOWN_GATE_KEY. Without an answer from the
    service nothing runs.
    """
    from service.client import Gate, NotAuthorized

    program = shutil.which(command[0])
    if program is None:  # before the permit is used up
        click.echo(f"takedown-verifier: {safe(command[0])} is not found; the permit was not used", err=True)
        ctx.exit(NOT_FOUND)
    try:
        opened = Gate(url, os.environ.get("TAKEDOWN_GATE_KEY"))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        said = opened.authorize(action, target, permit)
    except NotAuthorized as refused:
        click.echo(f"takedown-verifier: not run ({safe(refused.reason)}): {safe(str(refused))}", err=True)
        ctx.exit(REFUSED)
    finally:
        opened.close()
    secrets = ("TAKEDOWN_GATE_KEY", "TAKEDOWN_PERMIT")
    environ = {name: value for name, value in os.environ.items() if name not in secrets}
    environ |= {"TAKEDOWN_ACTION": action, "TAKEDOWN_TARGET": target, "TAKEDOWN_REQUEST_ID": said.request_id}
    os.execve(program, command, environ)  # noqa: S606 - running it, without a shell, is what the gate is for
