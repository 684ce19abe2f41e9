"""`takedown-verifier audit`: the log out of the database, checked, and decisions computed again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from service.cli.exits import Exit
from service.cli.operator import operator
from service.cli.options import database_option, model_option, policy_option, signing_keys_option
from service.terminal import safe

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from service.store.base import Store

_F = TypeVar("_F", bound=Callable[..., Any])


def checkpoints_option(function: _F) -> _F:
    """`--checkpoints FILE`."""
    return click.option(
        "--checkpoints", type=click.Path(path_type=Path), default=Path("takedown-checkpoints.txt"),
        envvar="TAKEDOWN_CHECKPOINTS", show_envvar=True, show_default=True, help="Where signed checkpoints are kept.",
    )(function)  # fmt: skip


@click.group()
def audit() -> None:
    """Export the audit log, check it, and compute past decisions again."""


@audit.command(epilog="Example: takedown-verifier audit export --out log.jsonl")
@click.option("--out", type=click.Path(path_type=Path), help="A file; standard output when not given.")
@database_option
@signing_keys_option
@click.pass_context
def export(ctx: click.Context, out: Path | None, database: str, signing_keys: Path) -> None:
    """Write every entry, one a line, and a signed last line. A log that was changed is not signed."""
    from service.audit.chain import BadEntry
    from service.audit.export import export as lines
    from service.audit.log import record
    from service.clock import utc_now
    from service.permits.keys import SigningKeys

    keys = SigningKeys(_existing(signing_keys))
    with _store(database) as store:
        with store.transaction() as session:
            record(session, at=utc_now(), kind="audit.exported", actor=operator(), subject="audit", detail={})
        try:
            with store.reading() as session, click.open_file(str(out or "-"), "w", encoding="ascii") as to:
                for line in lines(session, utc_now(), keys):
                    to.write(line + "\n")
        except BadEntry as bad:
            _say_bad(bad)
            ctx.exit(Exit.FAILED)


@audit.command(
    epilog="""\b
Examples:
  takedown-verifier audit verify log.jsonl --public-key keys.json     an export, with nothing else
  takedown-verifier audit verify                                      the database and its checkpoints

Exit codes: 0 as it was written, 1 not, 2 can't be read."""
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--public-key", type=click.Path(path_type=Path), help="JWK set (as the service publishes it) or PEM.")
@checkpoints_option
@database_option
@signing_keys_option
@click.pass_context
def verify(
    ctx: click.Context, file: Path | None, public_key: Path | None, checkpoints: Path, database: str, signing_keys: Path
) -> None:
    """Check an export, or the database when no FILE is given; names the first bad entry."""
    from service.audit.chain import BadEntry
    from service.audit.checkpoints import BadCheckpoint

    keys = _public(public_key or signing_keys)
    try:
        seq, last = _verify_file(file, keys) if file else _verify_database(database, checkpoints, keys)
    except (BadEntry, BadCheckpoint) as bad:
        _say_bad(bad)
        ctx.exit(Exit.FAILED)
    click.echo(f"{seq:,} entries, as they were written; the last has the hash {last}")


@audit.command()
@checkpoints_option
@database_option
@signing_keys_option
@click.pass_context
def checkpoint(ctx: click.Context, checkpoints: Path, database: str, signing_keys: Path) -> None:
    """Check what was added since the last checkpoint, sign it, and print the new checkpoint."""
    from service.audit.chain import BadEntry
    from service.audit.checkpoints import BadCheckpoint
    from service.audit.keeper import Keeper
    from service.clock import utc_now
    from service.permits.keys import SigningKeys

    with _store(database) as store:
        try:
            keys = SigningKeys(_existing(signing_keys))
            Keeper(store, keys, utc_now, checkpoints, lambda _, token: click.echo(token)).once()
        except (BadEntry, BadCheckpoint) as bad:
            _say_bad(bad)
            ctx.exit(Exit.FAILED)


@audit.command(
    epilog="""\b
Example: takedown-verifier audit replay REQ-77120

Exit codes: 0 the same answer, 1 another one, 2 nothing to compute it from."""
)
@click.argument("request_id", metavar="REQUEST")
@database_option
@policy_option
@model_option
@click.pass_context
def replay(
    ctx: click.Context, request_id: str, database: str, policy_file: Path | None, model_dir: Path | None
) -> None:
    """Compute a past decision again from its record, and compare it with what was answered and logged."""
    from service.engine import open_verifier
    from service.requests.replay import NotReplayable
    from service.requests.replay import replay as compute
    from verifier.policy import InvalidPolicy, load_policy

    try:
        verifier = ctx.obj if ctx.obj is not None else open_verifier(load_policy(policy_file), model_dir)
        with _store(database) as store:
            done = compute(store, request_id, verifier)
    except (NotReplayable, InvalidPolicy) as error:
        raise click.UsageError(str(error)) from None
    for name in sorted(done.recorded.keys() | done.now.keys()):
        then, now = done.recorded.get(name, "none"), done.now.get(name, "none")
        click.echo(f"{name}: {safe(then)}" + ("" if then == now else f", now {safe(now)}"))
    for difference in done.differences:
        click.echo(f"differs: {safe(difference)}", err=True)
    click.echo("the same answer" if done.same else "NOT the same answer")
    ctx.exit(Exit.CLEARED if done.same else Exit.FAILED)


def _verify_file(file: Path, keys: Mapping[str, Ed25519PublicKey]) -> tuple[int, str]:
    from service.audit.export import verify_export

    with click.open_file(str(_existing(file)) if str(file) != "-" else "-", "rb") as lines:
        return verify_export(lines, keys)


def _verify_database(database: str, points: Path, keys: Mapping[str, Ed25519PublicKey]) -> tuple[int, str]:
    from service.audit.checkpoints import read_checkpoints
    from service.audit.inspect import inspect

    found = read_checkpoints(points, keys)
    if not found:
        click.echo(f"no checkpoints in {safe(str(points))}: a cut tail may not show", err=True)
    with _store(database) as store, store.reading() as session:
        return inspect(session, found)


def _public(path: Path) -> Mapping[str, Ed25519PublicKey]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from jwt.algorithms import OKPAlgorithm

    from service.permits.keys import InvalidKeyFile, public_keys, thumbprint

    raw = _existing(path).read_bytes()
    try:
        if raw.lstrip().startswith(b"{"):
            return public_keys(json.loads(raw))
        key = load_pem_public_key(raw)
    except (ValueError, InvalidKeyFile):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise click.UsageError(f"{safe(str(path))} holds no Ed25519 public key, as a JWK set or PEM")
    return {thumbprint(OKPAlgorithm.to_jwk(key, as_dict=True)): key}


@contextlib.contextmanager
def _store(database: str) -> Iterator[Store]:
    """The database, which must be there: an empty one verifies, and means nothing."""
    from sqlalchemy.engine import make_url

    from service.store.opening import open_store

    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        _existing(Path(url.database or ""))
    store = open_store(database)
    try:
        yield store
    finally:
        store.close()


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise click.UsageError(f"there is no file {safe(str(path))}")
    return path


def _say_bad(bad: Exception) -> None:
    click.echo(f"NOT as it was written: {safe(str(bad))}", err=True)
