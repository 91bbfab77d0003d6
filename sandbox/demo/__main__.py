"""``python -m sandbox.demo``, which is what ``python app.py demo`` becomes."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from sandbox.demo.child import BotEndedError
from sandbox.demo.issues_of_acme import STORIES
from sandbox.demo.page import PortTakenError
from sandbox.demo.place import BusyError
from sandbox.demo.running import FOLDER, Asked, run, run_once
from sandbox.demo.words import BOT_ENDED, PORT_TAKEN

MOST = len(STORIES)
LEVELS = "DEBUG, INFO, WARNING or ERROR"


def demo(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was kept, and begin anew.")] = False,
    no_data: Annotated[bool, typer.Option("--no-data", help="Begin with nobody registered.")] = False,
    issues: Annotated[int, typer.Option(min=0, max=MOST, help="With how many issues to begin.")] = MOST,
    port: Annotated[int | None, typer.Option(help="Where the page is; 8100 or the next that is free.")] = None,
    folder: Annotated[Path, typer.Option(help="Where everything is kept.")] = FOLDER,
    once: Annotated[bool, typer.Option("--once", help="Play a tour in the terminal, and end.")] = False,
    log_level: Annotated[str, typer.Option(help=f"Show the bot's log from here on: {LEVELS}.")] = "ERROR",
) -> None:
    """Try Threadline in a browser: the real bot between an offline Slack and Linear."""
    level = log_level.upper()
    if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise typer.BadParameter(f"give {LEVELS}", param_hint="--log-level")
    asked = Asked(fresh=fresh, no_data=no_data, issues=issues, port=port, folder=folder, log_level=level)
    try:
        asyncio.run(run_once(level, typer.echo) if once else run(asked, typer.echo))
    except BusyError as error:
        raise _failed(str(error)) from None
    except BotEndedError as error:
        raise _failed(BOT_ENDED.format(why=error)) from None
    except PortTakenError as error:
        raise _failed(PORT_TAKEN.format(port=error)) from None


def _failed(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(1)


if __name__ == "__main__":
    cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    cli.command()(demo)
    cli(prog_name="app.py demo")
