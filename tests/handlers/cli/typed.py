"""Commands as somebody types them, run inside the tests' own process."""

import asyncio

from typer.testing import CliRunner, Result

import app
from tests.process import command_environment


async def typed(*arguments: str, stdin: str = "", charset: str = "utf-8", **settings: str) -> Result:
    """Run a command of the program to its end, in a thread: it has an event loop of its own."""
    runner = CliRunner(charset=charset, env=command_environment(settings))
    return await asyncio.to_thread(runner.invoke, app.cli, list(arguments), input=stdin)
