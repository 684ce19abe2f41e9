"""`takedown-verifier people`: the directory of those who may decide, and their passwords for the console."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from service.cli.exits import Exit
from service.cli.operator import operator
from service.cli.options import database_option
from service.terminal import safe

if TYPE_CHECKING:
    from service.people import People

_F = TypeVar("_F", bound=Callable[..., Any])


def directory_option(function: _F) -> _F:
    """`--people FILE` and `--scim URL`, as `directory`: called, it gives the people directory."""

    @click.option(
        "--people",
        "file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        envvar="TAKEDOWN_PEOPLE",
        show_envvar=True,
        help="The people directory, in YAML.",
    )
    @click.option(
        "--scim",
        metavar="URL",
        envvar="TAKEDOWN_SCIM_URL",
        show_envvar=True,
        help="A SCIM server that has it; its token in TAKEDOWN_SCIM_TOKEN. The file then only adds details.",
    )
    @functools.wraps(function)
    def given(*args: Any, file: Path | None, scim: str | None, **kwargs: Any) -> Any:
        if file is None and scim is None:
            raise click.UsageError("Name the people directory: --people FILE or --scim URL.")

        def directory() -> People:
            from service.people import InvalidPeople
            from service.people_live import directory_now
            from service.people_scim import Scim

            try:
                server = Scim(scim, os.environ.get("TAKEDOWN_SCIM_TOKEN")) if scim is not None else None
            except ValueError as unsafe:
                raise InvalidPeople(str(unsafe)) from None
            return directory_now(server, file)

        return function(*args, directory=directory, **kwargs)

    return cast(_F, given)  # fmt: skip


@click.group()
def people() -> None:
    """Who may decide: check the directory, give people passwords for the console.

    \b
    The directory is a YAML file:
      people:
        - id: ana
          name: Ana Duarte
          alias: reviewer-7          # what others see
          roles: [reviewer]          # reviewer, senior, lead, auditor
          manager: bo                # whose reporting line stands aside together
          desk: dublin
          languages: [en, es]
          accounts: [acc-123]        # what this person is called on every system
          interests: {countries: [PT], parties: [Some Ltd]}
          sign_in: [00u1ab]          # what the OpenID provider calls them
        - {id: bo, name: Bo, roles: [lead]}
    """


@people.command()
@directory_option
@click.pass_context
def check(ctx: click.Context, directory: Callable[[], People]) -> None:
    """Read the directory and say who could decide."""
    from service.people import InvalidPeople

    try:
        found = directory()
    except InvalidPeople as invalid:
        click.echo(f"The people directory: {safe(str(invalid))}", err=True)
        ctx.exit(Exit.BAD_INPUT)
    for person in found:
        line = " under " + ", ".join(m.id for m in found.managers(person)) if person.manager else ""
        click.echo(safe(f"{person.id:<16} {', '.join(person.roles):<24} {person.desk or '-':<16}{line}"))
    click.echo(f"{sum(p.rank > 0 for p in found)} of {len(found)} people may decide.")


@people.command()
@click.argument("person")
@directory_option
@database_option
@click.password_option(help="Asked for, where it is not given.", envvar="TAKEDOWN_NEW_PASSWORD")
@click.pass_context
def password(ctx: click.Context, person: str, directory: Callable[[], People], database: str, password: str) -> None:
    """Give PERSON a password for the console; ends their sessions."""
    from service.clock import utc_now
    from service.console.accounts import Accounts, WeakPassword
    from service.people import InvalidPeople
    from service.store.opening import open_store

    store = open_store(database)
    try:
        Accounts(store, utc_now, directory()).set_password(person, password, by=operator())
    except (InvalidPeople, WeakPassword, LookupError) as refused:
        click.echo(safe(str(refused.args[0])), err=True)
        ctx.exit(Exit.BAD_INPUT)
    finally:
        store.close()
    click.echo(f"{safe(person)} can sign in at /console.")
