"""Commands as somebody types them, run inside the tests' own process."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator

import structlog
from typer.testing import CliRunner, Result

import app
from tests.process import command_environment


async def typed(*arguments: str, stdin: str = "", charset: str = "utf-8", **settings: str) -> Result:
    """Run a command of the program to its end, in a thread: it has an event loop of its own."""
    runner = CliRunner(charset=charset, env=command_environment(settings))
    with _own_logs():
        return await asyncio.to_thread(runner.invoke, app.cli, list(arguments), input=stdin)


@contextlib.contextmanager
def _own_logs() -> Iterator[None]:
    """Let a command configure the logs as it does, and put them back after it: other tests read them too."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configured)
