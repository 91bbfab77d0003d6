"""The program in a process of its own, forked from one that has read it already.

To start ``python app.py`` takes a second or two, all of it for reading what it imports. A process that has done
that, and nothing else, is kept; each program is forked from it, and is a process like any other: to be stopped,
frozen and killed.
"""

import asyncio
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["app"])


def _become(
    program: str, arguments: tuple[str, ...], environment: dict[str, str], out: Connection, err: Connection
) -> None:
    """Be a program with these arguments, nothing but this environment, and these two to print to."""
    # The app is there already, in the process that this runs in.
    cli = importlib.import_module(program).cli
    os.chdir(_ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for pipe, descriptor in ((out, 1), (err, 2)):
        os.dup2(pipe.fileno(), descriptor)
        pipe.close()
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - until the process ends
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    sys.argv = [f"{program}.py", *arguments]
    cli()


class Forked:
    """A program that runs, or ran: what of asyncio's own ``Process`` tests use."""

    def __init__(self, process: ForkServerProcess, stdout: "_Pipe", stderr: "_Pipe") -> None:
        self._process = process
        self._ended = asyncio.Event()
        self._pipes = (stdout, stderr)
        self.stdout = stdout.reader
        self.stderr = stderr.reader
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._ended.set()

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, or the signal that ended it, below zero; None: it runs."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal.

        Raises:
            ProcessLookupError: it has ended.
        """
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, as ``kill -9`` does.

        Raises:
            ProcessLookupError: it has ended.
        """
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end; returns its exit code."""
        await self._ended.wait()
        for pipe in self._pipes:
            await pipe.over.wait()
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode

    async def communicate(self) -> tuple[bytes, bytes]:
        """Read all that it still prints, and wait for its end."""
        out, err = await asyncio.gather(self.stdout.read(), self.stderr.read())
        await self.wait()
        return out, err


async def start(*arguments: str, environment: Mapping[str, str], program: str = "app") -> Forked:
    """Run a program with these arguments and this environment.

    Args:
        arguments: as they are typed.
        environment: nothing else is in it.
        program: a module whose ``cli`` runs it; ``python app.py`` when left out.
    """
    (out, its_out), (err, its_err) = _CONTEXT.Pipe(duplex=False), _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_become, args=(program, arguments, dict(environment), its_out, its_err))
    # The first one waits until the program is read.
    await asyncio.to_thread(process.start)
    for pipe in (its_out, its_err):
        pipe.close()
    return Forked(process, await _reading(out), await _reading(err))


class _Pipe(asyncio.StreamReaderProtocol):
    """What a program prints; ``over`` once it is all there."""

    def __init__(self) -> None:
        # Nobody may be there to read it.
        self.reader = asyncio.StreamReader(limit=2**24)
        super().__init__(self.reader)
        self.over = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.over.set()


async def _reading(pipe: Connection) -> _Pipe:
    file = os.fdopen(os.dup(pipe.fileno()), "rb", buffering=0)
    pipe.close()
    _, reading = await asyncio.get_running_loop().connect_read_pipe(_Pipe, file)
    return reading
