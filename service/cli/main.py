"""`takedown-verifier`: finds commands by entry point and turns every failure into one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points
from typing import Any

import click

from service.cli.exits import Exit
from service.cli.failure import debugging, sentence
from service.terminal import safe

GROUP = "takedown_verifier.commands"
DISTRIBUTION = "takedown-verifier"
OWN_PACKAGES = frozenset({"verifier", "models", "eval", "service"})
EXTRAS = {"train": "train", "evaluate": "eval"}
"""Which extra brings what a command needs beyond serving."""


class MissingPackage(click.ClickException):
    """A command's optional packages are not installed."""

    exit_code = Exit.FAILED

    def __init__(self, command: str, package: str) -> None:
        extra = EXTRAS.get(command)
        how = f"pip install '{DISTRIBUTION}[{extra}]'" if extra else f"pip install {package}"
        super().__init__(f"`{command}` needs the package {package}, which is not installed. Install it: {how}")


class Commands(click.Group):
    """Commands of this and other packages, imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command that an installed package brings."""
        return sorted({point.name for point in _all_points()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        for point in _points_named(cmd_name):
            try:
                command = point.load()
            except ModuleNotFoundError as error:
                raise _missing(cmd_name, error) from error
            return command if isinstance(command, click.Command) else None
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands; one that can't be imported is listed with the reason."""
        rows = [(name, self._summary(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _summary(self, ctx: click.Context, name: str) -> str:
        try:
            command = self.get_command(ctx, name)
        except Exception as error:  # the help must come whatever one command does
            return f"(not available: {safe(str(error))})"
        return command.get_short_help_str(limit=100) if command else "(not available)"

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever goes wrong inside ends in a sentence and a code, not in a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except ModuleNotFoundError as error:
            if debugging():
                raise
            raise _missing(ctx.invoked_subcommand or "", error) from error
        except BrokenPipeError:
            raise
        except Exception as error:
            if debugging():
                raise
            click.echo(f"takedown-verifier failed: {safe(sentence(error))}", err=True)
            click.echo("Nothing was cleared. Set TAKEDOWN_DEBUG=1 to see where it failed.", err=True)
            raise click.exceptions.Exit(Exit.FAILED) from error


def _missing(command: str, error: ModuleNotFoundError) -> Exception:
    package = (error.name or "").partition(".")[0]
    return error if not package or package in OWN_PACKAGES else MissingPackage(command, package)


def _own_points() -> Iterator[EntryPoint]:
    try:
        yield from (point for point in distribution(DISTRIBUTION).entry_points if point.group == GROUP)
    except PackageNotFoundError:
        return


def _points_named(name: str) -> Iterator[EntryPoint]:
    """Own commands first and without reading every installed package; nobody can replace them."""
    yield from (point for point in _own_points() if point.name == name)
    yield from entry_points(group=GROUP, name=name)


def _all_points() -> Iterator[EntryPoint]:
    yield from _own_points()
    yield from entry_points(group=GROUP)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from service.cli.versions import version_lines

        click.echo("\n".join(version_lines()))
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Set TAKEDOWN_DEBUG=1 to see tracebacks.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the versions of verifier, policy and model.",
)  # fmt: skip
def cli() -> None:
    """Check takedown requests against what the platform itself observed.

    A request is cleared only when every claim in it is supported by the platform's own record.
    Everything else goes to a person, with the reasons.

    \b
    takedown-verifier verify case.json           a report to read
    takedown-verifier verify --json case.json    one JSON object, for programs
    takedown-verifier serve                      the same over HTTP
    """


def main() -> None:
    """Entry point of the console script."""
    cli.main(prog_name="takedown-verifier")
