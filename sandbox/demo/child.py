"""The bot in a process of its own: ``python app.py serve``, with its settings in the environment."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import httpx

PROGRAM = Path(__file__).parent.parent.parent / "app.py"
# What a program needs of its surroundings. The bot's own settings, and addresses of proxies, stay outside.
_SURROUNDINGS = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")
START_SECONDS, STOP_SECONDS = 60.0, 15.0
_LOOK_SECONDS = 0.05
State = Literal["down", "starting", "up"]


class BotEndedError(Exception):
    """The bot ended by itself, or did not come up; what it said stands above."""


def free_port() -> int:
    """Return a loopback port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class BotChild:
    """The bot, which can be started, stopped, killed and started again; it stays at its port.

    Args:
        settings: by their lower-case names.
        folder: where it runs; a file ``.env`` of whoever tries it is somewhere else.
        keep_open: a file descriptor that it inherits.
        on_start: told of its process whenever it is started.
    """

    def __init__(
        self, settings: Mapping[str, str], folder: Path, keep_open: int, on_start: Callable[[int], None]
    ) -> None:
        self.port = free_port()
        self.starts = 0
        self._settings = settings
        self._folder = folder
        self._keep_open = keep_open
        self._on_start = on_start
        self._process: asyncio.subprocess.Process | None = None
        self._is_up = False

    @property
    def url(self) -> str:
        """Its address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def move(self) -> None:
        """Take another port from the next start on: somebody was quicker at this one."""
        self.port = free_port()

    @property
    def state(self) -> State:
        """Whether it runs, and whether it was ready once it did."""
        if self._process is None or self._process.returncode is not None:
            return "down"
        return "up" if self._is_up else "starting"

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def start(self) -> None:
        """Start the process; ``ready`` waits for it."""
        surroundings = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
        settings = {name.upper(): value for name, value in self._settings.items()}
        self._is_up = False
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            "serve",
            cwd=self._folder,
            env={**surroundings, **settings, "HOST": "127.0.0.1", "PORT": str(self.port)},
            stdin=asyncio.subprocess.DEVNULL,
            # It speaks on the other one.
            stdout=asyncio.subprocess.DEVNULL,
            pass_fds=(self._keep_open,),
            # Ctrl-C in a terminal goes to the whole group: the bot is stopped by us, in order.
            start_new_session=True,
        )
        self.starts += 1
        self._on_start(self._process.pid)

    async def ready(self) -> None:
        """Wait until it answers that it is ready.

        Raises:
            BotEndedError: it ended instead, or took over a minute.
        """
        try:
            async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as client:
                while not await self._answers(client):
                    if self.state == "down":
                        raise BotEndedError("the bot ended by itself")
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise BotEndedError(f"the bot was not ready after {START_SECONDS:.0f} s") from None
        self._is_up = True

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return (await client.get(f"{self.url}/readyz")).is_success
        return False

    async def stop(self) -> None:
        """Let it stop in order; kill it if it does not."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill it: kill -9."""
        await self._end(signal.SIGKILL)

    async def _end(self, by: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(by)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
