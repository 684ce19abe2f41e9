"""`takedown-verifier keys`: who may call the service."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from service.cli.operator import operator
from service.cli.options import database_option, duration
from service.keys.callers import MEANINGS, SCOPES, Scope
from service.terminal import safe

if TYPE_CHECKING:
    from service.keys.book import KeyBook, NewKey
    from service.keys.tables import ApiKey

_SCOPES = "\n".join(f"  {scope:<16} {meaning}" for scope, meaning in MEANINGS.items())


@click.group(epilog=f"\b\nScopes:\n{_SCOPES}")
def keys() -> None:
    """Make, list, rotate and revoke API keys.

    A key is shown once and kept only as a hash. As soon as one exists, nobody calls without.
    """


@keys.command(epilog="Example: takedown-verifier keys create zoom-bridge --scope telemetry:write --expires 90d")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="Repeat for several.")
@click.option("--person", help="The person behind the key, as the people directory names them.")
@click.option("--expires", type=duration, help="How long it is valid, for example 90d; for ever when not given.")
@click.option("--rate", type=click.IntRange(min=1), help="Calls a minute.  [default: TAKEDOWN_RATE_PER_MINUTE]")
@click.option("--max-body", type=click.IntRange(min=1), help="Bytes.  [default: TAKEDOWN_MAX_BODY_BYTES]")
@database_option
def create(
    name: str, scopes: tuple[Scope, ...], person: str | None, expires: timedelta | None,
    rate: int | None, max_body: int | None, database: str,
) -> None:  # fmt: skip
    """Make a key for the caller NAME and show it, once."""
    from service.keys.book import Grant

    with _book(database) as book:
        _show(book.create(Grant(name, scopes, person, expires, rate, max_body), by=operator()))


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per key.")
@database_option
def list_(as_json: bool, database: str) -> None:
    """Every key of the store that there ever was."""
    from service.clock import utc_now

    with _book(database) as book:
        for key in book.all():
            state = "valid" if key.valid(utc_now()) else "revoked" if key.revoked_at else "expired"
            if as_json:
                click.echo(json.dumps(_document(key, state)))
            else:
                until = f" until {key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at and state == "valid" else ""
                person = f"  person {safe(key.person)}" if key.person else ""
                click.echo(f"{key.key_id}  {key.name:<24} {state}{until}  {' '.join(key.scopes)}{person}")


@keys.command(epilog="Example: takedown-verifier keys rotate 3f9a1c20be --overlap 24h")
@click.argument("key_id")
@click.option("--overlap", type=duration, default="0m", show_default=True, help="How long the old key still works.")
@click.option("--expires", type=duration, help="How long the new key is valid; for ever when not given.")
@database_option
def rotate(key_id: str, overlap: timedelta, expires: timedelta | None, database: str) -> None:
    """Replace a key by a new one with the same rights."""
    with _book(database) as book:
        _show(book.rotate(key_id, overlap=overlap, lasts=expires, by=operator()))


@keys.command()
@click.argument("key_id")
@database_option
def revoke(key_id: str, database: str) -> None:
    """End a key now, for every process that uses this database."""
    with _book(database) as book:
        book.revoke(key_id, by=operator())
        click.echo(f"{key_id} is revoked")


@contextlib.contextmanager
def _book(database: str) -> Iterator[KeyBook]:
    from service.clock import utc_now
    from service.keys.book import KeyBook, KeyRefused
    from service.store.opening import open_store

    store = open_store(database)
    try:
        yield KeyBook(store, utc_now)
    except KeyRefused as refused:
        raise click.UsageError(str(refused)) from None
    finally:
        store.close()


def _show(key: NewKey) -> None:
    click.echo(f"key {key.key_id}. This is the only time that it is shown:", err=True)
    click.echo(key.secret)


def _document(key: ApiKey, state: str) -> dict[str, object]:
    return {
        "key_id": key.key_id, "name": key.name, "state": state, "scopes": key.scopes, "person": key.person,
        "rate_per_minute": key.rate_per_minute, "max_body_bytes": key.max_body_bytes,
        "created_at": key.created_at.isoformat(), "created_by": key.created_by,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }  # fmt: skip
