"""The real program in a process of its own, for tests that kill it."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.forked import Forked, start

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """Return a loopback port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Ended:
    """A command that has ended, with what it printed."""

    code: int
    out: str
    err: str


def command_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: these settings, and what every command needs to start."""
    needed = {"slack_signing_secret": "secret", "slack_bot_token": "xoxb-nobody", "secret_key": "s" * 32}
    return {name.upper(): value for name, value in {**needed, **settings}.items()}


async def command(*arguments: str, **settings: str) -> Ended:
    """Run the program with these arguments and settings (lower-case names) to its end."""
    process = await start(*arguments, environment=command_environment(settings))
    out, err = await process.communicate()
    return Ended(await process.wait(), out.decode(), err.decode())


class EndedError(Exception):
    """The program ended by itself; the last lines of its log tell why."""


class BotProcess:
    """``python app.py serve``; its log is read as it comes."""

    def __init__(self, process: Forked, port: int) -> None:
        self._process = process
        self.url = f"http://127.0.0.1:{port}"
        self.log: list[str] = []
        self._reading = asyncio.get_running_loop().create_task(self._read())
        self._read_more = asyncio.Condition()
        self._over = False

    async def _read(self) -> None:
        async for line in self._process.stderr:
            async with self._read_more:
                self.log.append(line.decode())
                self._read_more.notify_all()
        async with self._read_more:
            self._over = True
            self._read_more.notify_all()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.returncode is not None

    async def says(self, words: str) -> str:
        """Wait until a line of the log has these words; returns the line.

        Raises:
            EndedError: the program ended without them.
            TimeoutError: they did not come in 20 s.
        """
        async with asyncio.timeout(20), self._read_more:
            await self._read_more.wait_for(lambda: self._over or self._line(words) is not None)
        line = self._line(words)
        if line is None:
            raise EndedError("".join(self.log[-20:]))
        return line

    def _line(self, words: str) -> str | None:
        return next((line for line in self.log if words in line), None)

    def send(self, with_signal: signal.Signals) -> None:
        """Send a signal, if the program still runs."""
        if self._process.returncode is None:
            self._process.send_signal(with_signal)

    async def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.send(with_signal)
        code = await self._process.wait()
        await self._reading
        return code


async def start_bot(settings: Mapping[str, str], program: str = "app") -> BotProcess:
    """Start the bot with these settings (lower-case names); it answers from here on, until it is killed.

    ``program`` is a module whose ``cli`` runs it.

    Raises:
        EndedError: it ended instead.
    """
    port = free_port()
    environment = {name.upper(): value for name, value in settings.items()}
    environment = {"PATH": os.environ["PATH"], **environment, "PORT": str(port)}
    process = await start("serve", environment=environment, program=program)
    running = BotProcess(process, port)
    try:
        await running.says("Uvicorn running")
    except BaseException:
        await running.kill()
        raise
    return running


@contextlib.asynccontextmanager
async def bot_process(settings: Mapping[str, str]) -> AsyncIterator[BotProcess]:
    """Run the bot with these settings (lower-case names) until the context ends."""
    running = await start_bot(settings)
    try:
        yield running
    finally:
        await running.kill()
