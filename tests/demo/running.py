"""The demo as somebody starts it: the command in a process of its own, and what it says."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.plain_http import plain_http
from tests.process import ROOT

# A busy machine takes its time.
START_SECONDS = 150


class Demo:
    """A demo that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""
        self.url = ""

    async def opened(self) -> None:
        """Wait until it says where the page is."""
        assert self.process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            async for line in self.process.stdout:
                self.said += line.decode()
                if line.strip().startswith(b"Open "):
                    self.url = line.split()[1].decode()
                    return
        raise AssertionError(f"it ended: {self.said}")

    def family(self) -> list[psutil.Process]:
        """Return its processes, the bot's among them."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    async def press_ctrl_c(self) -> int:
        """End it as a terminal does; returns its exit code, with ``said`` complete."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        assert self.process.stdout is not None
        self.said += (await self.process.stdout.read()).decode()
        return await self.process.wait()

    async def get(self, path: str) -> Any:
        """Ask the page for JSON."""
        async with plain_http() as http:
            answer = await http.get(self.url + path)
            answer.raise_for_status()
            return answer.json()

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        """Ask the page to do something."""
        async with plain_http(timeout=30) as http:
            return await http.post(self.url + path, json=body, headers=headers)


async def begin(folder: Path, *options: str, stderr: int | None = None) -> Demo:
    """Start the demo with its data in this folder; ``opened`` waits for it."""
    process = await asyncio.create_subprocess_exec(
        # What `python app.py demo` becomes (tests/journeys/test_demo.py tries that): one start in place of two.
        sys.executable,
        "-m",
        "sandbox.demo",
        "--folder",
        str(folder),
        "--port",
        "0",
        *options,
        cwd=folder.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )
    return Demo(process)


@contextlib.asynccontextmanager
async def running(folder: Path, *options: str) -> AsyncIterator[Demo]:
    """Run a demo until the context ends, and see that it leaves nothing behind."""
    demo = await begin(folder, *options)
    try:
        await demo.opened()
        yield demo
    finally:
        family = demo.family()
        code = await demo.press_ctrl_c()
        _gone, alive = psutil.wait_procs(family, timeout=5)
        for left in alive:
            left.kill()
        assert (code, alive) == (0, []), demo.said
