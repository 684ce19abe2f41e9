"""`takedown-verifier permits`: the keys that sign permits, and permits taken back."""

from __future__ import annotations

import json
from pathlib import Path

import click

from service.cli.operator import operator
from service.cli.options import database_option, signing_keys_option
from service.terminal import safe


@click.group()
def permits() -> None:
    """Rotate and publish signing keys; revoke permits."""


@permits.command(name="rotate-key")
@click.option("--distrust", is_flag=True, help="The old keys are in wrong hands: nothing that they signed counts.")
@database_option
@signing_keys_option
def rotate_key(distrust: bool, database: str, signing_keys: Path) -> None:
    """Sign with a new key from now on. What the old one signed still verifies, unless it is distrusted.

    A service that runs sees the new key by itself. With --distrust, permits that were not redeemed are lost, and
    so are checkpoints: move their file away, so that the service begins a new one.
    """
    from service.audit.log import record
    from service.clock import utc_now
    from service.permits.keys import SigningKeys
    from service.store.opening import open_store

    keys = SigningKeys(signing_keys)
    old = keys.signing[0]
    store = open_store(database)
    try:
        with store.transaction() as session:
            detail = {"replaces": old, "distrust": distrust}
            record(session, at=utc_now(), kind="signing-key.rotated", actor=operator(), subject=old, detail=detail)
            new = keys.rotate(distrust=distrust)  # last, so that no rotation goes without its entry
    finally:
        store.close()
    click.echo(new)


@permits.command(name="public-keys")
@signing_keys_option
def public_keys(signing_keys: Path) -> None:
    """Print the public keys, for gates and auditors: the same as /.well-known/jwks.json."""
    from service.permits.keys import SigningKeys

    if not signing_keys.is_file():
        raise click.UsageError(f"there is no file {safe(str(signing_keys))}")
    click.echo(json.dumps(SigningKeys(signing_keys).jwks(), indent=1))


@permits.command()
@click.argument("jti")
@click.option("--why", required=True, help="The reason, for the audit log.")
@database_option
def revoke(jti: str, why: str, database: str) -> None:
    """Take a permit back, unless it was used already."""
    from service.clock import utc_now
    from service.permits.revoke import revoke as take_back
    from service.permits.token import PermitRefused
    from service.store.opening import open_store

    store = open_store(database)
    try:
        with store.transaction() as session:
            take_back(session, jti, by=operator(), why=why, at=utc_now())
    except (LookupError, PermitRefused) as refused:
        raise click.UsageError(str(refused)) from None
    finally:
        store.close()
    click.echo(f"{safe(jti)} is revoked")
