"""The processes that are measured: started by us, watched by their ids, and stopped whatever happens."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from tests.process import ROOT, free_port

# How many seconds a program may take to be ready, and to end once it is asked to.
READY_SECONDS, END_SECONDS = 60.0, 15.0
_LOOK_SECONDS = 0.005
_MIB = 1024 * 1024


class NotReadyError(Exception):
    """A program ended, or was not ready in time; the sentence has the end of what it printed."""


@dataclass(frozen=True)
class Program:
    """A program that runs. ``ready_seconds`` is how long it took from its start to its first 200."""

    pid: int
    port: int
    ready_seconds: float

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def memory_mib(self) -> float:
        """Return what it holds in memory, in MiB."""
        return float(psutil.Process(self.pid).memory_info().rss) / _MIB

    def cpu_seconds(self) -> float:
        """Return the processor time that it has taken until now."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextlib.asynccontextmanager
async def program(
    *arguments: str, settings: Mapping[str, str], ready: str = "/readyz", port: int | None = None
) -> AsyncIterator[Program]:
    """Run ``python`` with these arguments until the context ends.

    Args:
        arguments: of Python.
        settings: the environment, by lower-case names.
        ready: the path that answers 200 once the program is ready.
        port: where it listens; None takes a free one.

    Raises:
        NotReadyError: it is not ready in time.
    """
    chosen = port or free_port()
    environment = {name.upper(): value for name, value in settings.items()}
    with tempfile.TemporaryFile() as printed:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environment, "PORT": str(chosen)},
            stdout=printed,
            stderr=printed,
        )
        try:
            try:
                await _answers(process, f"http://127.0.0.1:{chosen}{ready}")
            except TimeoutError:
                printed.seek(0)
                raise NotReadyError(printed.read()[-2000:].decode()) from None
            yield Program(process.pid, chosen, time.perf_counter() - began)
        finally:
            await _end(process)


async def _answers(process: asyncio.subprocess.Process, url: str) -> None:
    async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(trust_env=False) as http:
        while process.returncode is None:
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(url)).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(_LOOK_SECONDS)
    raise TimeoutError


async def _end(process: asyncio.subprocess.Process) -> None:
    """Stop a process that we started: asked first, then by force."""
    if process.returncode is None:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
    if process.returncode is None:
        process.kill()
    await process.wait()


async def answer_of(module: str, asked: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
    """Run a module of ours in a process of its own: JSON in, JSON out.

    Raises:
        NotReadyError: it failed, or did not end within ``seconds``.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(json.dumps(asked).encode())
        if process.returncode:
            raise NotReadyError(err[-2000:].decode())
        told: dict[str, Any] = json.loads(out)
    finally:
        await _end(process)
    return told
