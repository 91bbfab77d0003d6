"""The command line as a door: each command reads its arguments, runs one transaction, and answers in words.

``serve`` and ``demo`` are not here: they build and start the whole program, which app.py alone can.
"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any, TypeVar

import typer

from bot.manifest import fill_manifest, manifest_text
from bot.usecases.register import INVITE_DAYS, invite
from bot.usecases.retry import Retried, retry
from bot.version import VERSION
from bot.views.trouble_words import PLACES, WHY
from handlers.cli.customers import CustomersCommand
from handlers.cli.parts import CliParts, printable, run, say
from handlers.cli.reconcile import ReconcileCommand
from handlers.cli.sync import SyncCommand
from handlers.cli.verify import VerifyCommand

__all__ = ["CliParts", "register", "run"]
T = TypeVar("T")


NOTHING_STUCK = "Nothing is stuck."
TRIED_AGAIN = "Tried again now:"


class Commands:
    """The commands that need the database."""

    def __init__(self, parts: CliParts) -> None:
        self._parts = parts

    def migrate(self) -> None:
        """Bring the database's tables up to date."""
        run(self._parts.migrate())
        typer.echo("The database is up to date.")

    def invite(self) -> None:
        """Make a one-time code with which somebody can register an organization."""
        code = run(self._write(partial(invite, now=self._parts.clock())))
        typer.echo(f"{code}\nThis code registers one organization, within {INVITE_DAYS} days.")

    def retry(
        self,
        organization: Annotated[str | None, typer.Option(help="Only this one's: its id or slug.")] = None,
        issue: Annotated[
            str | None, typer.Option(help="Only this issue's: its number, such as ISS-2026-0001.")
        ] = None,
    ) -> None:
        """Try again at once what could not be delivered."""
        say(retried_answer(run(self._write(partial(retry, organization=organization, issue=issue)))))

    async def _write(self, work: Callable[..., Coroutine[Any, Any, T]]) -> T:
        async with self._parts.transaction() as transaction:
            return await transaction.write(work)


def retried_answer(retried: Retried) -> str:
    """Return what is tried again, in a line for each organization, place and cause."""
    lines = [
        f"  {printable(name)}: {PLACES[destination]} ({count}): {WHY[cause]}"
        for (name, destination, cause), count in sorted(retried.items())
    ]
    return "\n".join([TRIED_AGAIN, *lines]) if lines else NOTHING_STUCK


def manifest(
    url: Annotated[str, typer.Option(help="The address at which Slack reaches the bot, https://...")],
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode.")] = False,  # noqa: FBT002
) -> None:
    """Print the manifest for your Slack app."""
    if not url.startswith("https://"):
        raise typer.BadParameter("Slack only takes an address that begins with https://")
    typer.echo(manifest_text(fill_manifest(url, socket=socket)), nl=False)


def version() -> None:
    """Print the version."""
    typer.echo(VERSION)


def register(cli: typer.Typer, parts: CliParts) -> None:
    """Add the commands."""
    commands = Commands(parts)
    for command in (
        *(commands.migrate, commands.invite, commands.retry),
        *(CustomersCommand(parts).customers, VerifyCommand(parts).verify),
        *(ReconcileCommand(parts).reconcile, SyncCommand(parts).sync, manifest, version),
    ):
        cli.command()(command)
