"""`takedown-verifier serve`: the verifier over HTTP."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.exits import Exit
from service.cli.options import model_option, policy_option, timeout_option
from service.loopback import is_loopback
from service.observability.logs import log_config
from service.observability.traces import TracesMissing, open_traces
from service.settings import InvalidSettings, Settings
from verifier.policy import InvalidPolicy

if TYPE_CHECKING:
    from fastapi import FastAPI


@click.command(
    epilog="""\b
Examples:
  takedown-verifier serve
  takedown-verifier serve --port 9000 --policy our-policy.yaml
  takedown-verifier keys create desk --scope requests:submit && takedown-verifier serve --host 0.0.0.0

Further settings come from the environment; docs/api.md lists them. What must last is kept in the database
TAKEDOWN_DATABASE; without it, in takedown.db in this folder."""
)
@click.option("--host", help="Address to listen on.  [env var: TAKEDOWN_HOST; default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port to listen on.  [env var: TAKEDOWN_PORT; default: 8080]",
)
@policy_option
@model_option
@timeout_option
@click.pass_context
def serve(
    ctx: click.Context,
    host: str | None,
    port: int | None,
    policy_file: Path | None,
    model_dir: Path | None,
    judge_timeout_s: float,
) -> None:
    """Serve the verifier over HTTP, with OpenAPI at /docs.

    Without any key only this machine is served, and everything a caller sends is believed.
    """
    # What the command line gives goes before the environment; a value it replaces is not read at all.
    given = {"TAKEDOWN_HOST": host, "TAKEDOWN_PORT": None if port is None else str(port)}
    environ = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
    environ["TAKEDOWN_JUDGE_TIMEOUT_S"] = str(judge_timeout_s)
    try:
        settings = Settings.from_env(environ)
    except InvalidSettings as invalid:
        for problem in invalid.problems:
            click.echo(f"takedown-verifier: {problem}", err=True)
        ctx.exit(Exit.BAD_INPUT)
    settings = replace(settings, policy=policy_file, model_dir=model_dir)
    from sqlalchemy.exc import DBAPIError

    from service.api.app import create_app
    from service.people import InvalidPeople
    from service.permits.keys import InvalidKeyFile
    from service.review.rules import InvalidRules
    from service.store.opening import WrongVersion
    from service.terminal import safe

    try:
        open_traces()
        app = create_app(settings)
    except InvalidPolicy as invalid_policy:
        for one in invalid_policy.problems:
            click.echo(f"takedown-verifier: policy: {one}", err=True)
        ctx.exit(Exit.BAD_INPUT)
    except (InvalidKeyFile, InvalidPeople, InvalidRules, TracesMissing, WrongVersion, OSError) as unusable:
        click.echo(f"takedown-verifier: {safe(str(unusable))}", err=True)
        ctx.exit(Exit.BAD_INPUT)
    except DBAPIError as unreachable:
        click.echo(f"takedown-verifier: the database can't be opened: {safe(str(unreachable.orig))}", err=True)
        ctx.exit(Exit.FAILED)
    local = not app.state.house.keys.any()
    if local and not is_loopback(settings.host):
        app.state.house.store.close()
        click.echo(
            f"takedown-verifier: refusing to listen on {settings.host} without keys: anybody who reaches it "
            "would be believed. Make one (takedown-verifier keys create), set TAKEDOWN_API_KEYS, or listen on "
            "127.0.0.1.",
            err=True,
        )
        ctx.exit(Exit.BAD_INPUT)
    _run(app, settings, local=local)


def _run(app: FastAPI, settings: Settings, *, local: bool) -> None:
    import uvicorn

    if local:
        click.echo(
            "LOCAL MODE: no keys are configured. Callers on this machine are believed in everything they "
            "send.\n"
            "Never put this behind a proxy. Make keys to serve anybody else: takedown-verifier keys create.",
            err=True,
        )
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        server_header=False,
        proxy_headers=False,  # who calls is told by the connection and the key, never by a header
        log_config=log_config(settings.log_format),
    )
