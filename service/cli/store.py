"""`takedown-verifier store`: migrate, back up and restore the database."""

from __future__ import annotations

from pathlib import Path

import click

from service.cli.exits import Exit
from service.cli.options import database_option
from service.terminal import safe


@click.group()
def store() -> None:
    """Look after the database.

    `serve` migrates by itself. PostgreSQL is backed up with its own tools; docs/operations.md says how.
    """


@store.command()
@database_option
def migrate(database: str) -> None:
    """Bring the tables up to date."""
    from service.store.opening import open_store

    open_store(database).close()
    click.echo("the tables are up to date")


@store.command(epilog="Example: takedown-verifier store backup /backups/takedown-$(date +%F).db")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@database_option
@click.pass_context
def backup(ctx: click.Context, target: Path, database: str) -> None:
    """Copy a SQLite database while it is in use, check the copy, and put it at TARGET."""
    from service.store.backup import BackupFailed, back_up

    try:
        size = back_up(database, target)
    except BackupFailed as failed:
        click.echo(f"takedown-verifier: {safe(str(failed))}", err=True)
        ctx.exit(Exit.FAILED)
    click.echo(f"{target}: {size:,} bytes, checked")


@store.command(epilog="Example: takedown-verifier store restore /backups/takedown-2026-03-01.db")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@database_option
@click.pass_context
def restore(ctx: click.Context, source: Path, database: str) -> None:
    """Put a backup in the place of a SQLite database that isn't there any more. Stop the service first.

    An existing database is never overwritten: move it away yourself.
    """
    from service.store.backup import BackupFailed, restore_from

    try:
        restore_from(source, database)
    except BackupFailed as failed:
        click.echo(f"takedown-verifier: {safe(str(failed))}", err=True)
        ctx.exit(Exit.FAILED)
    click.echo("restored and checked; permits redeemed since the backup are open again: see docs/operations.md")
